"""What a redraw costs: who moves, the least that had to, and a list of prices.

The price list redraws the same plan at several tolerances: "inside 5 % costs 300 people
in 12 grids, inside 2 % costs 2,100 in 40". Beside each price stand two lower bounds
that anyone can recompute (see `least_moves`): for loads that can be cut anywhere, and
for whole units.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from planning.account.least_moves import Least, least_change
from planning.division.partition import divide
from planning.division.redraw import Previous, match_names
from planning.division.task import make_band
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import UnitGraph, subgraph


@dataclass(frozen=True)
class Price:
    """What one tolerance costs.

    Attributes
    ----------
    tolerance_pct, reached_pct : float
        What was asked for; the largest deviation of the redrawn plan.
    moved_load, moved_pct : float
        Load of the units that change grid; as a share of the load that had one.
    moved_units, touched_grids : int
    bound_load, bound_units_load : float
        Least load that any redraw inside the tolerance moves: of loads that can be cut
        anywhere, of whole units.
    bound_grids : int
        Fewest grids that any redraw inside the tolerance touches.
    """

    tolerance_pct: float
    reached_pct: float
    moved_load: float
    moved_pct: float
    moved_units: int
    touched_grids: int
    bound_load: float
    bound_units_load: float
    bound_grids: int


@dataclass(frozen=True)
class Drawn:
    """A division to be priced: its graph, regions, and the load of a graph's load."""

    graph: UnitGraph
    region: IntArray
    grids: int
    load: FloatArray


def price_of(
    drawn: Drawn, part: IntArray, previous: Previous, tolerance: float
) -> Price:
    """Return what a redraw moved, and the least that it had to.

    Parameters
    ----------
    part : ndarray of int64, shape (n,)
        The redrawn grids, named as they come; matched to the previous ones here.
    """
    kept = match_names(drawn.graph.load, part, previous)
    name = np.array([kept.get(g, -1) for g in range(drawn.grids)], np.int64)
    known = previous.home >= 0
    moved = known & (name[part] != previous.home)
    weight = np.bincount(part, drawn.load, minlength=drawn.grids)
    old_load = float(drawn.load[known].sum()) or 1.0
    left, came = previous.home[moved], part[moved]
    touched = np.union1d(left, np.where(name[came] >= 0, name[came], -1 - came))
    least = bounds_of(drawn, part, previous, tolerance)
    return Price(
        tolerance_pct=100 * tolerance,
        reached_pct=float(100 * np.abs(weight / weight.mean() - 1).max()),
        moved_load=float(drawn.load[moved].sum()),
        moved_pct=100 * float(drawn.load[moved].sum()) / old_load,
        moved_units=int(moved.sum()),
        touched_grids=len(touched),
        bound_load=least.load,
        bound_units_load=least.units_load,
        bound_grids=least.grids,
    )


def price_list(
    drawn: Drawn, previous: Previous, tolerances: Sequence[float], seed: int
) -> list[Price]:
    """Return the price of each tolerance, in their order."""
    found = []
    for tolerance in tolerances:
        made = divide(drawn.graph, drawn.region, drawn.grids, tolerance, seed, previous)
        found.append(price_of(drawn, made.part, previous, tolerance))
    return found


def bounds_of(
    drawn: Drawn, part: IntArray, previous: Previous, tolerance: float
) -> Least:
    """Return the least that must move, in the loads of `drawn`, and the fewest grids.

    The old grids stay where they are, so the bounds are 0 in a region whose number of
    grids changed.
    """
    graph, factor = drawn.graph, _factor(drawn)
    ideal = float(graph.load.sum()) / drawn.grids
    found = []
    for region in range(int(drawn.region.max()) + 1):
        nodes = np.flatnonzero(drawn.region == region)
        home = previous.home[nodes]
        homes = np.unique(home[home >= 0])
        if len(homes) == len(np.unique(part[nodes])):
            inner = subgraph(graph, nodes)
            band = make_band(inner, len(homes), ideal, tolerance)
            own = np.where(home >= 0, np.searchsorted(homes, home), -1)
            found.append(least_change(inner, own, len(homes), band))
    return Least(
        load=sum(least.load for least in found) / factor,
        units_load=sum(least.units_load for least in found) / factor,
        grids=sum(least.grids for least in found),
    )


def as_row(price: Price) -> dict[str, Any]:
    """Return a price for a report, rounded."""
    return {key: round(value, 4) for key, value in asdict(price).items()}


def _factor(drawn: Drawn) -> float:
    return float(drawn.graph.load.sum()) / float(drawn.load.sum())
