"""The cheapest grid that a price on each unit leaves, exactly: compiled pricing.

A grid is a connected set of units with its load inside the band. It costs half a cut
for each of its borders, so that the grids of a plan cost what the plan cuts; what it
costs beyond the prices of its units is its reduced cost. `price_grids` looks for grids
with a reduced cost below `least`, unit by unit: those in which this unit is the
heaviest. Units are taken in or left out along the border of the set (branch and bound);
what is left free is bounded by a minimum cut, the load by a multiplier (Lagrange).
Whole numbers throughout, `CUT` to a cut border; ends by counted nodes, and what is said
of the open ones is still a bound.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import lean

CUT = 1 << 40
_HALF = CUT >> 1
_FAR = np.int64(1 << 60)
# Multipliers that are tried at a node, and how near the best is good enough.
_TRIES, _CLOSE = 10, CUT >> 8
_FREE, _IN, _OUT = 0, 1, 2
# What a dispute counts beside contact, when the next unit is chosen.
_DISPUTED = 100.0

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


class Tree(NamedTuple):
    """The open nodes, from the first to the deepest.

    `state` says which units are in, out or free, `factor` what their load is priced
    at, `above` what is proven of them.
    """

    state: NDArray[np.int8]
    factor: Ints
    above: Ints


class Found(NamedTuple):
    """Sets below `least` that were met; the first ``count[0]`` rows count."""

    sets: NDArray[np.bool_]
    count: Ints


class Priced(NamedTuple):
    """What was proven and met.

    Attributes
    ----------
    bounds : ndarray of int64, shape (n,)
        For each unit, of grids in which it is the heaviest: the least reduced cost,
        cut off at what was asked for; below the least one if the nodes ran out.
    grids : ndarray of bool, shape (m, n)
        Those below what was asked for that were met.
    nodes : int
        That were looked at.
    """

    bounds: Ints
    grids: Flags
    nodes: int


def make_field(graph: UnitGraph, price: Ints, low: int, high: int) -> Field:
    """Return the units of a graph with their prices, `CUT` to a cut."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    twin = np.empty(len(source), np.int64)
    twin[np.argsort(graph.indices, kind="stable")] = np.arange(len(source))
    return Field(graph.indptr, graph.indices, twin, graph.load, price, low, high)


def price_grids(field: Field, least: int, nodes: int, room: int) -> Priced:
    """Return a lower bound of the reduced cost for each unit as a grid's heaviest.

    Parameters
    ----------
    least : int
        Grids that cost as much or more are not looked for; not above 0.
    nodes : int
        To look at for each unit at most.
    room : int
        Grids to remember for each unit at most.
    """
    size, used = len(field.load), 0
    found = Found(np.zeros((room, size), np.bool_), np.zeros(1, np.int64))
    state, net = np.zeros((size + 2, size), np.int8), _make_net(field)
    tree = Tree(state, np.zeros(size + 2, np.int64), np.zeros(size + 2, np.int64))
    bounds, grids = np.empty(size, np.int64), []
    barred = np.zeros(size, np.bool_)
    for unit in np.argsort(-field.load, kind="stable").tolist():
        state[0] = np.where(barred, _OUT, _FREE)
        state[0, unit] = _IN
        tree.factor[0], tree.above[0], found.count[0] = 0, -_FAR, 0
        bounds[unit], took = _price_from(field, net, tree, least, nodes, found)
        used += took
        grids.append(found.sets[: found.count[0]].copy())
        barred[unit] = True
    return Priced(bounds, np.concatenate(grids), used)


def _make_net(field: Field) -> Net:
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
def _price_from(
    field: Field, net: Net, tree: Tree, least: int, nodes: int, found: Found
) -> tuple[int, int]:
    """Return a bound for the grids that grow from the first node, and nodes used."""
    depth, used, worst = 0, 0, np.int64(least)
    while depth >= 0:
        if used == nodes:
            for open_node in range(depth + 1):
                worst = min(worst, tree.above[open_node])
            return worst, used
        used += 1
        own = tree.state[depth]
        within = _bar_unreachable(field, net, own)
        if within < field.low:
            depth -= 1
            continue
        free, base, weight = _lay_out(field, net, own)
        bound, factor, met = _bound(
            field,
            net,
            own,
            (free, base, weight, within),
            tree.factor[depth],
            worst,
            found,
        )
        worst = min(worst, met)
        unit = _next_unit(field, net, own, free)
        if bound >= worst or unit < 0:
            depth -= 1
            continue
        # First with the unit, then, in the place of this node, without.
        for u in range(len(own)):
            tree.state[depth + 1, u] = own[u]
        tree.state[depth + 1, unit] = _IN
        tree.state[depth, unit] = _OUT
        for child in (depth, depth + 1):
            tree.factor[child], tree.above[child] = factor, bound
        depth += 1
    return worst, used


@lean
def _bar_unreachable(field: Field, net: Net, own: NDArray[np.int8]) -> int:
    """Leave out free units too far to be in a grid; return the load within reach.

    The way to them from the units that are in would alone be heavier than the band.
    """
    size, total, head, tail = len(own), np.int64(0), 0, 0
    way, queue, waits = net.level, net.queue, net.chosen
    for u in range(size):
        way[u], waits[u] = _FAR, own[u] == _IN
        if own[u] == _IN:
            total += field.load[u]
            queue[tail] = u
            tail += 1
    if total > field.high:
        return 0
    for i in range(tail):
        way[queue[i]] = total
    while head != tail:
        u = queue[head]
        head = (head + 1) % len(queue)
        waits[u] = False
        for j in range(field.indptr[u], field.indptr[u + 1]):
            v = field.indices[j]
            there = way[u] + field.load[v]
            if own[v] != _FREE or there > field.high or there >= way[v]:
                continue
            way[v] = there
            if not waits[v]:
                waits[v] = True
                queue[tail] = v
                tail = (tail + 1) % len(queue)
    for u in range(size):
        if own[u] == _FREE and way[u] == _FAR:
            own[u] = _OUT
        elif own[u] == _FREE:
            total += field.load[u]
    return total


