"""Which units a redrawn grid may take in at given prices: what is too dear is proven.

A grid gives units of its own away at their price, and takes others in for what is left
of their load. Load that comes in has to go out again, and a unit that does not touch
the grid comes with others on the way to it. So all units but a few near by would cost
more than is asked, whatever else is done. Whole numbers throughout.
"""

from typing import NamedTuple

import numpy as np
from least_net import Flags, Ints

from geo.compiled import njit
from planning.division.task import Band
from planning.graphs.graph import UnitGraph

FAR = np.int64(1 << 60)
# Rings of units around a grid that are looked at.
RINGS = 9
# Load is priced in so many parts of itself while ways are sought, and so many prices
# are tried. Steps of load, as shares of the ideal: what comes in, what goes out.
_PARTS, _TRIED, _COMES, _GOES = 16, 14, 500, 20_000


class Field(NamedTuple):
    """Units with loads, and what giving each away costs; the band of a grid's load.

    Taking a unit in costs its load less this price. `gains` is how much of a unit's
    load that brings at most, in parts; entry i of `comes` what load from i to i + 1
    steps costs at least, from anywhere.
    """

    indptr: Ints
    indices: Ints
    load: Ints
    price: Ints
    low: int
    high: int
    ideal: int
    gains: int
    comes: Ints


class Near(NamedTuple):
    """A grid (ring 0) and the rings of units around it, with their contacts."""

    unit: Ints
    ring: Ints
    indptr: Ints
    indices: Ints


def make_field(graph: UnitGraph, price: Ints, band: Band) -> Field:
    """Return the field of a graph's units; those without load have no price."""
    load, step = graph.load, _step(band.ideal)
    price = np.where(load > 0, price, 0)
    over = -(-(price - load) * _PARTS // np.maximum(1, load))
    comes = _comes(
        load, load - price, np.ones(graph.size, np.bool_), band.high // step + 1, step
    )
    return Field(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int64),
        load,
        price,
        band.low,
        band.high,
        band.ideal,
        max(0, int(over[load > 0].max())),
        comes,
    )


def near_of(graph: UnitGraph, home: Ints, name: int) -> Near:
    """Return a grid of a plan and what lies around it."""
    ring = np.full(graph.size, -1)
    front = np.flatnonzero(home == name)
    ring[front] = 0
    for turn in range(1, RINGS + 1):
        ends = [graph.indices[graph.indptr[u] : graph.indptr[u + 1]] for u in front]
        front = np.unique(np.concatenate([front, *ends]))
        front = front[ring[front] < 0]
        ring[front] = turn
    unit = np.flatnonzero(ring >= 0)
    return Near(unit, ring[unit], *contacts(graph.indptr, graph.indices, unit))


def contacts(indptr: Ints, indices: Ints, unit: Ints) -> tuple[Ints, Ints]:
    """Return ``(indptr, indices)`` of some units, renumbered."""
    at = np.full(len(indptr) - 1, -1)
    at[unit] = np.arange(len(unit))
    ends = [at[indices[indptr[u] : indptr[u + 1]]] for u in unit.tolist()]
    ends = [end[end >= 0] for end in ends]
    return np.cumsum([0, *map(len, ends)]), np.concatenate(ends).astype(np.int64)


