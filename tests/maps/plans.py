"""A finished plan of two villages by hand, as the pages get it."""

from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import box

VILLAGES = ("410325105201", "410325105202")
NAMES = {VILLAGES[0]: "杨村", VILLAGES[1]: "<b>槐村`${x}`"}


def units() -> gpd.GeoDataFrame:
    """Eight units in a row, four in each village."""
    return gpd.GeoDataFrame(
        {
            "unit_id": [f"户组{i}" for i in range(8)],
            "label": [VILLAGES[i // 4] for i in range(8)],
            "load": [100.0, 100.0, 100.0, 90.0, 120.0, 80.0, 60.0, 60.0],
            "grid_id": [f"{VILLAGES[i // 4]}{i // 2 % 2 + 1:03d}" for i in range(8)],
        },
        geometry=[box(111 + i / 100, 34, 111.01 + i / 100, 34.01) for i in range(8)],
        crs=4326,
    )


def grids() -> gpd.GeoDataFrame:
    """Four base grids and an exclusive one."""
    frame = units().dissolve("grid_id", aggfunc={"load": "sum", "label": "first"})
    frame = frame.reset_index().assign(kind="base", name="", category="", reason="")
    site = frame.iloc[[0]].assign(
        grid_id=f"{VILLAGES[0]}003", kind="exclusive", name="学校", load=0.0
    )
    both = gpd.GeoDataFrame(
        pd.concat([frame, site], ignore_index=True), crs=4326
    ).sort_values("grid_id", ignore_index=True)
    border = [{"to": f"{VILLAGES[0]}002", "kind": "road", "length_m": 60.0}]
    return both.assign(
        area_m2=1_000_000.0, borders=[[*border, OUTLINE] for _ in range(5)]
    )


OUTLINE = {"to": None, "kind": "outline", "length_m": 40.0}


def previous() -> "pd.Series[str]":
    """The plan before: one unit of the first village was in the other grid."""
    old = units().set_index("unit_id")["grid_id"].copy()
    old["户组2"] = f"{VILLAGES[0]}001"
    return old


def report() -> dict[str, Any]:
    """What such a plan reports."""

    def score(value: float, unit: str = "%") -> dict[str, Any]:
        return {"value": value, "unit": unit, "version": 1}

    scores = {
        "balance": {"max_deviation_pct": score(32.4)},
        "bounds": {"bound_lines_pct": score(9.9)},
        "manageability": {"broken_grids": score(0, ""), "cut_edges": score(20, "")},
        "stability": {"moved_load_pct": score(14.1)},
    }
    return {
        "seed": 7,
        "input_hash": "0123456789abcdef" * 4,
        "policy": {"tolerance": 0.05},
        "grids": {"base": 4, "exclusive": 1, "all": 5},
        "ideal_load": 177.5,
        "scores": scores,
        "proof": {
            "holds": True,
            "coverage_valid": True,
            "gap_m2": 0.0,
            "overlap_m2": 0.0,
            "difference_m2": 0.001,
            "worst_village_m2": 0.001,
            "pieces": 1,
            "crs": "EPSG:4546",
        },
        "why_not": [
            {
                "grid_id": f"{VILLAGES[1]}002",
                "deviation_pct": -32.4,
                "blocked_by": "village_line",
                "ways": [
                    {"relax": "quota", "gives_pct": 9.9, "count": 3},
                    {"relax": "village_line", "gives_pct": 2.0, "other": VILLAGES[0]},
                    {"relax": "tolerance", "gives_pct": 32.4},
                ],
            }
        ],
        "alternatives": [
            {
                "file": "assignment_2.csv",
                "scores": {
                    "balance": {"max_deviation_pct": score(40.0)},
                    "manageability": {"cut_edges": score(18, "")},
                    "stability": {"moved_load_pct": score(1.0)},
                },
            }
        ],
    }
