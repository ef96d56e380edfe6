"""Divide the units into grids: quota per region, a start, repair, refinement.

The result is always exactly the number of grids asked for, each non-empty and connected
and inside one region. Units heavier than the ideal are peeled off first: each gets a
grid of its own and the rest share the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.division.afresh import divide_afresh
from planning.division.easing import ease
from planning.division.mend import mend
from planning.division.patches import outside_band
from planning.division.polish import even_out, polish, renew, tidy
from planning.division.quota import apportion
from planning.division.reassign import reassign
from planning.division.redraw import Previous, kept_in, start_from
from planning.division.refine import Band, anneal_seams, is_narrow, nothing_kept, refine
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, components, cut_edges, subgraph
from planning.graphs.regions import OWN_GRID_SHARE

# Proposals per unit, and their number in all above which each unit gets fewer.
_TRIES_PER_UNIT = 20_000
_TRIES_IN_ALL = 16_000_000
_TRIES_FLOOR = 1_400
# For the seams between areas, and for the grids that stay outside the band.
_TRIES_SEAMS, _TRIES_POLISH = 1_500, 2_800
# Small regions are cheap and rough: several starts until one ends inside the band; the
# best of all where the whole territory is small. In tiny ones all are as good.
_SMALL, _TINY, _STARTS, _STARTS_BEST = 600, 120, 12, 20
_TRIES_SMALL, _TRIES_ROUGH = 5_000, 3_000
# Units times starts, in all regions together.
_STARTS_IN_ALL, _STARTS_IN_ALL_BEST = 4_000, 6_400
# Rounds to tidy up, and units times rounds in all.
_TIDY_ROUNDS, _TIDIED_IN_ALL = 20, 16_000
# Turns over the worst grids of a large region and how many in each, between which it
# is tidied up.
_RENEWALS = ((4, 60), (9, 6))
# A region of more units is divided area by area, of at most so many units.
_LARGE, _AREA = 5_000, 2_500


@dataclass(frozen=True)
class Division:
    """Which grid each unit is in, and how the numbers came about.

    Attributes
    ----------
    part : ndarray of int64, shape (n,)
        0 .. grids - 1.
    region_grids : ndarray of int64, shape (n_regions,)
    bound : float
        Least possible maximum deviation under the regions' lines, a fraction.
    oversized : ndarray of bool, shape (n,)
        Units heavier than the ideal of their region.
    """

    part: IntArray
    region_grids: IntArray
    bound: float
    oversized: NDArray[np.bool_]


@dataclass(frozen=True)
class _Effort:
    """Proposals per unit, starts of a small region, rounds to tidy up.

    With `best` all starts are made, else they end with the first inside the band.
    """

    tries: int
    starts: int
    tidy: int
    best: bool


def divide(
    graph: UnitGraph,
    region: IntArray,
    grids: int,
    tolerance: float,
    seed: int,
    previous: Previous | None = None,
    tell: Callable[[float], None] = lambda _share: None,
    size: tuple[float, float] | None = None,
) -> Division:
    """Return a division of the units into exactly `grids` grids.

    Parameters
    ----------
    graph : UnitGraph
        Edges inside regions only; each region connected.
    region : ndarray of int64, shape (n,)
        Numbered from 0.
    tolerance : float
        Deviation from the ideal that costs nothing, a fraction.
    tell : callable, optional
        Called after each region with the share of the units that are divided.
    size : tuple of float or None
        The least and the largest load of a grid, scaled as in the graph.
    """
    count = int(region.max()) + 1
    load = np.zeros(count, np.int64)
    np.add.at(load, region, graph.load)
    quota = apportion(load, np.bincount(region, minlength=count), grids, size)
    ideal = peeled_ideal(graph.load, grids)[1]
    part = np.empty(graph.size, np.int64)
    oversized = np.zeros(graph.size, bool)
    order = np.argsort(region, kind="stable")
    ends = np.cumsum(np.bincount(region, minlength=count))
    effort = _effort(graph.size)
    first = 0
    for r in range(count):
        nodes = order[ends[r - 1] if r else 0 : ends[r]]
        inner = subgraph(graph, nodes)
        share = int(quota.grids[r])
        aim = (ideal, tolerance)
        if size is not None:
            aim = _aim_in_size(float(load[r]) / share, tolerance, size)
        if previous is None:
            heavy = peeled_ideal(inner.load, share)[0]
            part[nodes] = first + _divide_region(
                inner, share, heavy, *aim, effort, seed
            )
            oversized[nodes[heavy]] = True
        else:
            part[nodes] = first + _redraw_region(
                inner, share, previous.among(nodes), *aim, effort, seed
            )
            oversized[nodes] = inner.load > ideal
        first += share
        tell(float(ends[r]) / graph.size)
    return Division(part, quota.grids, quota.bound, oversized)


def _aim_in_size(
    mean: float, tolerance: float, size: tuple[float, float]
) -> tuple[float, float]:
    """Return the ideal and the tolerance of a region whose grids keep a size band."""
    if not size[0] <= mean <= size[1]:
        return mean, tolerance
    return mean, min(tolerance, size[1] / mean - 1.0, 1.0 - size[0] / mean)


def peeled_ideal(load: IntArray, grids: int) -> tuple[IntArray, float]:
    """Return the units heavier than the ideal, and the ideal of the other grids.

    Peeled one by one, the heaviest first, until none is heavier than what is left for
    each remaining grid.
    """
    order = np.argsort(-load, kind="stable")
    total, left = int(load.sum()), grids
    heavy = 0
    while left > 1 and int(load[order[heavy]]) * left > total:
        total -= int(load[order[heavy]])
        left -= 1
        heavy += 1
    return np.sort(order[:heavy]), total / left


def _effort(units: int) -> _Effort:
    tries = np.clip(_TRIES_IN_ALL // units, _TRIES_FLOOR, _TRIES_PER_UNIT)
    best = _TINY < units <= _SMALL
    in_all, most = _STARTS_IN_ALL, _STARTS
    if best:
        in_all, most = _STARTS_IN_ALL_BEST, _STARTS_BEST
    starts = np.clip(in_all // units, 2, most)
    rounds = np.clip(_TIDIED_IN_ALL // units, 1, _TIDY_ROUNDS)
    return _Effort(int(tries), int(starts), int(rounds), best)


def _divide_region(
    graph: UnitGraph,
    grids: int,
    heavy: IntArray,
    ideal: float,
    tolerance: float,
    effort: _Effort,
    seed: int,
) -> IntArray:
    """Peel the oversized units of a connected region, share the rest."""
    if not len(heavy):
        return _divide_connected(graph, grids, ideal, tolerance, effort, seed)
    part = np.full(graph.size, -1, np.int64)
    part[heavy] = np.arange(len(heavy))
    rest = np.flatnonzero(part < 0)
    left = grids - len(heavy)
    inner = subgraph(graph, rest)
    piece = components(inner)
    keep = _pieces_with_grids(inner.load, piece, left)
    kept = np.isin(piece, keep)
    if not len(keep) or int(kept.sum()) < left:
        return _divide_connected(graph, grids, ideal, tolerance, effort, seed)
    _join_to_heavy(graph, part, rest[~kept])
    nodes, piece = rest[kept], np.unique(piece[kept], return_inverse=True)[1]
    load = np.bincount(piece, graph.load[nodes]).astype(np.int64)
    shares = apportion(load, np.bincount(piece), left).grids
    first = len(heavy)
    for p, share in enumerate(shares.tolist()):
        own = nodes[piece == p]
        part[own] = first + _divide_connected(
            subgraph(graph, own), share, ideal, tolerance, effort, seed
        )
        first += share
    return part


def _pieces_with_grids(load: IntArray, piece: IntArray, grids: int) -> IntArray:
    """Return the pieces heavy enough for a grid of their own, at most `grids`."""
    weight = np.bincount(piece, load)
    order = np.lexsort((np.arange(len(weight)), -weight))
    light = OWN_GRID_SHARE * float(load.sum()) / grids
    enough = order[weight[order] >= light]
    return (enough if len(enough) else order[:1])[:grids]


def _join_to_heavy(graph: UnitGraph, part: IntArray, loose: IntArray) -> None:
    """Give loose units to the grids that they touch, outwards from the heavy units."""
    waiting = loose.tolist()
    while waiting:
        later = []
        for u in waiting:
            near = part[graph.indices[graph.indptr[u] : graph.indptr[u + 1]]]
            if (near >= 0).any():
                part[u] = int(near[near >= 0].min())
            else:
                later.append(u)
        waiting = later


def _divide_connected(
    graph: UnitGraph,
    grids: int,
    ideal: float,
    tolerance: float,
    effort: _Effort,
    seed: int,
) -> IntArray:
    band = make_band(graph, grids, ideal, tolerance)
    kept = nothing_kept(graph.size)
    if graph.size > _LARGE and grids > 1:
        part = divide_afresh(graph, grids, band, effort.tries, _AREA, seed)
        part = anneal_seams(graph, part, grids, band, kept, _TRIES_SEAMS, seed)
        tries = _TRIES_POLISH * graph.size
        part = even_out(graph, part, grids, band, kept, tries, seed)
        for turn, (turns, most) in enumerate(_RENEWALS):
            part = tidy(graph, part, grids, band, kept, 1, seed + turn)
            part = renew(graph, part, grids, band, kept, turns, most, seed + turn)
        return part
    # What a wide band does not need for mending is spent on borders.
    starts, tries = 1, effort.tries * (2 if is_narrow(band) else 3) // 2
    if graph.size <= _SMALL and 1 < grids < graph.size:
        most = _TRIES_SMALL if effort.best else _TRIES_ROUGH
        starts, tries = effort.starts, min(tries, most)
    plans: list[IntArray] = []
    first = seed * (_STARTS_BEST if effort.best else _STARTS)
    for s in range(first, first + starts):
        part = divide_afresh(graph, grids, band, tries, graph.size, s)
        part = polish(graph, part, grids, band, kept, 2 * tries * graph.size, s)
        plans.append(part)
        inside = not outside_band(graph.load, part, grids, band).any()
        if inside and not effort.best:
            break
    best = min(plans, key=lambda part: _badness(graph, part, grids, band))
    # What mending did not need is spent on borders.
    rounds = effort.tidy * (
        1 if outside_band(graph.load, best, grids, band).any() else 2
    )
    best = tidy(graph, best, grids, band, kept, rounds, seed)
    last = tries * graph.size // 4
    best = polish(graph, best, grids, band, kept, last, seed + 1)
    return ease(graph, best, grids, band, kept, seed) if starts > 1 else best


def _redraw_region(
    graph: UnitGraph,
    grids: int,
    previous: Previous,
    ideal: float,
    tolerance: float,
    effort: _Effort,
    seed: int,
) -> IntArray:
    start = start_from(graph, grids, previous, seed)
    kept = kept_in(graph, start, previous)
    band = make_band(graph, grids, ideal, tolerance)
    if previous.change != "free":
        mended = reassign(graph, start, grids, band, kept, previous.change)
        return mend(graph, start, grids, band, kept) if mended is None else mended
    tries = effort.tries
    part = refine(graph, start, grids, band, kept, tries, seed)
    return polish(graph, part, grids, band, kept, 2 * tries * graph.size, seed)


def make_band(graph: UnitGraph, grids: int, ideal: float, tolerance: float) -> Band:
    """Return the loads that cost nothing in a region.

    A region whose mean lies outside the tolerance cannot be inside it with every grid;
    there the band ends at the mean, so that its grids share the deviation fairly.
    """
    mean = int(graph.load.sum()) / grids
    low = min(ideal * (1 - tolerance), mean)
    high = max(ideal * (1 + tolerance), mean)
    return Band(int(np.ceil(low)), int(np.floor(high)), max(1, int(ideal)))


def _badness(
    graph: UnitGraph, part: IntArray, grids: int, band: Band
) -> tuple[int, int, int]:
    out = outside_band(graph.load, part, grids, band)
    return int(out.max()), int(out.sum()), cut_edges(graph, part)
