"""A division from nothing: grids for heavy units first, then areas, each annealed."""

import numpy as np

from planning.division.companions import HEAVY, lay_aside
from planning.division.halves import halve
from planning.division.refine import refine
from planning.division.start import first_partition
from planning.division.task import Task, task_from_nothing
from planning.graphs.contact import IntArray
from planning.graphs.graph import subgraph


def divide_afresh(
    task: Task, tries: int, area: int, seed: int, heavy: float = HEAVY
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
    part[rest] = len(aside) + _divide_areas(inner, tries, area, seed)
    return part


def _divide_areas(task: Task, tries: int, area: int, seed: int) -> IntArray:
    """Cut a region in halves down to areas of so many units, and divide each."""
    graph, grids = task.graph, task.parts
    if graph.size <= area or grids == 1:
        part = first_partition(graph, grids, seed)
        return refine(task, part, tries, seed)
    side, first = halve(graph, grids, seed)
    part = np.empty(graph.size, np.int64)
    for name, share, start in ((0, first, 0), (1, grids - first, first)):
        nodes = np.flatnonzero(side == name)
        inner = task_from_nothing(subgraph(graph, nodes), share, task.band)
        part[nodes] = start + _divide_areas(inner, tries, area, seed)
    return part
