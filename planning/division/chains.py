"""Chains: a grid is evened out with one beside it, that with the next, until all fit.

What a grid has too much or too little is passed on. Each link divides two neighbouring
grids anew: connected sets of their units are looked through as bits, one grid comes
into the band, and what is wrong is left to the other, the next link's first. A chain
counts only if its last grid is in the band, else all of it is undone. Ends by counted
steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.pairs import (
    MOST,
    Effort,
    Grids,
    Ground,
    Pair,
    divide_pair,
    gather,
    link_up,
    make_pair,
)
from planning.graphs.bits import NONE, ONE
from planning.graphs.contact import IntArray
from planning.graphs.kernels import lean, lean_inline


class _Undo(NamedTuple):
    """What a chain changed: units with their grids, grids with anchors and loads."""

    units: IntArray
    grids: IntArray


@njit(cache=True)
def pass_on(
    ground: Ground, grids: Grids, start: int, effort: Effort, place: IntArray, seed: int
) -> IntArray:
    """Try chains from a grid outside the band until one leads somewhere.

    Parameters
    ----------
    place : ndarray of int64, shape (n,)
        Room to work in: -1 everywhere, before and after.

    Returns
    -------
    ndarray of int64
        The grids that changed, some twice; none if no chain did.
    """
    state = np.array([seed], dtype=np.uint64)
    pair = make_pair(place)
    undo = _Undo(
        np.zeros((MOST * effort.links, 2), np.int64),
        np.zeros((2 * effort.links, 3), np.int64),
    )
    for _ in range(effort.chains):
        links = _try_chain(ground, grids, start, effort, pair, undo, state)
        if links > 0:
            return undo.grids[:links, 0]
    return undo.grids[:0, 0]


@lean
def _try_chain(
    ground: Ground,
    grids: Grids,
    start: int,
    effort: Effort,
    pair: Pair,
    undo: _Undo,
    state: NDArray[np.uint64],
) -> int:
    """Try a chain, undo it if it leads nowhere; return how many grids it changed."""
    moves, links, spent = 0, 0, np.int64(0)
    p, came, done = start, np.int64(-1), False
    for link in range(effort.links):
        q, size = gather(ground, grids, p, came, pair, state)
        chosen, rest, paid = NONE, np.int64(0), np.int64(0)
        if q >= 0:
            ease = effort.ease if link == 0 else 0
            chosen, rest, paid = divide_pair(ground, pair, size, effort, ease, state)
            paid -= link_up(ground, grids, pair, size)
        if chosen != NONE:
            links = _note(grids, p, undo, links)
            links = _note(grids, q, undo, links)
            moves = _apply(ground, grids, pair, size, chosen, p, q, undo, moves)
        for i in range(size):
            pair.place[pair.unit[i]] = -1
        if chosen == NONE:
            break
        spent += paid
        came, p = p, q
        if rest == 0:
            done = spent <= effort.budget
            break
    if done:
        return links
    for i in range(moves - 1, -1, -1):
        grids.part[undo.units[i, 0]] = undo.units[i, 1]
    for i in range(links - 1, -1, -1):
        name = undo.grids[i, 0]
        grids.anchor[name], grids.weight[name] = undo.grids[i, 1], undo.grids[i, 2]
    return 0


@lean_inline
def _note(grids: Grids, name: int, undo: _Undo, links: int) -> int:
    undo.grids[links, 0] = name
    undo.grids[links, 1] = grids.anchor[name]
    undo.grids[links, 2] = grids.weight[name]
    return links + 1


@lean
def _apply(
    ground: Ground,
    grids: Grids,
    pair: Pair,
    size: int,
    chosen: np.uint64,
    p: int,
    q: int,
    undo: _Undo,
    moves: int,
) -> int:
    """Give a set to one grid and the rest to the other; return the moves noted."""
    total = grids.weight[p] + grids.weight[q]
    grids.weight[p] = 0
    for i in range(size):
        u = pair.unit[i]
        name = p if chosen >> np.uint64(i) & ONE != NONE else q
        grids.anchor[name] = u
        if name == p:
            grids.weight[p] += ground.load[u]
        if grids.part[u] != name:
            undo.units[moves, 0], undo.units[moves, 1] = u, grids.part[u]
            grids.part[u] = name
            moves += 1
    grids.weight[q] = total - grids.weight[p]
    return moves
