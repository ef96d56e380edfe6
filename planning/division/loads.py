"""Several loads balanced at once: population and workload, say.

The division by the first load is the start; then units move at borders or change places
across them, at a price for each percent that any load of any grid lies outside the
tolerance, for cut borders, and in a redraw for each unit that leaves its grid. Grids
stay whole and inside their region. Whole numbers, counted proposals.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.task import Kept
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import PLAIN_COST, UnitGraph, components
from planning.graphs.kernels import LOG_TABLE, draw
from planning.graphs.oversized import peeled_ideal

# What counts as 100 % of a grid in each load.
_IDEAL = 1 << 20
_STAGES, _TRIES_PER_UNIT, _TRIES_IN_ALL = 48, 20_000, 40_000_000
# Cut edges per percent outside, and heat in cut edges, first stage and last.
_PRICE, _HEAT = (0.05, 20.0), (1.5, 0.12)


def balance_all(
    graph: UnitGraph,
    more: FloatArray,
    part: IntArray,
    kept: Kept,
    tolerance: float,
    seed: int,
) -> IntArray:
    """Return a division that is nearer to the band in all loads, or the same.

    Parameters
    ----------
    graph : UnitGraph
        Edges inside regions only; its loads are the first load.
    more : ndarray of float64, shape (loads, n)
        Further loads, each in its own unit, not negative, with a sum above 0.
    part : ndarray of int64, shape (n,)
        Grids, each connected; not changed.
    kept : Kept
        Homes among these grids, the price of leaving them, and units that never move.
    tolerance : float
        Deviation that costs nothing, a fraction, the same for each load.
    """
    grids = int(part.max()) + 1
    load = _scaled(np.vstack([graph.load.astype(np.float64), more]), grids)
    low, high = _bands(graph, load, part, grids, tolerance)
    after = part.copy()
    tries = min(_TRIES_PER_UNIT * graph.size, _TRIES_IN_ALL) // _STAGES
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    if len(source):
        _anneal(
            graph.indptr, graph.indices, source, graph.cost, load, after, low, high,
            kept.home, kept.stay, kept.fixed, _schedule(_HEAT), _schedule(_PRICE),
            tries, seed, LOG_TABLE,
        )  # fmt: skip
    before, reached = (_outside(load, p, low, high) for p in (part, after))
    return after if reached < before else part


def deviations_pct(load: FloatArray, part: IntArray) -> FloatArray:
    """Return how far each grid is off the mean of one load, percent."""
    weight = np.bincount(part, load).astype(np.float64)
    return 100.0 * (weight / weight.mean() - 1.0)


def _scaled(load: FloatArray, grids: int) -> IntArray:
    ideal = load.sum(axis=1, keepdims=True) / grids
    return np.round(load / ideal * _IDEAL).astype(np.int64)


def _bands(
    graph: UnitGraph, load: IntArray, part: IntArray, grids: int, tolerance: float
) -> tuple[IntArray, IntArray]:
    """Return the least and largest load of each grid that cost nothing.

    As for one load, a region whose mean lies outside ends the band at its mean, and
    what one unit has beyond any grid's share is not asked of the others.
    """
    region = components(graph)
    first = np.unique(part, return_index=True)[1]
    count = np.bincount(region[first])
    ideal = np.array([[peeled_ideal(row, grids)[1]] for row in load])
    capped = np.minimum(load, ideal)
    mean = np.array([np.bincount(region, row) / count for row in capped])[:, region]
    low = np.minimum((1 - tolerance) * ideal, mean[:, first])
    high = np.maximum((1 + tolerance) * ideal, mean[:, first])
    # In the order of rows, whatever the sums above come in: else compiled for twice.
    least, most = (np.ascontiguousarray(x) for x in (np.ceil(low), np.floor(high)))
    return least.astype(np.int64), most.astype(np.int64)


def _outside(load: IntArray, part: IntArray, low: IntArray, high: IntArray) -> int:
    total = 0
    for row, least, most in zip(load, low, high, strict=True):
        weight = np.zeros(len(least), np.int64)
        np.add.at(weight, part, row)
        total += int(np.maximum(0, np.maximum(least - weight, weight - most)).sum())
    return total


def _schedule(ends: tuple[float, float]) -> IntArray:
    first, last = ends
    step = (last / first) ** (np.arange(_STAGES) / (_STAGES - 1))
    return np.round(PLAIN_COST * first * step).astype(np.int64)


@njit(cache=True, inline="always")
def _excess(weight: int, low: int, high: int) -> int:
    """Return the price base of a load outside the band, in 1/1024 of a percent.

    Half as much again per percent, as for one load.
    """
    out = max(low - weight, weight - high, 0) * 100 >> 10
    return out + (out * out >> 11)


@njit(cache=True)
def _stays_whole(
    indptr: IntArray,
    indices: IntArray,
    part: IntArray,
    leaving: int,
    stamp: IntArray,
    queue: IntArray,
    mark: int,
) -> bool:
    """Return whether a unit's grid is left connected, and not empty, without it."""
    home, wanted, tail = part[leaving], 0, 0
    for j in range(indptr[leaving], indptr[leaving + 1]):
        v = indices[j]
        if part[v] == home:
            wanted += 1
            stamp[v] = -mark
            queue[0] = v
    if wanted == 0:
        return False
    stamp[queue[0]], head, tail, found = mark, 0, 1, 1
    while head < tail and found < wanted:
        u = queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if v != leaving and part[v] == home and stamp[v] != mark:
                found += stamp[v] == -mark
                stamp[v] = mark
                queue[tail] = v
                tail += 1
    return found == wanted


