"""What a redraw costs: who moves, the least that had to, and a list of prices.

The price list redraws the same plan at several tolerances: "inside 5 % costs 300 people
in 12 grids, inside 2 % costs 2,100 in 40". Beside each price stand two lower bounds
that anyone can recompute (see `least_moves`): for loads that can be cut anywhere, and
for whole units.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from planning.account.least_moves import Least, least_change
from planning.division.partition import divide
from planning.division.peeling import peel
from planning.division.redrawing.naming import match_names
from planning.division.redrawing.redraw import Previous, oversized_in_redraw
from planning.division.task import band_of_redraw
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import UnitGraph, subgraph
from planning.graphs.oversized import most_of_unit, peeled_ideal

_NOTHING: Mapping[float, "Price"] = MappingProxyType({})


@dataclass(frozen=True)
class Price:
    """What one tolerance costs.

    Attributes
    ----------
    tolerance_pct : float or None
        What was asked for; None if that was a size band and nothing inside it.
    reached_pct : float
        The largest deviation of the redrawn plan; under a size band from the mean of
        the grid's region.
    moved_load, moved_pct : float
        Load of the units that change grid; as a share of the load that had one.
    moved_units, touched_grids : int
    bound_load, bound_units_load : float
        Least load that any redraw inside the tolerance moves: of loads that can be cut
        anywhere, of whole units.
    bound_grids : int
        Fewest grids that any redraw inside the tolerance touches.
    """

    tolerance_pct: float | None
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
    """A division to be priced: its graph, regions, and the load of a graph's load.

    With `size` every grid keeps a size band: its least and its largest load, in that of
    `load`.
    """

    graph: UnitGraph
    region: IntArray
    grids: int
    load: FloatArray
    size: tuple[float, float] | None = None

    @property
    def factor(self) -> float:
        """What the graph's loads are the loads times."""
        return float(self.graph.load.sum()) / float(self.load.sum())

    @property
    def graph_size(self) -> tuple[float, float] | None:
        """The size band, scaled as in the graph."""
        if self.size is None:
            return None
        return self.size[0] * self.factor, self.size[1] * self.factor


def price_of(
    drawn: Drawn, part: IntArray, previous: Previous, tolerance: float | None
) -> Price:
    """Return what a redraw moved, and the least that it had to.

    Parameters
    ----------
    part : ndarray of int64, shape (n,)
        The redrawn grids, named as they come; matched to the previous ones here.
    tolerance : float or None
        A fraction; None for the size band alone.
    """
    kept = match_names(drawn.graph.load, part, previous)
    name = np.array([kept.get(g, -1) for g in range(drawn.grids)], np.int64)
    known = previous.home >= 0
    moved = known & (name[part] != previous.home)
    old_load = float(drawn.load[known].sum()) or 1.0
    left, came = previous.home[moved], part[moved]
    touched = np.union1d(left, np.where(name[came] >= 0, name[came], -1 - came))
    least = bounds_of(drawn, part, previous, 1.0 if tolerance is None else tolerance)
    return Price(
        tolerance_pct=None if tolerance is None else 100 * tolerance,
        reached_pct=_reached_pct(drawn, part),
        moved_load=float(drawn.load[moved].sum()),
        moved_pct=100 * float(drawn.load[moved].sum()) / old_load,
        moved_units=int(moved.sum()),
        touched_grids=len(touched),
        bound_load=least.load,
        bound_units_load=least.units_load,
        bound_grids=least.grids,
    )


def price_list(
    drawn: Drawn,
    previous: Previous,
    tolerances: Sequence[float],
    seed: int,
    known: Mapping[float, Price] = _NOTHING,
) -> list[Price]:
    """Return the price of each tolerance, in their order; `known` ones as they are."""
    found = []
    for tolerance in tolerances:
        if tolerance in known:
            found.append(known[tolerance])
            continue
        made = divide(
            drawn.graph,
            drawn.region,
            drawn.grids,
            tolerance,
            seed,
            previous,
            size=drawn.graph_size,
        )
        found.append(price_of(drawn, made.part, previous, tolerance))
    return found


def bounds_of(
    drawn: Drawn, part: IntArray, previous: Previous, tolerance: float
) -> Least:
    """Return the least that must move, in the loads of `drawn`, and the fewest grids.

    The old grids stay where they are, so the bounds are 0 in a region whose number of
    grids changed.
    """
    graph, factor, size = drawn.graph, drawn.factor, drawn.graph_size
    ideal = peeled_ideal(graph.load, drawn.grids)[1]
    found = []
    for nodes in _pieces(drawn, part, previous, most_of_unit(ideal, size)):
        home = previous.home[nodes]
        homes = np.unique(home[home >= 0])
        if len(homes) == len(np.unique(part[nodes])):
            inner = subgraph(graph, nodes)
            band = band_of_redraw(inner, len(homes), ideal, tolerance, size)
            own = np.where(home >= 0, np.searchsorted(homes, home), -1)
            found.append(least_change(inner, own, len(homes), band))
    return Least(
        load=sum(least.load for least in found) / factor,
        units_load=sum(least.units_load for least in found) / factor,
        grids=sum(least.grids for least in found),
    )


def _pieces(
    drawn: Drawn, part: IntArray, previous: Previous, most: float
) -> Iterator[IntArray]:
    """Yield the units that are redrawn together: regions, oversized units aside."""
    for region in range(int(drawn.region.max()) + 1):
        nodes = np.flatnonzero(drawn.region == region)
        inner, grids = subgraph(drawn.graph, nodes), len(np.unique(part[nodes]))
        heavy = oversized_in_redraw(inner, grids, previous.among(nodes), most)
        for units, _ in peel(inner, grids, heavy).pieces:
            yield nodes[units]


def as_row(price: Price) -> dict[str, Any]:
    """Return a price for a report, rounded."""
    cells = asdict(price).items()
    return {key: None if cell is None else round(cell, 4) for key, cell in cells}


def _reached_pct(drawn: Drawn, part: IntArray) -> float:
    weight = np.bincount(part, drawn.load, minlength=drawn.grids)
    mean = np.full(drawn.grids, weight.mean())
    if drawn.size is not None:
        region = np.zeros(drawn.grids, np.int64)
        region[part] = drawn.region
        mean = (np.bincount(region, weight) / np.bincount(region))[region]
    known = mean > 0
    return float(100 * np.abs(weight[known] / mean[known] - 1).max())
