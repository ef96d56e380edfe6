"""Groups of neighbouring grids, for searches in one part of the map at a time."""

import numpy as np
import pymetis
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph


def touching(graph: UnitGraph, part: IntArray, parts: int) -> csr_array:
    """Return how many borders between units each pair of parts shares.

    Returns
    -------
    csr_array of int64, shape (parts, parts)
        Symmetric, with an empty diagonal.
    """
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    a, b = part[source], part[graph.indices]
    cut = a != b
    ones = np.ones(int(cut.sum()), np.int64)
    return coo_array((ones, (a[cut], b[cut])), shape=(parts, parts)).tocsr()


def group_parts(
    graph: UnitGraph, part: IntArray, parts: int, groups: int, seed: int
) -> IntArray:
    """Return the group of each part, 0 .. groups - 1: compact, of about equal size."""
    contact = touching(graph, part, parts)
    _, group = pymetis.part_graph(
        groups,
        adjacency=pymetis.CSRAdjacency(contact.indptr, contact.indices),
        eweights=contact.data,
        vweights=np.bincount(part, minlength=parts),
        recursive=True,
        options=pymetis.Options(seed=seed),
    )
    return np.asarray(group, np.int64)


def nearest_parts(contact: csr_array, name: int, size: int) -> NDArray[np.bool_]:
    """Return a part and those nearest to it, so many if there are, most contact first.

    Parameters
    ----------
    contact : csr_array
        As `touching` returns it.
    """
    near = np.zeros(contact.shape[0], bool)
    near[name] = True
    while near.sum() < size:
        borders = (contact @ near.astype(np.int64)) * ~near
        if not borders.any():
            break
        near[np.argmax(borders)] = True
    return near
