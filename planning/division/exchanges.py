"""Exchanges: all the small ways in which a grid comes into the band and stays whole.

A grid gives some units at its border to grids that they touch, and takes some from
them. Which grid it is then hangs on its own exchange alone, so that load and contiguity
are looked at here, once, and a program has only to see to it that what one grid gives
another takes.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.task import Task
from planning.graphs.contact import FloatArray, IntArray

# Units of an exchange, fewer where a border is so long that there were more sets of
# them; and what they may weigh together, as a share of a grid.
_MOST, _SETS, _WEIGHT = 4, 400_000, 0.28
# Exchanges of a grid that are kept, those that move least.
_KEPT = 8_000
# What a percent outside the band costs beside a percent that moves, and to be outside
# at all.
_OUTSIDE, _OUTSIDE_AT_ALL = 30.0, 100.0


class Exchanges(NamedTuple):
    """The exchanges of all grids, grid by grid; the first of each changes nothing.

    Attributes
    ----------
    unit, source, target : ndarray of int64, shape (links,)
        A link: a unit at a border that may go from its grid to another.
    grid : ndarray of int64, shape (m,)
        Whose exchange it is.
    price : ndarray of float64, shape (m,)
        Half of the load that moves, of units that had a grid, and what lies outside
        the band if nothing changes; percent of a grid.
    link : ndarray of int32, shape (m, 4)
        Links that an exchange uses, then -1.
    first : ndarray of int64, shape (parts + 1,)
        Where the exchanges of each grid begin.
    """

    unit: IntArray
    source: IntArray
    target: IntArray
    grid: IntArray
    price: FloatArray
    link: NDArray[np.int32]
    first: IntArray


class _Room(NamedTuple):
    """Room to work in, for the check that a grid is whole."""

    inside: NDArray[np.bool_]
    mark: IntArray
    queue: IntArray


def list_exchanges(task: Task, part: IntArray) -> Exchanges:
    """Return the exchanges of each grid of a plan in which all units are at home.

    Parameters
    ----------
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    graph, band = task.graph, task.band
    around = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    a, b = part[around], part[graph.indices]
    use = (a != b) & ~task.kept.fixed[around] & (graph.load[around] > 0)
    unit, target = np.unique(np.column_stack([around[use], b[use]]), axis=0).T
    source = part[unit]
    moved = graph.load * (task.kept.home >= 0) * (50.0 / band.ideal)
    weight = np.bincount(part, graph.load, minlength=task.parts).astype(np.int64)
    outside = task.outside(part) * (100.0 / band.ideal)
    stays = _OUTSIDE * outside + _OUTSIDE_AT_ALL * (outside > 0)
    room = _Room(
        np.zeros(graph.size, bool),
        np.full(graph.size, -1, np.int64),
        np.zeros(graph.size + 1, np.int64),
    )
    links, prices = list[NDArray[np.int32]](), list[FloatArray]()
    for name in range(task.parts):
        own = np.flatnonzero((source == name) | (target == name))
        gives = source[own] == name
        members = np.flatnonzero(part == name)
        near = np.unique(np.r_[members, unit[own]])
        room.inside[members] = True
        found = _look_through(
            graph.indptr, graph.indices, graph.load, near, unit[own], gives,
            weight[name] - band.high, weight[name] - band.low,
            int(_WEIGHT * band.ideal), _most_units(len(own)), room,
        )  # fmt: skip
        room.inside[near] = False
        chosen = np.where(found >= 0, own[found], -1)
        price = np.where(found >= 0, moved[unit[chosen]], 0.0).sum(axis=1)
        order = np.argsort(price, kind="stable")[:_KEPT]
        links += [np.full((1, _MOST), -1, np.int32), chosen[order].astype(np.int32)]
        prices += [stays[name : name + 1], price[order]]
    size = np.array([len(p) for p in prices]).reshape(-1, 2).sum(axis=1)
    return Exchanges(
        unit, source, target,
        np.repeat(np.arange(task.parts), size),
        np.concatenate(prices),
        np.concatenate(links),
        np.r_[0, np.cumsum(size)],
    )  # fmt: skip


def _most_units(links: int) -> int:
    """Return how many units an exchange may have at so many links."""
    most = _MOST
    while most > 1 and comb(links, most) > _SETS:
        most -= 1
    return most


@njit(cache=True)
def _look_through(
    indptr: IntArray,
    indices: IntArray,
    load: IntArray,
    near: IntArray,
    unit: IntArray,
    gives: NDArray[np.bool_],
    least: int,
    most: int,
    heaviest: int,
    units: int,
    room: _Room,
) -> IntArray:
    """Return the sets of links that give away from `least` to `most`, -1 behind."""
    links = len(unit)
    room.mark[near] = -1
    found, count, turn = np.full((1_024, _MOST), -1, np.int64), 0, 0
    pick = np.arange(_MOST)
    for size in range(1, min(units, links) + 1):
        for i in range(size):
            pick[i] = i
        while True:
            given, moved, twice = np.int64(0), np.int64(0), False
            for i in range(size):
                own = load[unit[pick[i]]]
                moved += own
                given += own if gives[pick[i]] else -own
                twice |= i > 0 and unit[pick[i]] == unit[pick[i - 1]]
            if least <= given <= most and moved <= heaviest and not twice:
                for i in range(size):
                    room.inside[unit[pick[i]]] = not gives[pick[i]]
                turn += 1
                if _is_whole(indptr, indices, near, room, turn):
                    if count == len(found):
                        found = np.concatenate((found, np.full_like(found, -1)))
                    found[count, :size] = pick[:size]
                    count += 1
                for i in range(size):
                    room.inside[unit[pick[i]]] = gives[pick[i]]
            last = size - 1
            while last >= 0 and pick[last] == links - size + last:
                last -= 1
            if last < 0:
                break
            pick[last] += 1
            for i in range(last + 1, size):
                pick[i] = pick[i - 1] + 1
    return found[:count]


@njit(cache=True)
def _is_whole(
    indptr: IntArray, indices: IntArray, near: IntArray, room: _Room, turn: int
) -> bool:
    """Return whether the units inside, all of them near, are one piece."""
    start, count = -1, 0
    for u in near:
        if room.inside[u]:
            start = u
            count += 1
    if count == 0:
        return False
    room.queue[0], room.mark[start] = start, turn
    head, tail = 0, 1
    while head < tail:
        u = room.queue[head]
        head += 1
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if room.inside[v] and room.mark[v] != turn:
                room.mark[v] = turn
                room.queue[tail] = v
                tail += 1
    return tail == count
