"""The units of a search for grids, and the cheapest set of the free ones: a least cut.

A set costs half a cut for each of its borders, less the prices of its units. Without a
band for its load the cheapest one is where the flow from the units that gain to those
that lose is held up (Dinic's levels). Whole numbers throughout, `CUT` to a cut border.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import lean

CUT = 1 << 40
FREE, IN, OUT = 0, 1, 2
_HALF = CUT >> 1

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Field(NamedTuple):
    """Units with prices, and the band of a grid's load; `twin` turns an edge round."""

    indptr: Ints
    indices: Ints
    twin: Ints
    load: Ints
    price: Ints
    low: int
    high: int


class Net(NamedTuple):
    """The free units of a node with the borders among them, and the flow over these.

    `gain` is what taking a unit in brings, borders to free units apart; `excess` what
    flows out of it (or, below 0, may end in it); `chosen` the cheapest set, `light` and
    `heavy` the sets between which a bound was found.
    """

    units: Ints
    name: Ints
    gain: Ints
    start: Ints
    end: Ints
    back: Ints
    slot: Ints
    left: Ints
    excess: Ints
    level: Ints
    queue: Ints
    at: Ints
    path: Ints
    chosen: Flags
    light: Flags
    heavy: Flags


def make_field(graph: UnitGraph, price: Ints, low: int, high: int) -> Field:
    """Return the units of a graph with their prices, `CUT` to a cut."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    twin = np.empty(len(source), np.int64)
    twin[np.argsort(graph.indices, kind="stable")] = np.arange(len(source))
    return Field(graph.indptr, graph.indices, twin, graph.load, price, low, high)


def make_net(field: Field) -> Net:
    n, m = len(field.load), len(field.indices)
    per_unit = [np.zeros(n + 1, np.int64) for _ in range(9)]
    per_edge = [np.zeros(m, np.int64) for _ in range(4)]
    units, name, gain, start, excess, level, queue, at, path = per_unit
    end, back, slot, left = per_edge
    chosen, light, heavy = (np.zeros(n, np.bool_) for _ in range(3))
    return Net(
        units, name, gain, start, end, back, slot, left,
        excess, level, queue, at, path, chosen, light, heavy,
    )  # fmt: skip


@lean
def lay_out(field: Field, net: Net, own: NDArray[np.int8]) -> tuple[int, int, int]:
    """Lay out the free units; return their number, and price and load of those in."""
    free, edges, base, weight = 0, 0, np.int64(0), np.int64(0)
    for u in range(len(own)):
        net.name[u] = free
        if own[u] == FREE:
            net.units[free] = u
            free += 1
    for u in range(len(own)):
        if own[u] == OUT:
            continue
        gain = field.price[u]
        if own[u] == FREE:
            net.start[net.name[u]] = edges
        else:
            weight += field.load[u]
        for j in range(field.indptr[u], field.indptr[u + 1]):
            v = field.indices[j]
            if own[u] == FREE and own[v] == FREE:
                net.slot[j] = edges
                net.end[edges] = net.name[v]
                if v < u:
                    other = net.slot[field.twin[j]]
                    net.back[edges], net.back[other] = other, edges
                edges += 1
            elif own[v] == IN:
                gain += _HALF * (own[u] == FREE)
            else:
                gain -= _HALF
        if own[u] == FREE:
            net.gain[net.name[u]] = gain
        else:
            base -= gain
    net.start[free] = edges
    return free, base, weight


@lean
def cheapest(field: Field, net: Net, free: int, factor: int) -> tuple[int, int]:
    """Choose the set with the least cut and load at a price; return cost and load."""
    flow, room = np.int64(0), np.int64(0)
    for i in range(free):
        net.excess[i] = net.gain[i] - factor * field.load[net.units[i]]
        room += max(0, net.excess[i])
    for j in range(net.start[free]):
        net.left[j] = _HALF
    while _layer(net, free):
        for i in range(free):
            net.at[i] = net.start[i]
        for i in range(free):
            while net.excess[i] > 0 and net.level[i] == 0:
                pushed = _push(net, i)
                if pushed == 0:
                    break
                flow += pushed
    load = np.int64(0)
    for i in range(free):
        net.chosen[i] = net.level[i] >= 0
        load += field.load[net.units[i]] * net.chosen[i]
    return flow - room - factor * load, load


@lean
def _layer(net: Net, free: int) -> bool:
    """Number units by their steps from those with an excess; return if any may end."""
    tail, last = 0, -1
    for i in range(free):
        net.level[i] = -1
        if net.excess[i] > 0:
            net.level[i] = 0
            net.queue[tail] = i
            tail += 1
    head = 0
    while head < tail:
        i = net.queue[head]
        head += 1
        if net.level[i] == last:
            break
        for j in range(net.start[i], net.start[i + 1]):
            k = net.end[j]
            if net.left[j] > 0 and net.level[k] < 0:
                net.level[k] = net.level[i] + 1
                net.queue[tail] = k
                tail += 1
                if net.excess[k] < 0:
                    last = net.level[k]
    return last >= 0


@lean
def _push(net: Net, first: int) -> int:
    """Push flow along one way down the levels; return how much, 0 if there is none."""
    i, steps = first, 0
    while net.excess[i] >= 0:
        j = net.at[i]
        if j < net.start[i + 1]:
            k = net.end[j]
            if net.left[j] > 0 and net.level[k] == net.level[i] + 1:
                net.path[steps] = j
                steps += 1
                i = k
            else:
                net.at[i] += 1
            continue
        if steps == 0:
            return 0
        steps -= 1
        back = net.back[net.path[steps]]
        i = net.end[back]
        net.at[i] += 1
    amount = min(net.excess[first], -net.excess[i])
    for step in range(steps):
        amount = min(amount, net.left[net.path[step]])
    for step in range(steps):
        j = net.path[step]
        net.left[j] -= amount
        net.left[net.back[j]] += amount
    net.excess[first] -= amount
    net.excess[i] += amount
    return amount
