"""Bring a plan with many grids outside the band back into it, for few people.

Where only some grids are outside, `reassign` finds the least change exactly. With many,
moves and swaps are annealed at a price for each person who leaves the old grid, from
several chances; borders count only where all else is equal. The plan with least load
outside wins, then the one with least load moved. What is left outside is polished.
"""

from dataclasses import replace

import numpy as np

from planning.contact import IntArray
from planning.graph import PLAIN_COST, UnitGraph
from planning.patches import outside_band
from planning.polish import polish
from planning.refine import Band, Kept, anneal_again

# Cut edges that one percent of a grid costs when it leaves, and that a percent outside
# the band costs in the end; borders are cheap beside both.
_STAY, _OUTSIDE, _CHEAP = 0.12, 14.0, 32
# For the polish: leaving costs more there, and so does a grid outside.
_STAY_POLISHED = 1.0
_CHANCES = 3
# Proposals per unit: more where there are more units to choose among, up to so many.
_TRIES_PER_ROOT, _TRIES_IN_ALL = 160, 20_000_000


def mend(
    graph: UnitGraph, part: IntArray, parts: int, band: Band, kept: Kept
) -> IntArray:
    """Return a plan with as little load outside the band as was found, for few people.

    Parameters
    ----------
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    kept : Kept
        Homes and fixed units; its prices are replaced by prices per load.
    """
    cheap = replace(graph, cost=np.maximum(1, graph.cost // _CHEAP))
    priced = _priced(graph, band, kept, _STAY)
    tries = int(_TRIES_PER_ROOT * np.sqrt(graph.size))
    tries = min(tries, max(1, _TRIES_IN_ALL // graph.size))
    found = [
        anneal_again(cheap, part, parts, band, priced, tries, seed, _OUTSIDE)
        for seed in range(_CHANCES)
    ]
    best = min(found, key=lambda after: _badness(graph, after, parts, band, kept))
    priced = _priced(graph, band, kept, _STAY_POLISHED)
    return polish(graph, best, parts, band, priced, tries * graph.size, 0)


def _priced(graph: UnitGraph, band: Band, kept: Kept, per_percent: float) -> Kept:
    price = per_percent * PLAIN_COST * 100.0 / band.ideal
    return replace(kept, stay=np.round(graph.load * price).astype(np.int64))


def _badness(
    graph: UnitGraph, part: IntArray, parts: int, band: Band, kept: Kept
) -> tuple[int, int]:
    outside = int(outside_band(graph.load, part, parts, band).sum())
    moved = (kept.home >= 0) & (part != kept.home)
    return outside, int(graph.load[moved].sum())
