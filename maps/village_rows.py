"""The grids and the units of a plan as its villages' pages read them: row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Objects = NDArray[np.object_]

# A first guess of the shortest round through n places on an area [1].
# .. [1] J. Beardwood, J. H. Halton, J. M. Hammersley, "The shortest path through many
#    points", Proc. Cambridge Phil. Soc. 55 (1959); the constant is the one of 1995.
_ROUND = 0.7124
WALK_M_PER_MIN = 70.0


@dataclass(frozen=True)
class GridFacts:
    """One grid of a village: its shape is in EPSG:4326, its load as in the plan."""

    grid_id: str
    kind: str
    name: str
    load: float
    walk_min: float
    borders: Sequence[Mapping[str, Any]]
    shape: shapely.Geometry

    @property
    def is_base(self) -> bool:
        """Whether it is balanced against the others."""
        return self.kind == "base"


@dataclass(frozen=True)
class UnitFacts:
    """The units of a village, as arrays side by side.

    Attributes
    ----------
    unit_id, name, grid_id : ndarray of str
    load : ndarray of float64
    shape : ndarray of Geometry
        EPSG:4326; None where a site covers the unit.
    old : ndarray of str or None
        Previous grids, NaN for units that are new; None without a previous plan.
    """

    unit_id: Objects
    name: Objects
    grid_id: Objects
    load: NDArray[np.float64]
    shape: Objects
    old: Objects | None

    def at(self, rows: NDArray[np.int64]) -> "UnitFacts":
        """Return those at some rows."""
        return UnitFacts(
            unit_id=self.unit_id[rows],
            name=self.name[rows],
            grid_id=self.grid_id[rows],
            load=self.load[rows],
            shape=self.shape[rows],
            old=None if self.old is None else self.old[rows],
        )


def rows_by_label(frame: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Return at which rows each village stands, ascending."""
    found = frame.groupby("label").indices
    return {str(label): np.asarray(rows) for label, rows in found.items()}


def grid_facts(grids: gpd.GeoDataFrame, units: pd.DataFrame) -> list[GridFacts]:
    """Return the grids of a plan, in their order.

    Parameters
    ----------
    grids : GeoDataFrame
        EPSG:4326; ``grid_id, kind, name, load, area_m2, borders``.
    units : DataFrame
        ``grid_id`` of each.
    """
    texts = (grids[name].tolist() for name in ("grid_id", "kind", "name"))
    numbers = (grids["load"].tolist(), _walk_min(grids, units).tolist())
    columns = zip(*texts, *numbers, grids["borders"], grids.geometry, strict=True)
    return [GridFacts(*row) for row in columns]


def unit_facts(units: gpd.GeoDataFrame, previous: "pd.Series[str] | None") -> UnitFacts:
    """Return the units of a plan, in their order.

    Parameters
    ----------
    units : GeoDataFrame
        EPSG:4326; ``unit_id, load, grid_id``, and ``name`` if they have one.
    previous : Series or None
        Previous grid by unit id.
    """
    ids = units["unit_id"]
    return UnitFacts(
        unit_id=ids.to_numpy(object),
        name=units.get("name", ids).to_numpy(object),
        grid_id=units["grid_id"].to_numpy(object),
        load=units["load"].to_numpy(np.float64),
        shape=np.asarray(units.geometry.values, object),
        old=None if previous is None else ids.map(previous).to_numpy(object),
    )


def walk_minutes(units: np.ndarray, area_m2: np.ndarray) -> np.ndarray:
    """Return about how long a walk past all units of a grid is, minutes.

    Parameters
    ----------
    units : ndarray, shape (n,)
        How many units each grid has.
    area_m2 : ndarray of float64, shape (n,)

    Examples
    --------
    >>> walk_minutes(np.array([9]), np.array([1e6])).round(1).tolist()
    [30.5]
    """
    length = _ROUND * np.sqrt(units.astype(np.float64) * area_m2)
    return np.asarray(length / WALK_M_PER_MIN, np.float64)


def _walk_min(grids: pd.DataFrame, units: pd.DataFrame) -> np.ndarray:
    count = grids["grid_id"].map(units.groupby("grid_id").size()).fillna(0)
    area = grids["area_m2"].to_numpy(np.float64)
    return walk_minutes(count.to_numpy(np.float64), area)


def old_grids(units: UnitFacts) -> tuple[list[str], Objects]:
    """Return a village's previous grids by name, and their ground."""
    assert units.old is not None
    placed = pd.notna(units.old) & ~shapely.is_missing(units.shape)
    names, which = np.unique(units.old[placed].astype(str), return_inverse=True)
    shapes = units.shape[placed]
    grounds = [shapely.union_all(shapes[which == i]) for i in range(len(names))]
    return names.tolist(), np.array(grounds, object)
