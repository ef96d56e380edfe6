"""What a village's page says: computed once, so that the page only prints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.moved import moved_units, streams
from maps.plan_words import Measure
from maps.refused import Refused, Refusing, Share
from maps.village_rows import (
    GridFacts,
    UnitFacts,
    grid_facts,
    rows_by_label,
    unit_facts,
)


@dataclass(frozen=True)
class VillageFacts:
    """One village of a plan.

    Attributes
    ----------
    code, name : str
    grids : tuple of GridFacts
    units : UnitFacts
    ideal : float
        Load of an average grid of the whole plan.
    why : str
        Why so many grids and not one more, in one sentence.
    streams : DataFrame
        ``old, new, units, load, names``: what moves from whom to whom.
    moved : frozenset of str
        Units that move.
    refused : tuple of Refused
    """

    code: str
    name: str
    grids: tuple[GridFacts, ...]
    units: UnitFacts
    ideal: float
    why: str
    streams: pd.DataFrame
    moved: frozenset[str]
    refused: tuple[Refused, ...]


def village_facts(
    grids: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    report: Mapping[str, Any],
    previous: "pd.Series[str] | None",
    names: Mapping[str, str],
    measure: Measure,
) -> Iterator[VillageFacts]:
    """Yield the facts of each village, by code.

    Parameters
    ----------
    grids : GeoDataFrame
        EPSG:4326; ``grid_id, kind, name, label, load, area_m2, borders``.
    units : GeoDataFrame
        EPSG:4326; ``unit_id, label, load, grid_id``; geometry may be missing.
    report : mapping
        The plan's ``report.json``.
    previous : Series or None
        Previous grid by unit id.
    names : mapping of str to str
        Village names by label.
    """
    moved = moved_units(units, previous)
    nobody = streams(moved.iloc[:0])
    # Once for all villages: a county has hundreds of them, and a look into a frame
    # takes longer than all that is asked of a village.
    rows, of_units, of_moved = map(rows_by_label, (grids, units, moved))
    all_grids, all_units = grid_facts(grids, units), unit_facts(units, previous)
    refusing = Refusing(report, names, measure)
    for code in sorted(rows):
        own = tuple(all_grids[row] for row in rows[code])
        base = [grid for grid in own if grid.is_base]
        if not base:
            continue
        mine = all_units.at(of_units.get(code, np.zeros(0, np.int64)))
        leaving = moved.iloc[of_moved[code]] if code in of_moved else moved.iloc[:0]
        load = float(np.sum([grid.load for grid in base]))
        share = Share(load, len(base), float(report["ideal_load"]))
        yield VillageFacts(
            code=code,
            name=_called(code, report, names),
            grids=own,
            units=mine,
            ideal=share.ideal,
            why=_why(share, report, measure),
            streams=streams(leaving) if len(leaving) else nobody,
            moved=frozenset(leaving["unit_id"]),
            refused=tuple(refusing.all_of(base, mine, share)),
        )


def _called(code: str, report: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a village's name, with those of tiny villages that count as part of it."""
    name = names.get(code) or code
    joined = [
        names.get(row["village"]) or str(row["village"])
        for row in report.get("joined_villages", ())
        if row["into"] == code
    ]
    return f"{name}（含{'、'.join(joined)}）" if joined else name


def _why(share: Share, report: Mapping[str, Any], measure: Measure) -> str:
    load, count, ideal = share.load, share.count, share.ideal
    start = (
        f"全部 {report['grids']['base']} 个基础网格平均每格 {measure.say(ideal)}；"
        f"本村共 {measure.say(load)}，分 {count} 格每格约 {measure.say(load / count)}"
        f"（与平均相差 {share.off(count)}），"
        f"分 {count + 1} 格每格只有 {measure.say(load / (count + 1))}"
        f"（相差 {share.off(count + 1)}），"
    )
    if abs(load / count - ideal) <= abs(load / (count + 1) - ideal):
        return start + f"所以分 {count} 格，不分 {count + 1} 格。"
    return (
        start + f"多一格虽更接近平均，但网格总数已定，多给本村就要从别的村减，"
        f"全局会更不匀，所以分 {count} 格。"
    )
