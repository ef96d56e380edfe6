"""The cheapest grid that a price on each unit leaves, exactly: compiled pricing.

A grid is a connected set of units with its load inside the band. It costs half a cut
for each of its borders, so that the grids of a plan cost what the plan cuts; what it
costs beyond the prices of its units is its reduced cost. `price_grids` looks for grids
with a reduced cost below `least`, unit by unit: those in which this unit is the
heaviest. Units are taken in or left out along the border of the set (branch and bound);
what is left free is bounded by a minimum cut, the load by a multiplier (Lagrange). Ends
by counted nodes, and what is said of the open ones is still a bound.
"""

from typing import NamedTuple

import numpy as np
from least_net import (
    CUT,
    FREE,
    IN,
    OUT,
    Field,
    Flags,
    Ints,
    Net,
    cheapest,
    lay_out,
    make_net,
)
from numpy.typing import NDArray

from planning.graphs.kernels import lean

_FAR = np.int64(1 << 60)
# Multipliers that are tried at a node, and how near the best is good enough.
_TRIES, _CLOSE = 10, CUT >> 8
# What a dispute counts beside contact, when the next unit is chosen.
_DISPUTED = 100.0


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
    state, net = np.zeros((size + 2, size), np.int8), make_net(field)
    tree = Tree(state, np.zeros(size + 2, np.int64), np.zeros(size + 2, np.int64))
    bounds, grids = np.empty(size, np.int64), []
    barred = np.zeros(size, np.bool_)
    for unit in np.argsort(-field.load, kind="stable").tolist():
        state[0] = np.where(barred, OUT, FREE)
        state[0, unit] = IN
        tree.factor[0], tree.above[0], found.count[0] = 0, -_FAR, 0
        bounds[unit], took = _price_from(field, net, tree, least, nodes, found)
        used += took
        grids.append(found.sets[: found.count[0]].copy())
        barred[unit] = True
    return Priced(bounds, np.concatenate(grids), used)


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
        free, base, weight = lay_out(field, net, own)
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
        tree.state[depth + 1, unit] = IN
        tree.state[depth, unit] = OUT
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
        way[u], waits[u] = _FAR, own[u] == IN
        if own[u] == IN:
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
            if own[v] != FREE or there > field.high or there >= way[v]:
                continue
            way[v] = there
            if not waits[v]:
                waits[v] = True
                queue[tail] = v
                tail = (tail + 1) % len(queue)
    for u in range(size):
        if own[u] == FREE and way[u] == _FAR:
            own[u] = OUT
        elif own[u] == FREE:
            total += field.load[u]
    return total


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
        cost, load = cheapest(field, net, free, factor)
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
def _is_whole(field: Field, net: Net, own: NDArray[np.int8]) -> bool:
    """Return whether the chosen units are connected with those that are in."""
    size, tail, head = len(own), 0, 0
    seen, queue = net.level, net.queue
    wanted = 0
    for u in range(size):
        taken = own[u] == IN or (own[u] == FREE and net.chosen[net.name[u]])
        seen[u] = 0 if taken else 1
        wanted += taken
        if tail == 0 and own[u] == IN:
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
        chosen = own[u] == FREE and net.chosen[net.name[u]]
        found.sets[row, u] = own[u] == IN or chosen
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
            contact += own[field.indices[j]] == IN
        score = contact + 10.0 * field.load[u] / field.high
        if net.heavy[i] and not net.light[i]:
            score += _DISPUTED
        if contact and score > most:
            best, most = u, score
    return best
