"""Chains: a few grids are evened out, what is wrong left to one, that with the next.

What a grid has too much or too little is passed on until it fits somewhere. Each link
divides a grid and some beside it anew; all but one of them come into the band, and that
one is the next link's first. Links are tried as a tree, the one that leaves least wrong
and cuts least first. What comes of it is one chain whose grids are all in the band, or
at least nearer to it, else nothing changes. Ends by counted steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.anew import Depth, divide_zone
from planning.division.zones import (
    MOST_GRIDS,
    SHADES,
    VARIANTS,
    Grids,
    Ground,
    Zone,
    empty,
    gather,
    make_zone,
    price_now,
)
from planning.graphs.bits import MOST_UNITS, NONE, ONE, lowest
from planning.graphs.contact import IntArray
from planning.graphs.kernels import draw, lean, lean_inline

# Links and moved units of a tree, and places to remember what was left wrong.
_LINKS, _MOVES, _SEEN = 1 << 14, 1 << 18, 1 << 13
# Grids beside one that are looked at.
_BESIDE = 64


class Effort(NamedTuple):
    """How hard a chain is looked for.

    Attributes
    ----------
    grids, zones : int
        Grids of a link, and how many sets of them are drawn; of two, all are taken.
    links, length, sets : int
        Links that are gone on from, of a chain, and sets of units looked at in all.
    price, budget : int
        Price of a shade of what is wrong on the way, and how much more the borders may
        cost in the end.
    depth : Depth
    """

    grids: int
    zones: int
    links: int
    length: int
    sets: int
    price: int
    budget: int
    depth: Depth


class _Tree(NamedTuple):
    """Links: number 0 is the start, each other goes on from its parent.

    Attributes
    ----------
    parent, grid, off, spent, length : ndarray of int64, shape (links,)
        The link before, the grid that is left wrong and how far outside the band, what
        the borders cost more by now, and the number of links.
    first, last : ndarray of int64, shape (links,)
        Where its moves stand.
    moves : ndarray of int64, shape (moves, 3)
        A unit, the grid that it leaves and the one it joins.
    names, before, after : ndarray of int64, shape (links, MOST_GRIDS)
        Its grids, -1 for no more, and their anchors.
    waiting, value : ndarray of int64, shape (links,)
        Links to go on from, as a heap by value.
    path : ndarray of int64, shape (links,)
        Room for the links of a chain.
    around, beside : ndarray of int64
        Grids beside the one that is wrong, and beside another.
    seen : ndarray of uint64
        What was left wrong before, as hashes.
    count : ndarray of int64, shape (3,)
        Links, moves, links that wait.
    """

    parent: IntArray
    grid: IntArray
    off: IntArray
    spent: IntArray
    length: IntArray
    first: IntArray
    last: IntArray
    moves: IntArray
    names: IntArray
    before: IntArray
    after: IntArray
    waiting: IntArray
    value: IntArray
    path: IntArray
    around: IntArray
    beside: IntArray
    seen: NDArray[np.uint64]
    count: IntArray


@njit(cache=True)
def pass_on(
    ground: Ground,
    grids: Grids,
    start: int,
    wrong: int,
    effort: Effort,
    place: IntArray,
    seed: int,
) -> IntArray:
    """Look for a chain from a grid outside the band, and change the grids by it.

    Parameters
    ----------
    wrong : int
        How far outside the grid is.
    place : ndarray of int64, shape (n,)
        Room to work in: -1 everywhere, before and after.

    Returns
    -------
    ndarray of int64
        The grids that changed, some twice; none if no chain was found.
    """
    state = np.array([seed], dtype=np.uint64)
    tree, zone = _make_tree(), make_zone(place)
    end = _search(ground, grids, start, wrong, effort, tree, zone, state)
    changed = np.empty(MOST_GRIDS * effort.length, np.int64)
    count = 0
    while end > 0:
        for name in tree.names[end]:
            if name >= 0:
                changed[count] = name
                count += 1
        end = tree.parent[end]
    return changed[:count]


@njit(cache=True)
def _make_tree() -> _Tree:
    one = np.empty((10, _LINKS), np.int64)
    by_grid = np.empty((3, _LINKS, MOST_GRIDS), np.int64)
    return _Tree(
        one[0], one[1], one[2], one[3], one[4], one[5], one[9],
        np.empty((_MOVES, 3), np.int64),
        by_grid[0], by_grid[1], by_grid[2], one[6], one[7], one[8],
        np.empty(_BESIDE, np.int64), np.empty(_BESIDE, np.int64),
        np.zeros(_SEEN, np.uint64), np.zeros(3, np.int64),
    )  # fmt: skip


@lean
def _search(
    ground: Ground,
    grids: Grids,
    start: int,
    wrong: int,
    effort: Effort,
    tree: _Tree,
    zone: Zone,
    state: NDArray[np.uint64],
) -> int:
    """Return the last link of the chain that was made, 0 if there is none."""
    tree.parent[0], tree.grid[0], tree.spent[0], tree.length[0] = -1, start, 0, 0
    tree.count[0] = 1
    _wait(tree, 0, 0)
    sets, nearest, least = effort.sets, np.int64(0), wrong
    for _ in range(effort.links):
        if tree.count[2] == 0 or sets <= 0:
            break
        link = _next_link(tree)
        _make(ground, grids, tree, link)
        best = np.int64(0)
        zone.names[0] = tree.grid[link]
        zones = _list_beside(ground, grids, zone.names[0], zone, tree.around)
        if effort.grids > 2 and zones > 0:
            zones = effort.zones
        for at in range(zones):
            _draw_zone(ground, grids, at, effort, tree, zone, state)
            size = 0
            if _may_fit(ground, grids, zone, effort):
                size = gather(ground, grids, zone, effort.grids)
            if size == 0:
                continue
            sets -= divide_zone(ground, zone, size, effort.grids, effort.depth, state)
            now = price_now(ground, grids, zone, size)
            found = _add_links(grids, zone, effort, tree, link, now)
            empty(zone, size)
            if found == 0:
                continue
            rest = tree.off[found]
            if rest == 0 and (best == 0 or tree.spent[found] < tree.spent[best]):
                best = found
            if rest < least:
                nearest, least = found, rest
        _unmake(ground, grids, tree, link)
        if best > 0:
            _make(ground, grids, tree, best)
            return best
    _make(ground, grids, tree, nearest)
    return nearest


@lean
def _list_beside(
    ground: Ground, grids: Grids, name: int, zone: Zone, beside: IntArray
) -> int:
    """List the grids beside one; return how many."""
    size, head, count = 1, 0, 0
    zone.unit[0] = grids.anchor[name]
    zone.place[zone.unit[0]] = 0
    while head < size:
        u = zone.unit[head]
        head += 1
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            v = ground.indices[j]
            other = grids.part[v]
            if other != name:
                count = _add_new(beside, count, other)
            elif zone.place[v] < 0 and size < MOST_UNITS:
                zone.unit[size], zone.place[v] = v, size
                size += 1
    empty(zone, size)
    return count


@lean_inline
def _add_new(listed: IntArray, count: int, name: int) -> int:
    for i in range(count):
        if listed[i] == name:
            return count
    if count < len(listed):
        listed[count] = name
        count += 1
    return count


@lean
def _draw_zone(
    ground: Ground,
    grids: Grids,
    at: int,
    effort: Effort,
    tree: _Tree,
    zone: Zone,
    state: NDArray[np.uint64],
) -> None:
    """Put grids beside the first of a zone: the next one of two, else by chance."""
    if effort.grids == 2:
        zone.names[1] = tree.around[at]
        return
    count, tries = 1, 8 * effort.grids
    while count < effort.grids and tries > 0:
        tries -= 1
        from_ = zone.names[draw(state, count)]
        beside = _list_beside(ground, grids, from_, zone, tree.beside)
        name = tree.beside[draw(state, beside)]
        count = _add_new(zone.names[: effort.grids], count, name)
    for empty_ in range(count, effort.grids):
        zone.names[empty_] = -1


@lean
def _may_fit(ground: Ground, grids: Grids, zone: Zone, effort: Effort) -> bool:
    """Return whether what the grids weigh together allows all but one in the band."""
    weight = np.int64(0)
    for at in range(effort.grids):
        if zone.names[at] < 0:
            return False
        weight += grids.weight[zone.names[at]]
    low, high = effort.grids * ground.low, effort.grids * ground.high
    return low - effort.depth.cap <= weight <= high + effort.depth.cap


@lean
def _add_links(
    grids: Grids, zone: Zone, effort: Effort, tree: _Tree, parent: int, now: int
) -> int:
    """Add the divisions of a zone to the tree; return the link that leaves least wrong.

    Only of those within the budget; 0 if there is none.
    """
    nearest = np.int64(0)
    for slot in range(len(zone.found)):
        if zone.found[slot, 0] == NONE:
            continue
        spent, off = tree.spent[parent] + zone.paid[slot] - now, zone.off[slot]
        if off > 0 and _was_seen(tree, zone.left_wrong[slot]):
            continue
        if tree.count[0] == _LINKS or tree.count[1] + MOST_UNITS > _MOVES:
            break
        link = tree.count[0]
        tree.count[0] += 1
        tree.parent[link], tree.length[link] = parent, tree.length[parent] + 1
        tree.spent[link], tree.off[link] = spent, off
        _add_moves(grids, zone, effort, tree, link, slot)
        if off > 0 and tree.length[link] < effort.length:
            shades = abs(slot // VARIANTS - SHADES)
            _wait(tree, link, spent + shades * effort.price)
        if spent <= effort.budget and (nearest == 0 or off < tree.off[nearest]):
            nearest = link
    return nearest


@lean_inline
def _was_seen(tree: _Tree, left_wrong: np.uint64) -> bool:
    """Return whether just these units were left wrong before; remember them."""
    at = left_wrong & np.uint64(_SEEN - 1)
    seen = tree.seen[at] == left_wrong
    tree.seen[at] = left_wrong
    return seen


@lean
def _add_moves(
    grids: Grids, zone: Zone, effort: Effort, tree: _Tree, link: int, slot: int
) -> None:
    """Write down what a link changes: it leaves the names of the grids as they were."""
    tree.grid[link], tree.first[link] = zone.names[zone.odd[slot]], tree.count[1]
    for at in range(MOST_GRIDS):
        tree.names[link, at] = -1
    for at in range(effort.grids):
        name, units = zone.names[at], zone.found[slot, at]
        tree.names[link, at], tree.before[link, at] = name, grids.anchor[name]
        tree.after[link, at] = zone.unit[lowest(units)]
        while units != NONE:
            u = zone.unit[lowest(units)]
            units &= units - ONE
            if grids.part[u] != name:
                move = tree.count[1]
                tree.count[1] += 1
                tree.moves[move, 0], tree.moves[move, 1] = u, grids.part[u]
                tree.moves[move, 2] = name
    tree.last[link] = tree.count[1]


@lean
def _make(ground: Ground, grids: Grids, tree: _Tree, link: int) -> None:
    """Change the grids by a chain from the start to a link."""
    count = 0
    while link > 0:
        tree.path[count] = link
        count += 1
        link = tree.parent[link]
    for i in range(count - 1, -1, -1):
        link = tree.path[i]
        for move in range(tree.first[link], tree.last[link]):
            _put(ground, grids, tree.moves[move, 0], tree.moves[move, 2])
        for at in range(MOST_GRIDS):
            if tree.names[link, at] >= 0:
                grids.anchor[tree.names[link, at]] = tree.after[link, at]


@lean
def _unmake(ground: Ground, grids: Grids, tree: _Tree, link: int) -> None:
    """Change the grids back, from a link to the start."""
    while link > 0:
        for move in range(tree.first[link], tree.last[link]):
            _put(ground, grids, tree.moves[move, 0], tree.moves[move, 1])
        for at in range(MOST_GRIDS):
            if tree.names[link, at] >= 0:
                grids.anchor[tree.names[link, at]] = tree.before[link, at]
        link = tree.parent[link]


@lean_inline
def _put(ground: Ground, grids: Grids, u: int, name: int) -> None:
    grids.weight[grids.part[u]] -= ground.load[u]
    grids.weight[name] += ground.load[u]
    grids.part[u] = name


@lean
def _wait(tree: _Tree, link: int, value: int) -> None:
    """Put a link among those to go on from."""
    i = tree.count[2]
    tree.count[2] += 1
    while i > 0 and tree.value[(i - 1) // 2] > value:
        above = (i - 1) // 2
        tree.waiting[i], tree.value[i] = tree.waiting[above], tree.value[above]
        i = above
    tree.waiting[i], tree.value[i] = link, value


@lean
def _next_link(tree: _Tree) -> int:
    """Take the link of the least value."""
    taken = tree.waiting[0]
    tree.count[2] -= 1
    size, i = tree.count[2], 0
    link, value = tree.waiting[size], tree.value[size]
    while 2 * i + 1 < size:
        below = 2 * i + 1
        if below + 1 < size and tree.value[below + 1] < tree.value[below]:
            below += 1
        if tree.value[below] >= value:
            break
        tree.waiting[i], tree.value[i] = tree.waiting[below], tree.value[below]
        i = below
    tree.waiting[i], tree.value[i] = link, value
    return taken
