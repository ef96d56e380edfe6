"""Compiled inner loops that searches share: chance, pieces, and cuts through trees.

Everything is whole numbers. Chance is splitmix64, and Metropolis' rule compares with a
table of integer logarithms, so that a plan does not hang on a machine's mathematics
library. Loops end after counted steps, never by a clock.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.contact import IntArray

# Code that reads fields of tuples: counting references at each read would double its
# time. It may not make arrays.
lean = njit(cache=True, _nrt=False)
lean_inline = njit(cache=True, inline="always", _nrt=False)

_LOG_SCALE = 1 << 16
LOG_BITS = 12


def make_log_table(bits: int) -> IntArray:
    """Return -ln at the middles of ``2**bits`` equal steps of (0, 1), times 2**16."""
    steps = 1 << bits
    logarithm = np.log((np.arange(steps) + 0.5) / steps)
    return np.round(-logarithm * _LOG_SCALE).astype(np.int64)


LOG_TABLE: IntArray = make_log_table(LOG_BITS)


@njit(cache=True, inline="always")
def next_bits(state: NDArray[np.uint64]) -> np.uint64:
    """Return the next 64 bits of splitmix64."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, inline="always")
def scaled(bits: np.uint64, below: int) -> int:
    """Return the upper half of random bits as a number from 0 to ``below - 1``."""
    return np.int64(((bits >> np.uint64(32)) * np.uint64(below)) >> np.uint64(32))


@njit(cache=True, inline="always")
def draw(state: NDArray[np.uint64], below: int) -> int:
    """Return the next number of splitmix64, 0 to ``below - 1``."""
    return scaled(next_bits(state), below)


@njit(cache=True)
def label_pieces(indptr: IntArray, indices: IntArray, part: IntArray) -> IntArray:
    """Return the number of the connected piece of its part that each unit is in."""
    n = len(part)
    piece = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    count = 0
    for start in range(n):
        if piece[start] >= 0:
            continue
        piece[start] = count
        queue[0], head, tail = start, 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for j in range(indptr[u], indptr[u + 1]):
                v = indices[j]
                if piece[v] < 0 and part[v] == part[u]:
                    piece[v] = count
                    queue[tail] = v
                    tail += 1
        count += 1
    return piece


@njit(cache=True)
def tree_cut(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    parts: int,
    tries: int,
    seed: int,
) -> tuple[NDArray[np.bool_], int]:
    """Split a connected graph in two connected sides that can hold `parts` grids.

    Of `tries` random spanning trees the tree edge is taken whose sides come nearest to
    whole multiples of the mean load, then the one nearest to the middle.

    Returns
    -------
    side : ndarray of bool
        True for the units of the first side.
    first : int
        Grids of the first side, 1 to ``parts - 1``.
    """
    n = len(load)
    state = np.array([seed], dtype=np.uint64)
    total = load.sum()
    best = np.int64(-1)
    best_side = np.zeros(n, np.bool_)
    best_first = 1
    order, parent = np.empty(n, np.int64), np.empty(n, np.int64)
    below, count = np.empty(n, np.int64), np.empty(n, np.int64)
    for _ in range(tries):
        _grow_tree(indptr, indices, state, order, parent)
        below[:] = load
        count[:] = 1
        for i in range(n - 1, 0, -1):
            below[parent[order[i]]] += below[order[i]]
            count[parent[order[i]]] += count[order[i]]
        cut_at, first, gap = _best_edge(order, below, count, total, parts)
        if cut_at < 0:
            continue
        side = _subtree(order, parent, cut_at)
        border = np.int64(0)
        for u in range(n):
            if side[u]:
                for j in range(indptr[u], indptr[u + 1]):
                    if not side[indices[j]]:
                        border += cost[j]
        value = gap * 64 + border
        if best < 0 or value < best:
            best, best_first = value, first
            best_side[:] = side
    return best_side, best_first


@njit(cache=True)
def _grow_tree(
    indptr: IntArray,
    indices: IntArray,
    state: NDArray[np.uint64],
    order: IntArray,
    parent: IntArray,
) -> None:
    n = len(order)
    seen = np.zeros(n, np.bool_)
    edge_to = np.empty(len(indices) + 1, np.int64)
    edge_from = np.empty(len(indices) + 1, np.int64)
    root = draw(state, n)
    edge_to[0], edge_from[0], waiting, placed = root, -1, 1, 0
    while waiting:
        pick = draw(state, waiting)
        u, came = edge_to[pick], edge_from[pick]
        waiting -= 1
        edge_to[pick], edge_from[pick] = edge_to[waiting], edge_from[waiting]
        if seen[u]:
            continue
        seen[u] = True
        order[placed], parent[u] = u, came
        placed += 1
        for j in range(indptr[u], indptr[u + 1]):
            if not seen[indices[j]]:
                edge_to[waiting], edge_from[waiting] = indices[j], u
                waiting += 1


@njit(cache=True)
def _best_edge(
    order: IntArray, below: IntArray, count: IntArray, total: int, parts: int
) -> tuple[int, int, int]:
    n = len(order)
    best_at, best_first, best_gap, best_skew = -1, 1, np.int64(0), np.int64(0)
    mean = max(np.int64(1), total // parts)
    for i in range(1, n):
        u = order[i]
        first = (below[u] * parts + total // 2) // max(np.int64(1), total)
        first = min(max(first, np.int64(1)), np.int64(parts - 1))
        first = min(first, count[u])
        first = max(first, parts - (n - count[u]))
        if first < 1 or first > parts - 1 or first > count[u]:
            continue
        gap = abs(below[u] * parts - total * first) * 1024 // (mean * parts)
        gap = gap // min(first, parts - first)
        skew = abs(2 * first - parts) * 256 // parts
        if best_at < 0 or gap + skew < best_gap + best_skew:
            best_at, best_first, best_gap, best_skew = u, first, gap, skew
    return best_at, best_first, best_gap + best_skew


@njit(cache=True)
def _subtree(order: IntArray, parent: IntArray, top: int) -> NDArray[np.bool_]:
    side = np.zeros(len(order), np.bool_)
    side[top] = True
    for i in range(1, len(order)):
        u = order[i]
        if side[parent[u]]:
            side[u] = True
    return side