@lean
def _lay_out(field: Field, net: Net, own: NDArray[np.int8]) -> tuple[int, int, int]:
    """Lay out the free units; return their number, and price and load of those in."""
    free, edges, base, weight = 0, 0, np.int64(0), np.int64(0)
    for u in range(len(own)):
        net.name[u] = free
        if own[u] == _FREE:
            net.units[free] = u
            free += 1
    for u in range(len(own)):
        if own[u] == _OUT:
            continue
        gain = field.price[u]
        if own[u] == _FREE:
            net.start[net.name[u]] = edges
        else:
            weight += field.load[u]
        for j in range(field.indptr[u], field.indptr[u + 1]):
            v = field.indices[j]
            if own[u] == _FREE and own[v] == _FREE:
                net.slot[j] = edges
                net.end[edges] = net.name[v]
                if v < u:
                    other = net.slot[field.twin[j]]
                    net.back[edges], net.back[other] = other, edges
                edges += 1
            elif own[v] == _IN:
                gain += _HALF * (own[u] == _FREE)
            else:
                gain -= _HALF
        if own[u] == _FREE:
            net.gain[net.name[u]] = gain
        else:
            base -= gain
    net.start[free] = edges
    return free, base, weight


@lean
def _bound(
    field: Field,
    net: Net,
    own: NDArray[np.int8],
    laid: tuple[int, int, int, int],
    factor: int,
    least: int,
    found: Found,
) -> tuple[int, int, int]:
    """Return a bound of a node, the multiplier that gave it, and the best set met.

    The bound is concave in the multiplier: between the best set that is too light for
    it and the best that is too heavy, the next to try is where both cost the same.
    """
    free, base, weight, within = laid
    light, light_load = base, weight
    heavy, heavy_load = base, within
    for i in range(free):
        heavy -= net.gain[i]
        net.light[i], net.heavy[i] = False, True
    bound, best, met, most = -_FAR, factor, _FAR, _FAR // (within + 1)
    for _ in range(_TRIES):
        cost, load = _cheapest(field, net, free, factor)
        cost, load = cost + base, load + weight
        limit = field.high if factor > 0 else field.low
        value = cost + factor * (load - limit)
        if value > bound:
            bound, best = value, factor
        if field.low <= load <= field.high and cost < min(least, met):
            if _is_whole(field, net, own):
                met = cost
                _remember(net, own, found)
        if bound >= min(least, met):
            break
        if load > field.high or (factor < 0 and load >= field.low):
            heavy, heavy_load = cost, load
            _copy(net.chosen, net.heavy, free)
        elif factor > 0 or load < field.low:
            light, light_load = cost, load
            _copy(net.chosen, net.light, free)
        else:
            break
        if heavy_load <= light_load:
            break
        # No multiplier gives more than the crossing of the two.
        crossing = (light - heavy) // (heavy_load - light_load)
        if factor > 0 > crossing or factor < 0 < crossing:
            crossing = np.int64(0)
        crossing = max(-most, min(most, crossing))
        limit = field.high if crossing > 0 else field.low
        most_here = light + crossing * (light_load - limit)
        if most_here - bound < _CLOSE:
            break
        factor = crossing
    return bound, best, met


@lean
def _copy(source: Flags, target: Flags, count: int) -> None:
    for i in range(count):
        target[i] = source[i]


@lean
def _cheapest(field: Field, net: Net, free: int, factor: int) -> tuple[int, int]:
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


@lean
def _is_whole(field: Field, net: Net, own: NDArray[np.int8]) -> bool:
    """Return whether the chosen units are connected with those that are in."""
    size, tail, head = len(own), 0, 0
    seen, queue = net.level, net.queue
    wanted = 0
    for u in range(size):
        taken = own[u] == _IN or (own[u] == _FREE and net.chosen[net.name[u]])
        seen[u] = 0 if taken else 1
        wanted += taken
        if tail == 0 and own[u] == _IN:
            queue[0], tail, seen[u] = u, 1, 1
    while head < tail:
        u = queue[head]
        head += 1
        for j in range(field.indptr[u], field.indptr[u + 1]):
            v = field.indices[j]
            if seen[v] == 0:
                seen[v] = 1
                queue[tail] = v
                tail += 1
    return tail == wanted


@lean
def _remember(net: Net, own: NDArray[np.int8], found: Found) -> None:
    """Keep the chosen units with those that are in, if there is room."""
    row = found.count[0]
    if row == len(found.sets):
        return
    for u in range(len(own)):
        chosen = own[u] == _FREE and net.chosen[net.name[u]]
        found.sets[row, u] = own[u] == _IN or chosen
    found.count[0] = row + 1


@lean
def _next_unit(field: Field, net: Net, own: NDArray[np.int8], free: int) -> int:
    """Return the unit to decide next, -1 if none borders on those that are in.

    First those in dispute between the light set and the heavy, then by contact, load.
    """
    best, most = -1, -1.0
    for i in range(free):
        u = net.units[i]
        contact = 0
        for j in range(field.indptr[u], field.indptr[u + 1]):
            contact += own[field.indices[j]] == _IN
        score = contact + 10.0 * field.load[u] / field.high
        if net.heavy[i] and not net.light[i]:
            score += _DISPUTED
        if contact and score > most:
            best, most = u, score
    return best
