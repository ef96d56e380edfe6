"""The scores of a plan: one tuple of metrics, each with its name, version and unit.

A score that changes its meaning gets a new version, and each report keeps the versions
it was made with, so that plans of different years are never compared blindly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning.account.bounds import free_bound, unit_bound
from planning.account.walks import centres
from planning.graphs.borders import KINDS
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import integer_loads
from planning.graphs.oversized import peeled_ideal


@dataclass(frozen=True)
class Scored:
    """A plan's base grids as arrays, ready to be measured.

    Attributes
    ----------
    load, xy : ndarray
        Load of each unit; its middle, metres.
    part : ndarray of int64
        Grid of each unit, 0 .. grids - 1.
    label : ndarray of int64
        What a grid may not straddle, per unit.
    region : ndarray of int64
        Piece of land inside its label, per unit, from 0.
    grids : int
    area_m2, perimeter_m : ndarray of float64, shape (grids,)
    cut_edges, pieces_broken : int
    borders : DataFrame
        ``kind, length_m``, grid to grid.
    bound : float
        Least possible maximum deviation under the lines, a fraction.
    forced : float
        Least possible deviation of a grid with some unit and its neighbours, oversized
        units aside, a fraction; 0 if none is proven.
    walk_m : ndarray of float64, shape (grids,)
        From the middle of each grid to its unit farthest away.
    home : ndarray of int64 or None
        1 where a unit kept its previous grid, 0 where not, -1 if new.
    """

    load: FloatArray
    xy: FloatArray
    part: IntArray
    label: IntArray
    region: IntArray
    grids: int
    area_m2: FloatArray
    perimeter_m: FloatArray
    cut_edges: int
    pieces_broken: int
    borders: pd.DataFrame
    bound: float
    forced: float
    walk_m: FloatArray
    home: IntArray | None

    @property
    def grid_load(self) -> FloatArray:
        """Load of each grid."""
        load = np.bincount(self.part, self.load, minlength=self.grids)
        return load.astype(np.float64)

    @property
    def ideal(self) -> float:
        """Load of an average grid."""
        return float(self.load.sum()) / self.grids

    @property
    def deviation_pct(self) -> FloatArray:
        """How far each grid's load is off the ideal, percent."""
        return 100.0 * (self.grid_load - self.ideal) / self.ideal


@dataclass(frozen=True)
class Metric:
    """A score: what it tells, its key, version, unit and how it is measured."""

    group: str
    key: str
    version: int
    unit: str
    measure: Callable[[Scored], Any]


def score_plan(plan: Scored) -> dict[str, dict[str, Any]]:
    """Return every score of a plan: ``{group: {key: {value, unit, version}}}``."""
    scores: dict[str, dict[str, Any]] = {}
    for metric in METRICS:
        scores.setdefault(metric.group, {})[metric.key] = {
            "value": _rounded(metric.measure(plan)),
            "unit": metric.unit,
            "version": metric.version,
        }
    return scores


def _laid_aside(plan: Scored) -> tuple[IntArray, float]:
    """Return the oversized units, and the ideal of the grids without one."""
    heavy = peeled_ideal(integer_loads(plan.load)[0], plan.grids)[0]
    left = float(np.delete(plan.load, heavy).sum())
    return heavy, left / (plan.grids - len(heavy))


def _residual(plan: Scored) -> FloatArray:
    heavy, ideal = _laid_aside(plan)
    rest = np.ones(plan.grids, bool)
    rest[plan.part[heavy]] = False
    if not rest.any() or ideal <= 0:
        return np.zeros(1)
    return 100.0 * (plan.grid_load[rest] - ideal) / ideal


def _residual_bound(plan: Scored) -> float:
    heavy, ideal = _laid_aside(plan)
    # Beside an oversized unit nothing is forced: all else there may go with it.
    own = ~np.isin(plan.region, plan.region[heavy])
    if not own.any() or ideal <= 0:
        return 0.0
    region = np.unique(plan.region[own], return_inverse=True)[1]
    grids = _grids_of_labels(plan.part[own], region)
    return 100.0 * unit_bound(plan.load[own], region, grids, ideal)


