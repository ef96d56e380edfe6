"""Exchanges: all the small ways in which a grid comes into the band and stays whole.

A grid gives some units at its border away, to whichever grid takes them, and takes some
that it touches. Which grid it is then hangs on its own exchange alone, so that load and
contiguity are looked at here, once, and a program has only to see to it that what one
grid gives one other takes.
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
from planning.graphs.kernels import label_pieces

# Units of an exchange, fewer where a border is so long that there were more sets of
# them; and what they may weigh together, as a share of a grid.
_MOST, _SETS, _WEIGHT = 4, 200_000, 0.28
# Exchanges of a grid that are kept, those that move least.
_KEPT = 8_000
# What a percent outside the band costs beside a percent that moves, and to be outside
# at all: more where to change a grid has a price, so many times that.
_OUTSIDE, _OUTSIDE_AT_ALL, _OUTSIDE_TOUCH = 30.0, 100.0, 15.0
# What it costs that a grid stays in pieces.
_BROKEN = 10_000.0


class Exchanges(NamedTuple):
    """The exchanges of all grids, grid by grid; the first of each changes nothing.

    Attributes
    ----------
    grid : ndarray of int64, shape (m,)
        Whose exchange it is.
    unit : ndarray of int64, shape (m, 4)
        Units that it gives, if they are its own, or takes; then -1.
    price : ndarray of float64, shape (m,)
        Half of the load that leaves its previous grid, less what comes back to it, what
        lies outside the band if nothing changes, and what it costs not to be as in the
        previous plan; percent of a grid.
    first : ndarray of int64, shape (parts + 1,)
        Where the exchanges of each grid begin.
    """

    grid: IntArray
    unit: IntArray
    price: FloatArray
    first: IntArray


class _Room(NamedTuple):
    """Room to work in, for the check that a grid is whole."""

    inside: NDArray[np.bool_]
    mark: IntArray
    queue: IntArray


def list_exchanges(task: Task, part: IntArray) -> Exchanges:
    """Return the exchanges of each grid that end inside the band.

    Parameters
    ----------
    task : Task
        Units that are fixed do not move.
    part : ndarray of int64, shape (n,)
        Parts 0 .. parts - 1; not changed. Those in pieces, or empty, cost most as they
        are.
    """
    graph, band = task.graph, task.band
    name, unit = _beside(task, part)
    begins = np.searchsorted(name, np.arange(task.parts + 1))
    weight = np.bincount(part, graph.load, minlength=task.parts).astype(np.int64)
    outside = task.outside(part) * (100.0 / band.ideal)
    at_all = _OUTSIDE_AT_ALL + _OUTSIDE_TOUCH * task.kept.touch
    stays = _OUTSIDE * outside + at_all * (outside > 0)
    stays += task.kept.touch * task.kept.is_touched(part, task.parts)
    stays += _BROKEN * (_pieces(task, part) != 1)
    moved = graph.load * (task.kept.home >= 0) * (50.0 / band.ideal)
    room = _Room(
        np.zeros(graph.size, bool),
        np.full(graph.size, -1, np.int64),
        np.zeros(graph.size + 1, np.int64),
    )
    units, prices = list[IntArray](), list[FloatArray]()
    for p in range(task.parts):
        own = unit[begins[p] : begins[p + 1]]
        gives = part[own] == p
        members = np.flatnonzero(part == p)
        near = np.union1d(members, own)
        room.inside[members] = True
        found = _look_through(
            graph.indptr, graph.indices, graph.load, near, own, gives,
            weight[p] - band.high, weight[p] - band.low,
            int(_WEIGHT * band.ideal), _most_units(len(own)), room,
        )  # fmt: skip
        room.inside[near] = False
        # Who gives and who takes pay half each, and get it back where it goes home.
        leaves = gives == (task.kept.home[own] == p)
        costs = np.where(leaves, moved[own], -moved[own])
        price = np.r_[costs, 0.0][found].sum(axis=1)
        price += task.kept.touch * ~_goes_home(task, part, p, own, found)
        order = np.argsort(price, kind="stable")[:_KEPT]
        chosen = np.where(found >= 0, np.r_[own, -1][found], -1)[order]
        units += [np.full((1, _MOST), -1, np.int64), chosen]
        prices += [stays[p : p + 1], price[order]]
    size = np.array([len(p) for p in prices]).reshape(-1, 2).sum(axis=1)
    return Exchanges(
        np.repeat(np.arange(task.parts), size),
        np.concatenate(units),
        np.concatenate(prices),
        np.r_[0, np.cumsum(size)],
    )


def _pieces(task: Task, part: IntArray) -> IntArray:
    """Return of how many connected pieces each part is."""
    piece = label_pieces(task.graph.indptr, task.graph.indices, part)
    one_of_each = np.unique(piece, return_index=True)[1]
    return np.bincount(part[one_of_each], minlength=task.parts)


def _goes_home(
    task: Task, part: IntArray, name: int, unit: IntArray, found: IntArray
) -> NDArray[np.bool_]:
    """Return which sets of units make a grid what it was before, -1 behind each."""
    home = task.kept.home
    known, is_off = home >= 0, (part == name) != (home == name)
    away = (known & is_off).sum()
    changed = np.r_[known[unit], False][found].sum(axis=1)
    returned = np.r_[(known & is_off)[unit], False][found].sum(axis=1)
    return (returned == away) & (changed == away)


def _beside(task: Task, part: IntArray) -> tuple[IntArray, IntArray]:
    """Return ``(part, unit)``: what each may give and what it may take, ascending."""
    graph = task.graph
    around = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    a, b = part[around], part[graph.indices]
    use = (a != b) & ~task.kept.fixed[around] & (graph.load[around] > 0)
    unit = around[use]
    pairs = np.column_stack([np.r_[a[use], b[use]], np.r_[unit, unit]])
    name, unit = np.unique(pairs, axis=0).T
    return name, unit


def _most_units(units: int) -> int:
    """Return how many units an exchange may have where there are so many."""
    most = _MOST
    while most > 1 and comb(units, most) > _SETS:
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
    """Return the sets of units that give away from `least` to `most`, -1 behind."""
    count_of_all = len(unit)
    room.mark[near] = -1
    found, count, turn = np.full((1_024, _MOST), -1, np.int64), 0, 0
    pick = np.arange(_MOST)
    for size in range(1, min(units, count_of_all) + 1):
        for i in range(size):
            pick[i] = i
        while True:
            given, moved = np.int64(0), np.int64(0)
            for i in range(size):
                own = load[unit[pick[i]]]
                moved += own
                given += own if gives[pick[i]] else -own
            if least <= given <= most and moved <= heaviest:
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
            while last >= 0 and pick[last] == count_of_all - size + last:
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
