"""A division from nothing: grids for heavy units first, then areas, each annealed."""

import numpy as np

from planning.division.polishing.companions import HEAVY, lay_aside
from planning.division.polishing.patches import avoidable
from planning.division.search.refine import refine
from planning.division.starts.halves import halve
from planning.division.starts.start import first_partition
from planning.division.task import Task, task_from_nothing
from planning.graphs.contact import IntArray
from planning.graphs.graph import subgraph

# Areas of fewer grids are not cut on, however many stay outside.
_FEW = 20


def divide_afresh(
    task: Task,
    tries: int,
    area: int,
    seed: int,
    heavy: float = HEAVY,
    mendable: float = 1.0,
) -> IntArray:
    """Lay aside grids for heavy units, and divide the rest.

    Parameters
    ----------
    task : Task
        Of a connected graph; what it keeps is not regarded.
    tries : int
        Proposals per unit.
    area : int
        Units above which the rest is cut in halves first.
    heavy : float
        Share of the ideal from which on a unit is heavy.
    mendable : float
        Share of an area's grids that may lie outside. With more its load did not
        travel as far as it should: then the area is cut in halves too.

    Returns
    -------
    ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. grids - 1.
    """
    part = np.full(task.graph.size, -1, np.int64)
    aside = lay_aside(task, heavy)
    for name, members in enumerate(aside):
        part[members] = name
    rest = np.flatnonzero(part < 0)
    inner = task_from_nothing(
        subgraph(task.graph, rest), task.parts - len(aside), task.band
    )
    part[rest] = len(aside) + _divide_areas(inner, tries, area, seed, mendable)
    return part


def _divide_areas(
    task: Task, tries: int, area: int, seed: int, mendable: float
) -> IntArray:
    """Cut a region in halves down to areas of so many units, and divide each."""
    graph, grids = task.graph, task.parts
    if graph.size > area and grids > 1:
        return _divide_halves(task, tries, area, seed, mendable)
    part = refine(task, first_partition(graph, grids, seed), tries, seed)
    if mendable == 1.0 or grids < _FEW:
        return part
    outside = np.count_nonzero(avoidable(task, part))
    if outside > mendable * grids:
        halves = _divide_halves(task, tries, area, seed, mendable)
        if np.count_nonzero(avoidable(task, halves)) < outside:
            return halves
    return part


def _divide_halves(
    task: Task, tries: int, area: int, seed: int, mendable: float
) -> IntArray:
    """Cut a region in halves, each with its share of the grids, and divide both."""
    graph, grids = task.graph, task.parts
    side, first = halve(graph, grids, seed)
    part = np.empty(graph.size, np.int64)
    for name, share, start in ((0, first, 0), (1, grids - first, first)):
        nodes = np.flatnonzero(side == name)
        inner = task_from_nothing(subgraph(graph, nodes), share, task.band)
        part[nodes] = start + _divide_areas(inner, tries, area, seed, mendable)
    return part
