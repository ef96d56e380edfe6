"""The cheapest new set of units for a grid at given prices, exactly: compiled pricing.

`price_grid` looks for the connected set of units inside the band that costs a grid
least. What it may take in at all is proven first (`redraw_reach`). That is looked
through by branch and bound, from the outermost ring inwards: what hangs loose is
brought near at once, and how cheaply the load can still come into the band is in a
table (a knapsack). Ends by counted nodes; what is said of open ones is still a bound.
"""

from typing import NamedTuple

import numpy as np
from least_net import Flags, Ints
from redraw_reach import FAR, Field, Near, contacts, keeps_nothing, reachable

from geo.compiled import njit

# Steps of load in a table, to the ideal. Costs up to which is looked first, in steps.
_STEPS, _FIRST = 50_000, 500
# Where too much can be reached less is asked: a share of a grid less each time, down to
# so many percent less.
_LESS, _LOWER = 200, 10
# What a unit is: not decided, changed, or left as it is.
_OPEN, _CHANGED, _LEFT = 0, 1, 2


class Priced(NamedTuple):
    """What was proven and met.

    Attributes
    ----------
    bound : int
        The least cost, cut off at what was asked for; less if the nodes ran out.
    sets : list of ndarray of int64
        Units that change in those that were met, the cheapest first.
    nodes : int
        That were looked at.
    """

    bound: int
    sets: list[Ints]
    nodes: int


class _Units(NamedTuple):
    """Units to decide, the outermost ring first, then the grid's own; then what stays.

    `change` is what the grid's load changes by, `size` the same in steps.
    """

    indptr: Ints
    indices: Ints
    ring: Ints
    cost: Ints
    change: Ints
    size: Ints
    outside: int
    free: int


class _Table(NamedTuple):
    """What the units from i on cost at least, by the load x that came in before.

    `zero` is the x of none; `least` and `most` is what the load may change by.
    """

    cost: Ints
    zero: int
    least: int
    most: int


class _Found(NamedTuple):
    """Sets that were met, by which units change; `count` of them."""

    sets: Flags
    costs: Ints
    count: Ints


class _Walk(NamedTuple):
    """Where the search is: what is decided, in which order, and room to look around."""

    state: Ints
    pick: Ints
    before: Ints
    seen: Ints
    queue: Ints
    turn: Ints


