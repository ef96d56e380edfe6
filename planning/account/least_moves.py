"""The least that any redraw must change, from loads and contacts alone.

Anyone can recompute these bounds. Load beyond the band must leave its grid, and a lack
must arrive (the transport bound). Units are whole, so what leaves a grid is the load of
some of its units, one of them at its border; and what arrives comes with a unit that
touches the grid. A grid outside the band exchanges units with one that it touches, so
that one is touched too. All this holds as long as no grid is given up and drawn anew
elsewhere: each keeps a unit of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from planning.division.task import Band
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph
from planning.graphs.groups import touching

# Subset sums are taken in steps of this share of a grid, rounded so as to stay a bound.
_STEPS = 50_000
# The fewest grids are counted exactly, or a bound of them after so many nodes.
_NODES = 1_000


@dataclass(frozen=True)
class Least:
    """What a redraw changes at least.

    Attributes
    ----------
    load, units_load : float
        Load that moves if it can be cut anywhere; if units are whole.
    grids : int
        Grids that are touched.
    """

    load: float
    units_load: float
    grids: int


def least_change(graph: UnitGraph, home: IntArray, parts: int, band: Band) -> Least:
    """Return the bounds for parts that all stay, 0 .. parts - 1; -1: new units.

    Of what is over in one grid and what another lacks the larger sum counts: it may be
    the same load.
    """
    known = home >= 0
    weight = np.bincount(home[known], graph.load[known], minlength=parts)
    over = np.maximum(0, weight.astype(np.int64) - band.high)
    under = np.maximum(0, band.low - weight.astype(np.int64))
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    cut = home[source] != home[graph.indices]
    at_border = np.zeros(graph.size, bool)
    at_border[source[cut]] = True
    leave = [
        _least_sum(graph.load[home == p], at_border[home == p], int(over[p]))
        for p in np.flatnonzero(over).tolist()
    ]
    arrive = _lightest_beside(graph, home, parts) * (under > 0)
    alone = _touch_none(graph, home, parts, over > 0) & (under > 0)
    units_load = max(
        float(sum(leave)) + float(arrive[alone].sum()),
        float(np.maximum(arrive, under).sum()),
    )
    load = float(max(over.sum(), under.sum()))
    if graph.load[~known].any():
        # A grid that lacks may be mended, and two brought into touch, by what is new.
        return Least(float(over.sum()), float(sum(leave)), int((over > 0).sum()))
    return Least(load, units_load, _fewest(graph, home, parts, over + under > 0))


def _lightest_beside(graph: UnitGraph, home: IntArray, parts: int) -> IntArray:
    """Return the load of the lightest unit that touches each part from outside."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    cut = (home[source] != home[graph.indices]) & (home[graph.indices] >= 0)
    lightest = np.full(parts, np.iinfo(np.int64).max)
    np.minimum.at(lightest, home[graph.indices[cut]], graph.load[source[cut]])
    return np.where(lightest == np.iinfo(np.int64).max, 0, lightest)


def _touch_none(
    graph: UnitGraph, home: IntArray, parts: int, of: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which parts touch none of some parts."""
    contact = _contact(graph, home, parts)
    return np.asarray(contact @ of.astype(np.int64) == 0)


def _contact(graph: UnitGraph, home: IntArray, parts: int) -> csr_array:
    # New units count as a part of their own behind the others.
    named = np.where(home < 0, parts, home)
    return touching(graph, named, parts + 1)[:parts, :parts]


def _fewest(
    graph: UnitGraph, home: IntArray, parts: int, outside: NDArray[np.bool_]
) -> int:
    """Return how few grids include those outside and one that each of them touches."""
    if not outside.any():
        return 0
    contact = _contact(graph, home, parts)
    beside = (contact[np.flatnonzero(outside)] > 0).astype(np.float64)
    reached = np.asarray(beside.sum(axis=1)).ravel() > 0
    if not reached.any():
        return int(outside.sum())
    found = milp(
        np.ones(parts),
        integrality=np.ones(parts, np.int64),
        bounds=Bounds(outside.astype(np.float64), 1),
        constraints=[LinearConstraint(beside[np.flatnonzero(reached)], 1, np.inf)],
        options={"node_limit": _NODES},
    )
    least = found.mip_dual_bound
    return int(outside.sum()) if least is None else int(np.ceil(least - 1e-6))


def _least_sum(load: IntArray, at_border: NDArray[np.bool_], need: int) -> float:
    """Return a bound of the least load of units, one at the border, of the need."""
    if need <= 0:
        return 0.0
    step = max(1, int(load.sum()) // _STEPS)
    # Rounded up units reach the need at least as early; the sum is then taken down.
    sizes = -(-load // step)
    least = need // step
    reach = np.zeros((2, least + int(sizes.max()) + 1), bool)
    reach[0, 0] = True
    for size, border in zip(sizes.tolist(), at_border.tolist(), strict=True):
        length = reach.shape[1] - size
        more = reach[:, :length].copy()
        if border:
            reach[1, size:] |= more[0] | more[1]
        else:
            reach[:, size:] |= more
    found = np.flatnonzero(reach[1, least:])
    if not len(found):
        return float(need)
    rounded = len(load) if step > 1 else 0
    return float(max(need, (least + int(found[0]) - rounded) * step))
