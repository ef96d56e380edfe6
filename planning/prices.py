"""What a redraw costs: who moves, the least that had to, and a list of prices.

The price list redraws the same plan at several tolerances: "inside 5 % costs 300 people
in 12 grids, inside 2 % costs 2,100 in 40". Beside each price stand two lower bounds
that anyone can recompute. Load beyond the band must leave its grid, and a lack must
arrive (the transport bound); and since units are whole, what leaves a grid is the load
of some of its units (the bound of whole units).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from planning.contact import FloatArray, IntArray
from planning.graph import UnitGraph
from planning.partition import divide, make_band
from planning.redraw import Previous, match_names
from planning.refine import Band

# Subset sums are taken in steps of this share of a grid, rounded so as to stay a bound.
_STEPS = 50_000


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
    """

    tolerance_pct: float
    reached_pct: float
    moved_load: float
    moved_pct: float
    moved_units: int
    touched_grids: int
    bound_load: float
    bound_units_load: float


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
    kept = match_names(drawn.graph.load, part, previous.home)
    name = np.array([kept.get(g, -1) for g in range(drawn.grids)], np.int64)
    known = previous.home >= 0
    moved = known & (name[part] != previous.home)
    weight = np.bincount(part, drawn.load, minlength=drawn.grids)
    old_load = float(drawn.load[known].sum()) or 1.0
    left, came = previous.home[moved], part[moved]
    touched = np.union1d(left, np.where(name[came] >= 0, name[came], -1 - came))
    bounds = transport_bounds(drawn, part, previous, tolerance)
    return Price(
        tolerance_pct=100 * tolerance,
        reached_pct=float(100 * np.abs(weight / weight.mean() - 1).max()),
        moved_load=float(drawn.load[moved].sum()),
        moved_pct=100 * float(drawn.load[moved].sum()) / old_load,
        moved_units=int(moved.sum()),
        touched_grids=len(touched),
        bound_load=bounds[0],
        bound_units_load=bounds[1],
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


def transport_bounds(
    drawn: Drawn, part: IntArray, previous: Previous, tolerance: float
) -> tuple[float, float]:
    """Return the least load that must move, if cut anywhere and of whole units.

    The old grids stay where they are, so the bounds are 0 in a region whose number of
    grids changed. What is over in one grid may be what another lacks: of both sums the
    larger counts, region by region.
    """
    graph, factor = drawn.graph, _factor(drawn)
    ideal = float(graph.load.sum()) / drawn.grids
    loose, whole = 0.0, 0.0
    for region in range(int(drawn.region.max()) + 1):
        own = drawn.region == region
        homes = np.unique(previous.home[own & (previous.home >= 0)])
        if len(homes) != len(np.unique(part[own])):
            continue
        inner = replace(graph, load=graph.load[own])
        band = make_band(inner, len(homes), ideal, tolerance)
        over, under = _outside(graph.load, previous.home, homes, band)
        loose += max(float(over.sum()), float(under.sum()))
        leave = sum(
            _least_sum(graph.load[previous.home == home], int(need))
            for home, need in zip(homes, over, strict=True)
        )
        whole += max(leave, float(under.sum()))
    return loose / factor, whole / factor


def as_row(price: Price) -> dict[str, Any]:
    """Return a price for a report, rounded."""
    return {key: round(value, 4) for key, value in asdict(price).items()}


def _factor(drawn: Drawn) -> float:
    return float(drawn.graph.load.sum()) / float(drawn.load.sum())


def _outside(
    load: IntArray, home: IntArray, homes: IntArray, band: Band
) -> tuple[IntArray, IntArray]:
    weight = np.array([load[home == name].sum() for name in homes], np.int64)
    return np.maximum(0, weight - band.high), np.maximum(0, band.low - weight)


def _least_sum(load: IntArray, need: int) -> float:
    """Return a lower bound of the least load of some units that is at least `need`."""
    if need <= 0:
        return 0.0
    step = max(1, int(load.sum()) // _STEPS)
    # Rounded up units reach the need at least as early; the sum is then taken down.
    sizes = -(-load // step)
    least = need // step
    reach = np.zeros(least + int(sizes.max()) + 1, bool)
    reach[0] = True
    for size in sizes.tolist():
        if size:
            reach[size:] |= reach[:-size].copy()
    first = least + int(np.flatnonzero(reach[least:])[0])
    return float(max(need, (first - len(load)) * step))