def price_grid(
    field: Field, near: Near, cutoff: int, slack: int, nodes: int, room: int
) -> Priced:
    """Return a lower bound of what the cheapest set costs, and cheap sets.

    Parameters
    ----------
    cutoff : int
        Beyond it the bound is not looked for.
    slack : int
        Sets that cost so much more are looked for too.
    nodes, room : int
        To look at, and sets to remember, at most.
    """
    own, load = near.ring == 0, field.load[near.unit]
    price = field.price[near.unit]
    cost = np.where(own, price, load - price)
    gives, less = price[own], max(1, field.ideal // _LESS)
    cutoff = min(cutoff, keeps_nothing(field, int(gives.sum())))
    for limit in range(cutoff + slack, cutoff - _LOWER * field.ideal // 100, -less):
        reached = reachable(field, near, cost, limit)
        if reached is not None:
            break
    else:
        least = int(field.comes.min() + np.minimum(0, gives).sum())
        return Priced(min(cutoff, least), [], 0)
    most, used = reached
    step = max(1, field.ideal // _STEPS)
    change = np.where(own, -load, load)
    size = np.where(own, -1, 1) * ((load + step // 2) // step)
    order = np.flatnonzero(used | own)
    order = order[np.lexsort((-cost[order], -near.ring[order]))]
    weight = int(load[own].sum())
    band = (field.low - weight, field.high - weight, most)
    table = _table(order, size, change, cost, step, band)
    able = _may_change(table.cost, size[order], cost[order], table.zero, limit)
    free = order[able]
    every = np.r_[free, np.setdiff1d(np.flatnonzero(own), free)]
    units = _Units(
        *contacts(near.indptr, near.indices, every),
        near.ring[every],
        cost[every],
        change[every],
        size[every],
        int((~own[free]).sum()),
        len(free),
    )
    table = _table(free, size, change, cost, step, band)
    bound, sets, took = _look_through(units, table, limit, step, nodes, room)
    found = [near.unit[every[one]] for one in sets]
    # Nothing is known of what costs more than the limit.
    return Priced(min(cutoff, limit, bound), found, took)


def _table(
    units: Ints, size: Ints, change: Ints, cost: Ints, step: int, band: tuple[int, ...]
) -> _Table:
    """Return the table of units; the band is wider by what steps are rounded by."""
    error = int(np.abs(change[units] - size[units] * step).sum())
    low, high = (band[0] - error) // step, -((-band[1] - error) // step)
    zero = max(0, -low)
    width = zero + max(high, -((-band[2] - error) // step)) + 1
    filled = _fill(size[units], cost[units], zero + low, zero + high, max(width, 1))
    return _Table(filled, zero, band[0], band[1])


@njit(cache=True)
def _fill(size, cost, low, high, width):
    count = len(size)
    table = np.full((count + 1, width), FAR)
    table[count, max(0, low) : max(0, min(width, high + 1))] = 0
    for i in range(count - 1, -1, -1):
        for x in range(width):
            least, y = table[i + 1, x], x + size[i]
            if 0 <= y < width:
                least = min(least, table[i + 1, y] + cost[i])
            table[i, x] = least
    return table


@njit(cache=True)
def _may_change(table, size, cost, zero, limit):
    """Return which units are changed by a set that costs less than the limit."""
    count, width = table.shape[0] - 1, table.shape[1]
    before, able = np.full(width, FAR), np.zeros(count, np.bool_)
    before[zero] = 0
    for i in range(count):
        after = before.copy()
        for x in range(width):
            y = x + size[i]
            if before[x] < FAR and 0 <= y < width:
                new = before[x] + cost[i]
                after[y] = min(after[y], new)
                if new + table[i + 1, y] < limit:
                    able[i] = True
        before = after
    return able


def _look_through(
    units: _Units, table: _Table, limit: int, step: int, nodes: int, room: int
) -> tuple[int, list[Ints], int]:
    """Return a bound, the units that change in each set met, and nodes used.

    Dearer and dearer sets are looked for until there are enough of them.
    """
    found = _Found(
        np.zeros((room, len(units.ring)), np.bool_),
        np.full(room, FAR),
        np.zeros(1, np.int64),
    )
    start, used = int(table.cost[0, table.zero]), 0
    done = start - 1
    while done < limit - 1 and found.count[0] < room:
        most = start + max(step * _FIRST, (done - start) * 8 // 5)
        most = min(most, limit - 1)
        took, is_done = _search(units, table, done, most, nodes - used, found)
        used += took
        if not is_done:
            break
        done = most
    order = np.argsort(found.costs, kind="stable")[: found.count[0]]
    bound = min(int(found.costs.min()), done + 1)
    return bound, [np.flatnonzero(found.sets[row]) for row in order], used


@njit(cache=True)
def _search(units, table, done, most, nodes, found):
    """Keep the sets dearer than `done` up to `most`; return nodes, and if all were."""
    size, free = len(units.ring), units.free
    walk = _Walk(
        np.zeros(size, np.int64), np.zeros(free + 1, np.int64),
        np.zeros(free + 1, np.int64), np.zeros(size, np.int64),
        np.zeros(size, np.int64), np.zeros(1, np.int64),
    )  # fmt: skip
    used, depth, at, x = 0, 0, 0, table.zero
    paid, load = np.int64(0), np.int64(0)
    if done < 0 <= most and table.least <= 0 <= table.most:
        _keep(walk, found, paid)
    while True:
        unit, after = _next_unit(units, table, walk, depth, at, x, paid, most)
        if unit < 0:
            # The last unit that was changed is left as it is instead.
            while depth > 0 and walk.state[walk.pick[depth - 1]] == _LEFT:
                depth -= 1
                walk.state[walk.pick[depth]] = _OPEN
            if depth == 0:
                return used, True
            unit, at = walk.pick[depth - 1], walk.before[depth - 1]
            walk.state[unit] = _LEFT
            paid, load = paid - units.cost[unit], load - units.change[unit]
            x -= units.size[unit]
            continue
        if used == nodes:
            return used, False
        used += 1
        walk.pick[depth], walk.before[depth] = unit, at
        depth, at, walk.state[unit] = depth + 1, after, _CHANGED
        paid, load = paid + units.cost[unit], load + units.change[unit]
        x += units.size[unit]
        if done < paid <= most and table.least <= load <= table.most:
            if _is_whole(units, walk):
                _keep(walk, found, paid)


@njit(cache=True)
def _next_unit(units, table, walk, depth, at, x, paid, most):
    """Return the unit to change next, -1 if none, and from where to go on after."""
    if not 0 <= x < table.cost.shape[1] or paid + table.cost[at, x] > most:
        return -1, at
    if depth > 0:
        last = walk.pick[depth - 1]
        if last >= units.outside:
            if walk.state[last] == _CHANGED and not _may_hold(units, walk, at):
                return -1, at
        else:
            hangs, unit = _bring_near(units, walk, depth, at)
            if hangs:
                return unit, at
    for unit in range(at, units.free):
        y = x + units.size[unit]
        if walk.state[unit] == _OPEN and 0 <= y < table.cost.shape[1]:
            if paid + units.cost[unit] + table.cost[unit + 1, y] <= most:
                return unit, unit + 1
    return -1, at


@njit(cache=True)
def _keep(walk, found, paid):
    """Remember a set, in the place of the dearest if there is no room."""
    row = found.count[0]
    if row == len(found.costs):
        row = np.argmax(found.costs)
        if found.costs[row] <= paid:
            return
    else:
        found.count[0] += 1
    found.sets[row] = walk.state == _CHANGED
    found.costs[row] = paid


@njit(cache=True)
def _bring_near(units, walk, depth, at):
    """Return whether what was taken in hangs loose, and a unit to bring it near."""
    turn, tail = _new_turn(walk), 0
    for u in walk.pick[:depth]:
        if walk.state[u] == _CHANGED and units.ring[u] == 1:
            walk.queue[tail], walk.seen[u] = u, turn
            tail += 1
    _spread(units, walk, tail, True)
    for u in walk.pick[:depth]:
        if walk.state[u] == _CHANGED and units.ring[u] > 1 and walk.seen[u] != turn:
            walk.queue[0], walk.seen[u] = u, turn
            best = -1
            for w in walk.queue[: _spread(units, walk, 1, True)]:
                for v in units.indices[units.indptr[w] : units.indptr[w + 1]]:
                    if at <= v < units.outside and walk.state[v] == _OPEN:
                        if best < 0 or units.cost[v] < units.cost[best]:
                            best = v
            return True, best
    return False, -1


@njit(cache=True)
def _may_hold(units, walk, at):
    """Return whether what stays for sure may end as one piece."""
    turn, start = _new_turn(walk), -1
    for u in range(len(units.ring)):
        stays = walk.state[u] == _CHANGED
        if units.ring[u] == 0:
            passed = u < at or u >= units.free
            stays = walk.state[u] == _LEFT or (walk.state[u] == _OPEN and passed)
        if stays and start < 0:
            start = u
            walk.queue[0], walk.seen[u] = u, turn
            _spread(units, walk, 1, False)
        if stays and walk.seen[u] != turn:
            return False
    return True


@njit(cache=True)
def _is_whole(units, walk):
    """Return whether the grid as it is now is one piece, and not empty."""
    turn, start, count = _new_turn(walk), -1, 0
    for u in range(len(units.ring)):
        if (units.ring[u] == 0) != (walk.state[u] == _CHANGED):
            start = u
            count += 1
    if count == 0:
        return False
    walk.queue[0], walk.seen[start] = start, turn
    return _spread(units, walk, 1, False) == count


@njit(cache=True)
def _new_turn(walk):
    walk.turn[0] += 1
    return walk.turn[0]


@njit(cache=True)
def _spread(units, walk, tail, taken):
    """Go on from the queue over what is in the grid, or taken in; return how many."""
    head, turn = 0, walk.turn[0]
    while head < tail:
        u = walk.queue[head]
        head += 1
        for v in units.indices[units.indptr[u] : units.indptr[u + 1]]:
            own, is_changed = units.ring[v] == 0, walk.state[v] == _CHANGED
            if walk.seen[v] != turn and own != is_changed and not (own and taken):
                walk.seen[v] = turn
                walk.queue[tail] = v
                tail += 1
    return tail
