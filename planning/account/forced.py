"""How far outside the tolerance some grids must lie, whoever draws them.

A unit of half a grid or more may have no connected set of neighbours that makes a grid
of the right size with it. That is proven by looking through all of them.
"""

import numpy as np

from planning.division.polishing.companions import least_excess
from planning.division.task import Band, band_around
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, inside, subgraph
from planning.graphs.oversized import peeled_ideal

# The bound of a plan is looked for beyond this deviation, whatever its tolerance was:
# bounds of different plans can be compared.
_WIDTH = 0.01


def forced_excess(
    graph: UnitGraph,
    region: IntArray,
    grids: int,
    tolerance: float,
    size: tuple[float, float] | None = None,
) -> IntArray:
    """Return how far outside the tolerance any grid with a unit must lie, in load.

    Of grids without an oversized unit, beside the ideal of those; outside the size
    band, if there is one.

    Parameters
    ----------
    graph : UnitGraph
        Contacts, those across the lines of regions too.
    region : ndarray of int64, shape (n,)
        What a grid may not straddle.
    grids : int
    tolerance : float
        A fraction.
    size : tuple of float, optional
        Least and largest load of a grid, scaled as in the graph.

    Returns
    -------
    ndarray of int64, shape (n,)
        0 where nothing is proven, and for oversized units.
    """
    heavy, ideal = peeled_ideal(graph.load, grids)
    band = band_around(ideal, tolerance)
    if size is not None:
        heavy = np.flatnonzero(graph.load > size[1])
        band = Band(int(np.ceil(size[0])), int(np.floor(size[1])), band.ideal)
    rest = np.setdiff1d(np.arange(graph.size), heavy)
    inner = subgraph(inside(graph, region), rest)
    excess = np.zeros(graph.size, np.int64)
    excess[rest] = least_excess(inner, band)
    return excess


def forced_share(graph: UnitGraph, region: IntArray, grids: int) -> float:
    """Return the largest deviation that neighbours force, a fraction; 0 if none.

    Of all grids beside the mean of all: oversized units are neighbours too.
    """
    ideal = float(graph.load.sum()) / grids
    band = band_around(ideal, _WIDTH)
    excess = least_excess(inside(graph, region), band)
    # What an oversized unit forces alone has a bound of its own.
    most = int(excess[graph.load <= ideal].max(initial=0))
    if most == 0:
        return 0.0
    return (min(ideal - band.low, band.high - ideal) + most) / ideal
