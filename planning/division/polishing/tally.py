"""What some grids touch and what a partition costs, counted in compiled code.

Asked for each of the many small searches of a patch, where arrays are short and a call
into them costs more than the counting.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np

from geo.compiled import njit
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST

# Price of one percent outside the band, and of being outside at all, in cut edges.
_PRICE, _PRICE_AT_ALL = 200, 8


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


@njit(cache=True)
def price_of_plan(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    part: IntArray,
    parts: int,
    low: int,
    high: int,
    ideal: int,
) -> int:
    """Return cut borders and load outside the band [low, high] at their prices."""
    weight, paid, at_all = np.zeros(parts, np.int64), np.int64(0), np.int64(0)
    for u in range(len(part)):
        weight[part[u]] += load[u]
    for p in range(parts):
        out = max(np.int64(0), low - weight[p], weight[p] - high)
        if out > 0:
            share = (out * 10_000 + ideal - 1) // ideal
            # Half as much again per percent: of two shares of a surplus the even one
            # is better.
            share += min(share, np.int64(10_000)) * share // 256
            paid += share * PLAIN_COST * _PRICE
            at_all += 1
    cut = price_of_cuts(indptr, indices, cost, part)
    return paid // 100 + at_all * _PRICE_AT_ALL * PLAIN_COST + cut
