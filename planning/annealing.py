"""The compiled search: annealing of boundary moves and swaps that keep grids whole.

Proposals are drawn from the borders that the plan cuts, which are kept in a list that
each move brings up to date; a proposal costs as much as the unit has neighbours. A move
is checked for contiguity by walking its grid, and only if its price was accepted.
Everything is whole numbers, and the search ends after counted proposals.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numba import njit
from numpy.typing import NDArray

from planning.contact import IntArray
from planning.kernels import draw

# Above this many units in a grid a swap's contiguity check costs more than it earns.
_SWAP_SIZE = 1000
# Loads become shares of the ideal by a product and a shift; a division is slower.
_FACTOR_BITS = 20


@njit(cache=True, inline="always")
def _excess(weight: int, low: int, high: int, factor: int) -> int:
    """Return the price base of a load outside [low, high].

    In 1/10000 of the ideal, and half as much again per percent: of two plans that lie
    equally far outside in all, the one with the smaller largest deviation is better.
    """
    if weight < low:
        out = ((low - weight) * factor >> _FACTOR_BITS) + 1
    elif weight > high:
        out = ((weight - high) * factor >> _FACTOR_BITS) + 1
    else:
        return 0
    return out + min(out, 10_000) * out // 256


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
def _holds_after_swap(
    indptr: IntArray,
    indices: IntArray,
    part: IntArray,
    gone: int,
    come: int,
    size: int,
    stamp: IntArray,
    queue: IntArray,
    mark: int,
) -> bool:
    """Return whether the part of `come` is connected now that `gone` has left it."""
    if size == 1:
        return True
    home = part[come]
    wanted = 0
    for j in range(indptr[gone], indptr[gone + 1]):
        v = indices[j]
        if part[v] == home and v != come:
            wanted += 1
            stamp[v] = -mark
    if wanted == 0:
        return False
    queue[0], head, tail = come, 0, 1
    stamp[come] = mark
    while head < tail:
        u = queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if part[v] == home and stamp[v] != mark:
                if stamp[v] == -mark:
                    wanted -= 1
                    if wanted == 0:
                        return True
                stamp[v] = mark
                queue[tail] = v
                tail += 1
    return False


@njit(cache=True, inline="always")
def _cost_to(
    indptr: IntArray, indices: IntArray, cost: IntArray, part: IntArray, u: int, p: int
) -> int:
    total = np.int64(0)
    for j in range(indptr[u], indptr[u + 1]):
        if part[indices[j]] == p:
            total += cost[j]
    return total


@njit(cache=True, inline="always")
def _list_edge(listed: IntArray, place: IntArray, count: int, j: int) -> int:
    listed[count] = j
    place[j] = count
    return count + 1


@njit(cache=True, inline="always")
def _unlist_edge(listed: IntArray, place: IntArray, count: int, j: int) -> int:
    last = listed[count - 1]
    listed[place[j]] = last
    place[last] = place[j]
    place[j] = -1
    return count - 1


@njit(cache=True)
def _relist(
    indptr: IntArray,
    indices: IntArray,
    twin: IntArray,
    part: IntArray,
    u: int,
    listed: IntArray,
    place: IntArray,
    count: int,
) -> int:
    """Bring the list of cut edges up to date around a unit; return its length."""
    for j in range(indptr[u], indptr[u + 1]):
        is_cut = part[indices[j]] != part[u]
        if is_cut and place[j] < 0:
            count = _list_edge(listed, place, count, j)
            count = _list_edge(listed, place, count, twin[j])
        elif not is_cut and place[j] >= 0:
            count = _unlist_edge(listed, place, count, j)
            count = _unlist_edge(listed, place, count, twin[j])
    return count


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
    for _ in range(draw(state, 4)):
        y = indices[indptr[v] + draw(state, indptr[v + 1] - indptr[v])]
        if part[y] == b:
            v = y
    return v


@njit(cache=True)
def anneal(
    indptr: IntArray,
    indices: IntArray,
    source: IntArray,
    twin: IntArray,
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
    source, twin : ndarray of int64, shape (2 m,)
        The unit that each directed edge leaves, and the same edge the other way.
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
    factor = (10_000 << _FACTOR_BITS) // scale
    outside = np.empty(parts, np.int64)
    for p in range(parts):
        outside[p] = _excess(weight[p], low, high, factor)
    pull = stay.copy()
    for u in range(n):
        for j in range(indptr[u], indptr[u + 1]):
            pull[u] += cost[j]
    listed, place = np.empty(len(indices), np.int64), np.full(len(indices), -1)
    count = np.int64(0)
    for u in range(n):
        count = _relist(indptr, indices, twin, part, u, listed, place, count)
    stamp, queue = np.zeros(n, np.int64), np.empty(n, np.int64)
    mark = 0
    for stage in range(len(heats)):
        heat, price = heats[stage], prices[stage]
        for _ in range(tries):
            if count == 0:
                return
            edge = listed[draw(state, count)]
            u, x = source[edge], indices[edge]
            if fixed[u]:
                continue
            a, b = part[u], part[x]
            v = np.int64(-1)
            if draw(state, 2) and size[a] + size[b] < _SWAP_SIZE:
                v = _partner(indptr, indices, part, state, x, b)
                if fixed[v]:
                    continue
            elif size[a] == 1:
                continue
            shift = load[u] - (load[v] if v >= 0 else 0)
            new_a = _excess(weight[a] - shift, low, high, factor)
            new_b = _excess(weight[b] + shift, low, high, factor)
            gain = (new_a + new_b - outside[a] - outside[b]) * price // 128
            most = heat * log_table[draw(state, 4096)] >> 16
            if gain - pull[u] - (pull[v] if v >= 0 else 0) > most:
                continue
            gain += _cost_to(indptr, indices, cost, part, u, a)
            gain -= _cost_to(indptr, indices, cost, part, u, b)
            gain += stay[u] * ((home[u] == a) - np.int64(home[u] == b))
            if v >= 0:
                to_a = _cost_to(indptr, indices, cost, part, v, a)
                if to_a == 0:
                    continue
                gain += _cost_to(indptr, indices, cost, part, v, b) - to_a
                gain += stay[v] * ((home[v] == b) - np.int64(home[v] == a))
                for j in range(indptr[u], indptr[u + 1]):
                    if indices[j] == v:
                        gain += 2 * cost[j]
            if gain > most:
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
                ok = _holds_after_swap(
                    indptr, indices, part, u, v, size[a], stamp, queue, mark
                )
                mark += 1
                if not ok or not _holds_after_swap(
                    indptr, indices, part, v, u, size[b], stamp, queue, mark
                ):
                    part[u], part[v] = a, b
                    continue
                count = _relist(indptr, indices, twin, part, v, listed, place, count)
            count = _relist(indptr, indices, twin, part, u, listed, place, count)
            weight[a] -= shift
            weight[b] += shift
            outside[a], outside[b] = new_a, new_b
