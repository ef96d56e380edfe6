"""A division from nothing: grids for heavy units first, then areas, each annealed."""

import numpy as np

from planning.division.companions import lay_aside
from planning.division.halves import halve
from planning.division.refine import Band, nothing_kept, refine
from planning.division.start import first_partition
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, subgraph


def divide_afresh(
    graph: UnitGraph, grids: int, band: Band, tries: int, area: int, seed: int
) -> IntArray:
    """Lay aside grids for heavy units, and divide the rest.

    Parameters
    ----------
    graph : UnitGraph
        Connected, with at least `grids` units.
    tries : int
        Proposals per unit.
    area : int
        Units above which the rest is cut in halves first.

    Returns
    -------
    ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. grids - 1.
    """
    part = np.full(graph.size, -1, np.int64)
    aside = lay_aside(graph, grids, band)
    for name, members in enumerate(aside):
        part[members] = name
    rest = np.flatnonzero(part < 0)
    left = grids - len(aside)
    inner = subgraph(graph, rest)
    part[rest] = len(aside) + _divide_areas(inner, left, band, tries, area, seed)
    return part


def _divide_areas(
    graph: UnitGraph, grids: int, band: Band, tries: int, area: int, seed: int
) -> IntArray:
    """Cut a region in halves down to areas of so many units, and divide each."""
    if graph.size <= area or grids == 1:
        part = first_partition(graph, grids, seed)
        kept = nothing_kept(graph.size)
        return refine(graph, part, grids, band, kept, tries, seed)
    side, first = halve(graph, grids, seed)
    part = np.empty(graph.size, np.int64)
    for name, share, start in ((0, first, 0), (1, grids - first, first)):
        nodes = np.flatnonzero(side == name)
        inner = subgraph(graph, nodes)
        part[nodes] = start + _divide_areas(inner, share, band, tries, area, seed)
    return part
