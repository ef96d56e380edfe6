"""Compiled checks that a grid stays in one piece when units leave it or change places.

A check walks the grid from one neighbour of the unit that leaves until the others were
met; mostly they are met after a few steps. Cheaper still: often its neighbours in the
grid hang together among themselves.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.bits import NONE, ONE, lowest
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.kernels import lean, lean_inline

Words = NDArray[np.uint32]
_ONE = np.uint32(1)
# Neighbours of a unit that a word holds.
_MOST_NEAR = 32


class Walk(NamedTuple):
    """Room for the walks.

    Attributes
    ----------
    stamp, queue : ndarray of int32, shape (n,)
    mark : ndarray of int64, shape (1,)
        Number of the last walk; units that it met carry it as their stamp.
    """

    stamp: ShortArray
    queue: ShortArray
    mark: IntArray


@njit(cache=True)
def make_walk(size: int) -> Walk:
    """Return room for walks over `size` units."""
    return Walk(
        np.zeros(size, np.int32), np.empty(size, np.int32), np.zeros(1, np.int64)
    )


@njit(cache=True)
def list_near(indptr: ShortArray, indices: Words) -> Words:
    """Return for each directed edge which neighbours of its source its far end touches.

    As bits, in the order of the neighbours; none where a word does not hold them.
    """
    near = np.zeros(len(indices), np.uint32)
    slot = np.full(len(indptr) - 1, -1, np.int32)
    for u in range(len(slot)):
        row = range(indptr[u], indptr[u + 1])
        if len(row) > _MOST_NEAR:
            continue
        for i in row:
            slot[indices[i]] = i - indptr[u]
        for i in row:
            v = indices[i]
            for j in range(indptr[v], indptr[v + 1]):
                if slot[indices[j]] >= 0:
                    near[i] |= _ONE << np.uint32(slot[indices[j]])
        for i in row:
            slot[indices[i]] = -1
    return near


@lean_inline
def holds_around(near: Words, first: np.uint64, own: np.uint64) -> bool:
    """Return whether a unit's neighbours in its part hang together without it.

    If they do not, the part may still be connected another way.

    Parameters
    ----------
    near : ndarray of uint32
        See `list_near`.
    first : uint64
        Edge to the first neighbour of the unit.
    own : uint64
        Its neighbours in its part, as bits.
    """
    met, edge = NONE, own & (~own + ONE)
    while edge != NONE:
        met |= edge & (~edge + ONE)
        edge = (edge | np.uint64(near[first + np.uint64(lowest(edge))]) & own) & ~met
    return met == own and own != NONE


@lean
def holds_without(
    indptr: ShortArray, indices: ShortArray, part: ShortArray, leaving: int, walk: Walk
) -> bool:
    """Return whether a unit's part stays connected when the unit leaves it.

    False if nothing would be left of it.
    """
    home = part[leaving]
    walk.mark[0] += 1
    mark = walk.mark[0]
    wanted, start = 0, -1
    for j in range(indptr[leaving], indptr[leaving + 1]):
        v = indices[j]
        if part[v] == home:
            wanted += 1
            start = v
            walk.stamp[v] = -mark
    if wanted < 2:
        return wanted == 1
    stamp = walk.stamp[leaving]
    walk.stamp[leaving] = mark
    met = _meets(indptr, indices, part, start, wanted, walk, mark)
    walk.stamp[leaving] = stamp
    return met


@lean
def holds_with(
    indptr: ShortArray,
    indices: ShortArray,
    part: ShortArray,
    gone: int,
    come: int,
    size: int,
    walk: Walk,
) -> bool:
    """Return whether the part of `come` is connected now that `gone` has left it.

    `part` already says so of both; `size` is the number of units of the part.
    """
    if size == 1:
        return True
    home = part[come]
    walk.mark[0] += 1
    mark = walk.mark[0]
    wanted = 1
    walk.stamp[come] = -mark
    for j in range(indptr[gone], indptr[gone + 1]):
        v = indices[j]
        if part[v] == home and v != come:
            wanted += 1
            walk.stamp[v] = -mark
    if wanted == 1:
        return False
    return _meets(indptr, indices, part, come, wanted, walk, mark)


@lean
def _meets(
    indptr: ShortArray,
    indices: ShortArray,
    part: ShortArray,
    start: int,
    wanted: int,
    walk: Walk,
    mark: int,
) -> bool:
    """Return whether a walk from `start` meets all `wanted` units stamped ``-mark``."""
    stamp, queue, home = walk.stamp, walk.queue, part[start]
    queue[0], head, tail, found = start, 0, 1, 1
    stamp[start] = mark
    while head < tail:
        u = queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if part[v] == home and stamp[v] != mark:
                if stamp[v] == -mark:
                    found += 1
                    if found == wanted:
                        return True
                stamp[v] = mark
                queue[tail] = v
                tail += 1
    return False
