"""Toy worlds drawn by hand: squares of land, points in villages, a site, a river."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORED
from planning.units.territory import PlanPolicy, Territory

METRIC = 4546
EAST, NORTH = 500_000.0, 3_770_000.0
VILLAGES = ("410325105201", "410325105202", "410325105203", "410325105204")
SIDE_M = 2_000.0


def square_units(
    rows: int, columns: int, load: Sequence[float] | None = None, label: str = ""
) -> gpd.GeoDataFrame:
    """Squares of 100 m in rows from the south-west, in a metric CRS."""
    shapes = [
        shapely.box(
            EAST + 100 * c, NORTH + 100 * r, EAST + 100 * c + 100, NORTH + 100 * r + 100
        )
        for r in range(rows)
        for c in range(columns)
    ]
    return gpd.GeoDataFrame(
        {
            "unit_id": [f"u{i:04d}" for i in range(len(shapes))],
            "load": np.ones(len(shapes)) if load is None else np.asarray(load, float),
            "label": label,
        },
        geometry=shapes,
        crs=METRIC,
    )


def square_villages(count: int = 4) -> gpd.GeoDataFrame:
    """Villages of 2 x 2 km, two in a row; stored in degrees."""
    shapes = [
        shapely.box(
            EAST + SIDE_M * (i % 2),
            NORTH + SIDE_M * (i // 2),
            EAST + SIDE_M * (i % 2 + 1),
            NORTH + SIDE_M * (i // 2 + 1),
        )
        for i in range(count)
    ]
    frame = gpd.GeoDataFrame({"label": VILLAGES[:count]}, geometry=shapes, crs=METRIC)
    return frame.to_crs(STORED)


def settlements(
    rng: np.random.Generator, per_village: int, villages: int = 4, most: int = 400
) -> gpd.GeoDataFrame:
    """Settlements at random places of square villages; stored in degrees."""
    rows: list[dict[str, Any]] = []
    spots = []
    for i in range(villages):
        for j in range(per_village):
            x, y = rng.uniform(20.0, SIDE_M - 20.0, 2)
            spots.append((EAST + SIDE_M * (i % 2) + x, NORTH + SIDE_M * (i // 2) + y))
            rows.append(
                {
                    "unit_id": f"S{i}{j:03d}",
                    "load": float(rng.integers(20, most)),
                    "label": VILLAGES[i],
                    "groups": int(rng.integers(1, 4)),
                }
            )
    frame = gpd.GeoDataFrame(rows, geometry=shapely.points(spots), crs=METRIC)
    return frame.to_crs(STORED)


def site_across_a_line() -> gpd.GeoDataFrame:
    """One site of 300 x 200 m that lies across the line of the first two villages."""
    x, y = EAST + SIDE_M, NORTH + 900.0
    shape = shapely.box(x - 200.0, y, x + 100.0, y + 200.0)
    return gpd.GeoDataFrame(
        {
            "site_id": ["Z1"],
            "label": [VILLAGES[0]],
            "name": ["一矿"],
            "category": ["矿山"],
        },
        geometry=[shape],
        crs=METRIC,
    ).to_crs(STORED)


def winding_river() -> gpd.GeoDataFrame:
    """A river from west to east through all villages."""
    x = EAST - 100.0 + np.arange(45) * 100.0
    y = NORTH + 1_000.0 + 150.0 * np.sin(np.arange(45) / 3.0)
    line = shapely.linestrings(np.column_stack([x, y]))
    return gpd.GeoDataFrame({"kind": ["river"]}, geometry=[line], crs=METRIC).to_crs(
        STORED
    )


def small_town(seed: int = 1, per_village: int = 9) -> Territory:
    """Four villages with settlements, a site across a line and a river."""
    return Territory(
        units=settlements(np.random.default_rng(seed), per_village),
        villages=square_villages(),
        sites=site_across_a_line(),
        lines=winding_river(),
    )


def shuffled(frame: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """The same rows in another order, with another index."""
    order = np.random.default_rng(seed).permutation(len(frame))
    return frame.iloc[order].set_index(pd.Index(np.arange(len(frame)) * 7 + 3))


def asking(grids: int, **wishes: Any) -> PlanPolicy:
    """A policy for so many grids."""
    return PlanPolicy(grids=grids, **wishes)
