"""What some grids touch and what a partition costs, counted in compiled code.

Asked for each of the many small searches of a patch, where arrays are short and a call
into them costs more than the counting.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np

from geo.compiled import njit
from planning.graphs.contact import IntArray


@njit(cache=True)
def parts_beside(
    indptr: IntArray, indices: IntArray, part: IntArray, parts: int, nodes: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the parts that some units touch, and how many borders lead there.

    Parameters
    ----------
    indptr, indices : ndarray of int64
        As in `UnitGraph`.
    part : ndarray of int64, shape (n,)
    parts : int
    nodes : ndarray of int64

    Returns
    -------
    tuple of ndarray of int64
        Parts, ascending, without those that the units are in; borders to each.
    """
    contact = np.zeros(parts, np.int64)
    for u in nodes:
        for j in range(indptr[u], indptr[u + 1]):
            contact[part[indices[j]]] += 1
    for u in nodes:
        contact[part[u]] = 0
    beside = np.flatnonzero(contact)
    return beside, contact[beside]


@njit(cache=True)
def price_of_cuts(
    indptr: IntArray, indices: IntArray, cost: IntArray, part: IntArray
) -> int:
    """Return what the borders between the parts of a graph cost."""
    paid = np.int64(0)
    for u in range(len(part)):
        for j in range(indptr[u], indptr[u + 1]):
            if part[indices[j]] != part[u]:
                paid += cost[j]
    return paid // 2
