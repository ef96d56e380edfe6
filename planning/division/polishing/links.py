"""The links of chains as a tree: what each changes, and which to go on from next."""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.polishing.anew import Depth
from planning.division.polishing.zones import (
    MOST_GRIDS,
    SHADES,
    VARIANTS,
    Grids,
    Ground,
    Zone,
)
from planning.graphs.bits import MOST_UNITS, NONE, ONE, lowest
from planning.graphs.contact import IntArray
from planning.graphs.kernels import lean, lean_inline

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


class Tree(NamedTuple):
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
def make_tree() -> Tree:
    """Return an empty tree."""
    one = np.empty((10, _LINKS), np.int64)
    by_grid = np.empty((3, _LINKS, MOST_GRIDS), np.int64)
    return Tree(
        one[0], one[1], one[2], one[3], one[4], one[5], one[9],
        np.empty((_MOVES, 3), np.int64),
        by_grid[0], by_grid[1], by_grid[2], one[6], one[7], one[8],
        np.empty(_BESIDE, np.int64), np.empty(_BESIDE, np.int64),
        np.zeros(_SEEN, np.uint64), np.zeros(3, np.int64),
    )  # fmt: skip


@lean
def add_links(
    grids: Grids, zone: Zone, effort: Effort, tree: Tree, parent: int, now: int
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
            wait(tree, link, spent + shades * effort.price)
        if spent <= effort.budget and (nearest == 0 or off < tree.off[nearest]):
            nearest = link
    return nearest


@lean_inline
def _was_seen(tree: Tree, left_wrong: np.uint64) -> bool:
    """Return whether just these units were left wrong before; remember them."""
    at = left_wrong & np.uint64(_SEEN - 1)
    seen = tree.seen[at] == left_wrong
    tree.seen[at] = left_wrong
    return seen


@lean
def _add_moves(
    grids: Grids, zone: Zone, effort: Effort, tree: Tree, link: int, slot: int
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
def make_chain(ground: Ground, grids: Grids, tree: Tree, link: int) -> None:
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
def undo_chain(ground: Ground, grids: Grids, tree: Tree, link: int) -> None:
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
def wait(tree: Tree, link: int, value: int) -> None:
    """Put a link among those to go on from."""
    i = tree.count[2]
    tree.count[2] += 1
    while i > 0 and tree.value[(i - 1) // 2] > value:
        above = (i - 1) // 2
        tree.waiting[i], tree.value[i] = tree.waiting[above], tree.value[above]
        i = above
    tree.waiting[i], tree.value[i] = link, value


@lean
def next_link(tree: Tree) -> int:
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
