"""Chains: a few grids are evened out, what is wrong left to one, that with the next.

What a grid has too much or too little is passed on until it fits somewhere. Each link
divides a grid and some beside it anew; all but one of them come into the band, and that
one is the next link's first. Links are tried as a tree, the one that leaves least wrong
and cuts least first. What comes of it is one chain whose grids are all in the band, or
at least nearer to it, else nothing changes. Ends by counted steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.polishing.anew import divide_zone
from planning.division.polishing.links import (
    Effort,
    Tree,
    add_links,
    make_chain,
    make_tree,
    next_link,
    undo_chain,
    wait,
)
from planning.division.polishing.zones import (
    MOST_GRIDS,
    Grids,
    Ground,
    Zone,
    empty,
    gather,
    make_zone,
    price_now,
)
from planning.graphs.bits import MOST_UNITS
from planning.graphs.contact import IntArray
from planning.graphs.kernels import draw, lean, lean_inline


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
    tree, zone = make_tree(), make_zone(place)
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


@lean
def _search(
    ground: Ground,
    grids: Grids,
    start: int,
    wrong: int,
    effort: Effort,
    tree: Tree,
    zone: Zone,
    state: NDArray[np.uint64],
) -> int:
    """Return the last link of the chain that was made, 0 if there is none."""
    tree.parent[0], tree.grid[0], tree.spent[0], tree.length[0] = -1, start, 0, 0
    tree.count[0] = 1
    wait(tree, 0, 0)
    sets, nearest, least = effort.sets, np.int64(0), wrong
    for _ in range(effort.links):
        if tree.count[2] == 0 or sets <= 0:
            break
        link = next_link(tree)
        make_chain(ground, grids, tree, link)
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
            found = add_links(grids, zone, effort, tree, link, now)
            empty(zone, size)
            if found == 0:
                continue
            rest = tree.off[found]
            if rest == 0 and (best == 0 or tree.spent[found] < tree.spent[best]):
                best = found
            if rest < least:
                nearest, least = found, rest
        undo_chain(ground, grids, tree, link)
        if best > 0:
            make_chain(ground, grids, tree, best)
            return best
    make_chain(ground, grids, tree, nearest)
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
    tree: Tree,
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