@njit(cache=True, inline="always")
def _load_gain(
    load: IntArray,
    weight: IntArray,
    low: IntArray,
    high: IntArray,
    a: int,
    b: int,
    u: int,
    v: int,
) -> int:
    """Return what lies more outside the bands when `u` goes to `b` and `v` to `a`."""
    gain = np.int64(0)
    for row in range(len(load)):
        shift = load[row, u] - (load[row, v] if v >= 0 else np.int64(0))
        mine, theirs = weight[row, a], weight[row, b]
        gain += _excess(mine - shift, low[row, a], high[row, a])
        gain += _excess(theirs + shift, low[row, b], high[row, b])
        gain -= _excess(mine, low[row, a], high[row, a])
        gain -= _excess(theirs, low[row, b], high[row, b])
    return gain


@njit(cache=True, inline="always")
def _move_gain(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    part: IntArray,
    home: IntArray,
    stay: IntArray,
    u: int,
    b: int,
) -> int:
    """Return what a unit's way to `b` costs at borders and for its home."""
    a, gain = part[u], np.int64(0)
    for j in range(indptr[u], indptr[u + 1]):
        if part[indices[j]] == a:
            gain += cost[j]
        elif part[indices[j]] == b:
            gain -= cost[j]
    if home[u] == a:
        gain += stay[u]
    elif home[u] == b:
        gain -= stay[u]
    return gain


@njit(cache=True)
def _touches(
    indptr: IntArray, indices: IntArray, part: IntArray, v: int, a: int
) -> bool:
    for j in range(indptr[v], indptr[v + 1]):
        if part[indices[j]] == a:
            return True
    return False


@njit(cache=True, inline="always")
def _partner(
    indptr: IntArray,
    indices: IntArray,
    part: IntArray,
    state: NDArray[np.uint64],
    x: int,
    a: int,
) -> int:
    """Return a unit of the part of `x` that touches `a`, `x` or beside it; -1: none."""
    v = x
    if draw(state, 2):
        near = indices[indptr[x] + draw(state, indptr[x + 1] - indptr[x])]
        if part[near] == part[x]:
            v = near
    return v if _touches(indptr, indices, part, v, a) else -1


@njit(cache=True)
def _anneal(
    indptr: IntArray,
    indices: IntArray,
    source: IntArray,
    cost: IntArray,
    load: IntArray,
    part: IntArray,
    low: IntArray,
    high: IntArray,
    home: IntArray,
    stay: IntArray,
    fixed: NDArray[np.bool_],
    heats: IntArray,
    prices: IntArray,
    tries: int,
    seed: int,
    log_table: IntArray,
) -> None:
    n = load.shape[1]
    state = np.array([seed], dtype=np.uint64)
    weight = np.zeros(low.shape, np.int64)
    for u in range(n):
        weight[:, part[u]] += load[:, u]
    stamp, queue = np.zeros(n, np.int64), np.empty(n, np.int64)
    mark = 0
    for stage in range(len(heats)):
        for _ in range(tries):
            edge = draw(state, len(indices))
            u, x = source[edge], indices[edge]
            a, b = part[u], part[x]
            if a == b or fixed[u]:
                continue
            v = -1
            if draw(state, 2):
                v = _partner(indptr, indices, part, state, x, a)
                if v < 0 or fixed[v]:
                    continue
            most = heats[stage] * log_table[draw(state, 4096)] >> 16
            gain = _load_gain(load, weight, low, high, a, b, u, v)
            gain = gain * prices[stage] >> 10
            gain += _move_gain(indptr, indices, cost, part, home, stay, u, b)
            if v < 0 and gain > most:
                continue
            mark += 1
            if not _stays_whole(indptr, indices, part, u, stamp, queue, mark):
                continue
            part[u] = b
            if v >= 0:
                gain += _move_gain(indptr, indices, cost, part, home, stay, v, a)
                mark += 1
                if (
                    gain > most
                    or not _touches(indptr, indices, part, v, a)
                    or not _stays_whole(indptr, indices, part, v, stamp, queue, mark)
                ):
                    part[u] = a
                    continue
                part[v] = a
                weight[:, a] += load[:, v]
                weight[:, b] -= load[:, v]
            weight[:, a] -= load[:, u]
            weight[:, b] += load[:, u]
