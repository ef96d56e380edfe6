"""Compiled inner loops: pieces, tree cuts and the annealing of a partition.

Everything is whole numbers. Chance is splitmix64, and Metropolis' rule compares with a
table of integer logarithms, so that a plan does not hang on a machine's mathematics
library. Loops end after counted steps, never by a clock.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numba import njit
from numpy.typing import NDArray

from planning.contact import IntArray

_LOG_SCALE = 1 << 16
_LOG_SIZE = 4096
# -ln(u) for u at the middles of 4096 equal steps of (0, 1), times 2**16.
LOG_TABLE: IntArray = np.round(
    -np.log((np.arange(_LOG_SIZE) + 0.5) / _LOG_SIZE) * _LOG_SCALE
).astype(np.int64)

# Above this many units in a grid a swap's contiguity check costs more than it earns.
_SWAP_SIZE = 400


@njit(cache=True, inline="always")
def _draw(state: NDArray[np.uint64], below: int) -> int:
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.int64(z >> np.uint64(33)) % below


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
    root = _draw(state, n)
    edge_to[0], edge_from[0], waiting, placed = root, -1, 1, 0
    while waiting:
        pick = _draw(state, waiting)
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


@njit(cache=True, inline="always")
def _excess(weight: int, low: int, high: int, scale: int) -> int:
    """Return how far a grid's load is outside [low, high], in 1/10000 of the ideal."""
    if weight < low:
        return (low - weight) * 10_000 // scale
    if weight > high:
        return (weight - high) * 10_000 // scale
    return 0


@njit(cache=True)
def _holds_without(
    indptr: IntArray,
    indices: IntArray,
    part: IntArray,
    leaving: int,
    stamp: IntArray,
    queue: IntArray,
    mark: int,
) -> bool:
    """Return whether a unit's part stays connected when the unit leaves it."""
    home = part[leaving]
    wanted, start = 0, -1
    for j in range(indptr[leaving], indptr[leaving + 1]):
        v = indices[j]
        if part[v] == home:
            wanted += 1
            start = v
            stamp[v] = -mark
    if wanted == 0:
        return False
    if wanted == 1:
        return True
    queue[0], head, tail, found = start, 0, 1, 1
    stamp[start] = mark
    while head < tail:
        u = queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if v != leaving and part[v] == home and stamp[v] != mark:
                if stamp[v] == -mark:
                    found += 1
                    if found == wanted:
                        return True
                stamp[v] = mark
                queue[tail] = v
                tail += 1
    return False


@njit(cache=True)
def _reaches_all(
    indptr: IntArray,
    indices: IntArray,
    part: IntArray,
    start: int,
    size: int,
    stamp: IntArray,
    queue: IntArray,
    mark: int,
) -> bool:
    home = part[start]
    queue[0], head, tail = start, 0, 1
    stamp[start] = mark
    while head < tail:
        u = queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if part[v] == home and stamp[v] != mark:
                stamp[v] = mark
                queue[tail] = v
                tail += 1
    return tail == size


@njit(cache=True, inline="always")
def _cost_to(
    indptr: IntArray, indices: IntArray, cost: IntArray, part: IntArray, u: int, p: int
) -> int:
    total = np.int64(0)
    for j in range(indptr[u], indptr[u + 1]):
        if part[indices[j]] == p:
            total += cost[j]
    return total


@njit(cache=True)
def anneal(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    part: IntArray,
    parts: int,
    low: int,
    high: int,
    scale: int,
    home: IntArray,
    stay: IntArray,
    fixed: NDArray[np.bool_],
    heats: IntArray,
    prices: IntArray,
    tries: int,
    seed: int,
    log_table: IntArray,
) -> None:
    """Improve a partition in place by boundary moves and swaps that keep it connected.

    Parameters
    ----------
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; changed in place.
    low, high, scale : int
        The band of loads without a price, and the load that counts as 100 %.
    home, stay : ndarray of int64, shape (n,)
        Part of the previous plan (-1: none) and the price of not being in it.
    fixed : ndarray of bool, shape (n,)
        Units that never move.
    heats, prices : ndarray of int64, shape (stages,)
        Temperature, and price per percentage point outside the band, of each stage, in
        units of `graph.PLAIN_COST`.
    tries : int
        Proposals per stage.
    """
    n = len(load)
    state = np.array([seed], dtype=np.uint64)
    weight, size = np.zeros(parts, np.int64), np.zeros(parts, np.int64)
    for u in range(n):
        weight[part[u]] += load[u]
        size[part[u]] += 1
    stamp, queue = np.zeros(n, np.int64), np.empty(n, np.int64)
    mark = 0
    for stage in range(len(heats)):
        heat, price = heats[stage], prices[stage]
        for _ in range(tries):
            u = _draw(state, n)
            degree = indptr[u + 1] - indptr[u]
            if degree == 0 or fixed[u]:
                continue
            x = indices[indptr[u] + _draw(state, degree)]
            a, b = part[u], part[x]
            if a == b:
                continue
            v = np.int64(-1)
            if _draw(state, 2) and size[a] + size[b] < _SWAP_SIZE:
                v = _partner(indptr, indices, part, state, x, b)
                if fixed[v]:
                    continue
            shift = load[u] - (load[v] if v >= 0 else 0)
            outside = (
                _excess(weight[a] - shift, low, high, scale)
                + _excess(weight[b] + shift, low, high, scale)
                - _excess(weight[a], low, high, scale)
                - _excess(weight[b], low, high, scale)
            )
            gain = outside * price // 100
            gain += _cost_to(indptr, indices, cost, part, u, a)
            gain -= _cost_to(indptr, indices, cost, part, u, b)
            gain += stay[u] * ((home[u] == a) - np.int64(home[u] == b))
            if v >= 0:
                gain += _cost_to(indptr, indices, cost, part, v, b)
                gain -= _cost_to(indptr, indices, cost, part, v, a)
                gain += stay[v] * ((home[v] == b) - np.int64(home[v] == a))
                for j in range(indptr[u], indptr[u + 1]):
                    if indices[j] == v:
                        gain += 2 * cost[j]
            if gain > 0 and gain * 65536 > heat * log_table[_draw(state, 4096)]:
                continue
            mark += 1
            if v < 0:
                if not _holds_without(indptr, indices, part, u, stamp, queue, mark):
                    continue
                part[u] = b
                size[a] -= 1
                size[b] += 1
            else:
                part[u], part[v] = b, a
                ok = _reaches_all(indptr, indices, part, v, size[a], stamp, queue, mark)
                mark += 1
                if not ok or not _reaches_all(
                    indptr, indices, part, u, size[b], stamp, queue, mark
                ):
                    part[u], part[v] = a, b
                    continue
            weight[a] -= shift
            weight[b] += shift


@njit(cache=True, inline="always")
def _partner(
    indptr: IntArray,
    indices: IntArray,
    part: IntArray,
    state: NDArray[np.uint64],
    x: int,
    b: int,
) -> int:
    """Return a unit of part `b` within three random steps of `x`."""
    v = x
    for _ in range(_draw(state, 4)):
        y = indices[indptr[v] + _draw(state, indptr[v + 1] - indptr[v])]
        if part[y] == b:
            v = y
    return v