def _bound_oversized(plan: Scored) -> float:
    return max(0.0, 100.0 * (float(plan.load.max()) - plan.ideal) / plan.ideal)


def _bound_units(plan: Scored) -> float:
    grids = _grids_of_labels(plan.part, plan.label)
    return 100.0 * free_bound(plan.load, plan.label, grids, plan.ideal)


def _grids_of_labels(part: IntArray, label: IntArray) -> IntArray:
    """Return how many grids each label has; one over several counts for each."""
    # That only loosens a bound.
    pairs = np.unique(np.column_stack([part, label]), axis=0)
    return np.bincount(pairs[:, 1]).astype(np.int64)


def _inner_distance_m(plan: Scored) -> float:
    middle = centres(plan.xy, plan.load, plan.part, plan.grids)
    away = np.hypot(*(plan.xy - middle[plan.part]).T)
    return float((plan.load * away).sum() / plan.load.sum())


def _roundness(plan: Scored) -> NDArray[np.float64]:
    return 4 * np.pi * plan.area_m2 / plan.perimeter_m**2


def _straddling(plan: Scored) -> int:
    pairs = np.unique(np.column_stack([plan.part, plan.label]), axis=0)
    return int((np.bincount(pairs[:, 0], minlength=plan.grids) > 1).sum())


def _border_pct(kind: str, plan: Scored) -> float:
    length = plan.borders["length_m"]
    total = float(length.sum()) or 1.0
    return 100.0 * float(length[plan.borders["kind"] == kind].sum()) / total


def _moved_load_pct(plan: Scored) -> float | None:
    if plan.home is None:
        return None
    known = plan.home >= 0
    total = float(plan.load[known].sum()) or 1.0
    return 100.0 * float(plan.load[plan.home == 0].sum()) / total


def _largest(values: FloatArray) -> float:
    return float(np.abs(values).max())


def _mean(values: FloatArray) -> float:
    return float(np.abs(values).mean())


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


METRICS: tuple[Metric, ...] = (
    Metric("balance", "max_deviation_pct", 1, "%", lambda p: _largest(p.deviation_pct)),
    Metric("balance", "mean_deviation_pct", 1, "%", lambda p: _mean(p.deviation_pct)),
    Metric("balance", "cv", 1, "", lambda p: float(p.grid_load.std()) / p.ideal),
    Metric(
        "balance",
        "residual_max_deviation_pct",
        1,
        "%",
        lambda p: _largest(_residual(p)),
    ),
    Metric(
        "balance", "residual_mean_deviation_pct", 1, "%", lambda p: _mean(_residual(p))
    ),
    Metric("balance", "residual_bound_pct", 2, "%", _residual_bound),
    Metric("bounds", "bound_oversized_pct", 1, "%", _bound_oversized),
    Metric("bounds", "bound_lines_pct", 1, "%", lambda p: 100 * p.bound),
    Metric("bounds", "bound_units_pct", 2, "%", _bound_units),
    Metric("bounds", "bound_neighbours_pct", 2, "%", lambda p: 100 * p.forced),
    Metric("manageability", "broken_grids", 1, "", lambda p: p.pieces_broken),
    Metric("manageability", "cut_edges", 2, "", lambda p: p.cut_edges),
    Metric("manageability", "polsby_popper", 1, "", lambda p: _mean(_roundness(p))),
    Metric(
        "manageability",
        "min_polsby_popper",
        1,
        "",
        lambda p: float(_roundness(p).min()),
    ),
    Metric("manageability", "mean_inner_distance_m", 1, "m", _inner_distance_m),
    Metric("manageability", "longest_walk_m", 1, "m", lambda p: _largest(p.walk_m)),
    Metric("manageability", "mean_longest_walk_m", 1, "m", lambda p: _mean(p.walk_m)),
    Metric("boundaries", "straddling_grids", 1, "", _straddling),
    *(
        Metric("boundaries", f"border_{kind}_pct", 1, "%", partial(_border_pct, kind))
        for kind in KINDS
    ),
    Metric("stability", "moved_load_pct", 1, "%", _moved_load_pct),
)