def keeps_nothing(field: Field, gives: int) -> int:
    """Return what a grid costs at least that gives all it has away, for so much."""
    return gives + int(field.comes[field.low // _step(field.ideal) :].min())


def reachable(
    field: Field, near: Near, cost: Ints, limit: int
) -> tuple[int, Flags] | None:
    """Return ``(load, units)`` that may come into a grid that keeps a unit.

    Of sets that cost less than the limit; None if rings farther out may be needed.

    Parameters
    ----------
    cost : ndarray of int64
        Of taking in or giving away each unit of `near`.
    """
    own, load = near.ring == 0, field.load[near.unit]
    step, goes = _step(field.ideal), max(1, field.ideal // _GOES)
    rest = _rest(load[own], cost[own], goes)
    # What has to be given away for what comes in.
    spare = field.high - int(load[own].sum())
    must = np.maximum(0, (np.arange(len(field.comes)) * step - spare) // goes)
    pays = np.where(must < len(rest), rest[np.minimum(must, len(rest) - 1)], FAR)
    lengths = _ways(near, load, cost, field.gains)
    used, comes = near.ring > 0, field.comes
    while True:
        fits = (pays < FAR) & (comes < FAR)
        cheap = fits & (np.where(fits, pays + comes, 0) < limit)
        spans = np.flatnonzero(cheap).max(initial=-1) + 1
        before = used.copy()
        _leave_out(used, lengths, pays, comes[:spans], field.gains, step, limit)
        if used[near.ring == RINGS].any():
            return None
        if (used == before).all():
            return int(spans) * step, used
        comes = _comes(load, cost, used, len(comes), step)


def _step(ideal: int) -> int:
    return max(1, ideal // _COMES)


@njit(cache=True)
def _comes(load, cost, able, spans, step):
    """Return what load from i to i + 1 steps costs at least, as if units were cut."""
    units = np.flatnonzero(able & (load > 0))
    order = units[np.argsort(cost[units] / load[units])]
    free = np.int64(0)
    for u in np.flatnonzero(able & (load == 0)):
        free += min(0, cost[u])
    comes = np.full(spans, FAR)
    weight, paid, i = np.int64(0), free, 0
    comes[0] = paid
    for u in order:
        # Where a span ends inside this unit, a little below what that costs.
        while i < spans and (i + 1) * step <= weight + load[u]:
            cut = (i + 1) * step - weight
            here = paid + (cost[u] * cut) // load[u] - 1
            comes[i] = min(comes[i], here)
            i += 1
            if i < spans:
                comes[i] = here
        weight += load[u]
        paid += cost[u]
        if i < spans:
            comes[i] = min(comes[i], paid)
    return comes


@njit(cache=True)
def _rest(load, give, step):
    """Return what giving away at least so many steps of load costs at least."""
    size = -(-load // step)
    least = np.full(size.sum() + 1, FAR)
    least[0] = 0
    for u in range(len(load)):
        for x in range(len(least) - 1, -1, -1):
            before = least[max(0, x - size[u])]
            if before < FAR:
                least[x] = min(least[x], before + give[u])
    for x in range(len(least) - 2, -1, -1):
        least[x] = min(least[x], least[x + 1])
    return least


@njit(cache=True)
def _ways(near, load, cost, gains):
    """Return how cheaply each unit outside is reached, for each price of load."""
    size = len(near.ring)
    lengths = np.full((_TRIED, size), FAR)
    queue, waits = np.zeros(size + 1, np.int64), np.zeros(size, np.bool_)
    for t in range(_TRIED):
        length, head, count = lengths[t], 0, 0
        for u in np.flatnonzero(near.ring == 1):
            length[u] = _PARTS * cost[u] + (gains + t) * load[u]
            queue[count] = u
            count += 1
            waits[u] = True
        while count:
            u = queue[head]
            head = (head + 1) % (size + 1)
            count -= 1
            waits[u] = False
            for v in near.indices[near.indptr[u] : near.indptr[u + 1]]:
                new = length[u] + _PARTS * cost[v] + (gains + t) * load[v]
                if near.ring[v] > 0 and new < length[v]:
                    length[v] = new
                    if not waits[v]:
                        queue[(head + count) % (size + 1)] = v
                        count += 1
                        waits[v] = True
    return lengths


@njit(cache=True)
def _leave_out(used, lengths, pays, comes, gains, step, limit):
    """Take out those units with which a set costs the limit, or more."""
    for u in np.flatnonzero(used):
        used[u] = False
        for i in range(len(comes)):
            if pays[i] == FAR or comes[i] == FAR or lengths[0, u] == FAR:
                continue
            least = _PARTS * comes[i]
            for t in range(_TRIED):
                least = max(least, lengths[t, u] - (gains + t) * (i + 1) * step)
            if least + _PARTS * (pays[i] - limit) < 0:
                used[u] = True
                break
