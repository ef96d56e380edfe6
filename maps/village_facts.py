"""What a village's page says: computed once, so that the page only prints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.moved import moved_units, names_of, streams
from maps.plan_words import BLOCK_NAMES, Measure, signed_pct, way_in_words

# A first guess of the shortest round through n places on an area [1].
# .. [1] J. Beardwood, J. H. Halton, J. M. Hammersley, "The shortest path through many
#    points", Proc. Cambridge Phil. Soc. 55 (1959); the constant is the one of 1995.
_ROUND = 0.7124
WALK_M_PER_MIN = 70.0


@dataclass(frozen=True)
class Refused:
    """An alternative that was not taken: what it is, what it costs, why not."""

    what: str
    cost: str
    why: str


@dataclass(frozen=True)
class VillageFacts:
    """One village of a plan.

    Attributes
    ----------
    code, name : str
    grids, units : GeoDataFrame
        EPSG:4326, of this village only; grids with ``walk_min`` added.
    old : Series or None
        Previous grid by unit id.
    load, ideal : float
        Of the base grids of the village; of an average grid of the whole plan.
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
    grids: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    old: "pd.Series[str] | None"
    load: float
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
        EPSG:4326; ``grid_id, kind, label, load, area_m2, borders``.
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
    grids = grids.assign(walk_min=_walk_min(grids, units))
    # Once for all villages: a county has hundreds of them.
    rows, of_units = (_rows_by_label(frame) for frame in (grids, units))
    of_moved = _rows_by_label(moved)
    nothing = np.zeros(0, np.int64)
    for code in sorted(rows):
        own = grids.iloc[rows[code]]
        if not (own["kind"] == "base").any():
            continue
        mine = units.iloc[of_units.get(code, nothing)]
        leaving = moved.iloc[of_moved.get(code, nothing)]
        yield VillageFacts(
            code=code,
            name=_called(code, report, names),
            grids=own,
            units=mine,
            old=None if previous is None else mine["unit_id"].map(previous),
            load=float(own.loc[own["kind"] == "base", "load"].sum()),
            ideal=float(report["ideal_load"]),
            why=_why(own, report, measure),
            streams=streams(leaving),
            moved=frozenset(leaving["unit_id"]),
            refused=tuple(_refused(code, own, mine, previous, report, names, measure)),
        )


def _rows_by_label(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return at which rows each village stands, ascending."""
    found = frame.groupby("label").indices
    return {str(label): np.asarray(rows) for label, rows in found.items()}


def _called(code: str, report: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a village's name, with those of tiny villages that count as part of it."""
    name = names.get(code) or code
    joined = [
        names.get(row["village"]) or str(row["village"])
        for row in report.get("joined_villages", ())
        if row["into"] == code
    ]
    return f"{name}（含{'、'.join(joined)}）" if joined else name


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


def _why(own: pd.DataFrame, report: Mapping[str, Any], measure: Measure) -> str:
    base = own[own["kind"] == "base"]
    load, count, ideal = float(base["load"].sum()), len(base), report["ideal_load"]
    start = (
        f"全部 {report['grids']['base']} 个基础网格平均每格 {measure.say(ideal)}；"
        f"本村共 {measure.say(load)}，分 {count} 格每格约 {measure.say(load / count)}"
        f"（与平均相差 {_off(load, count, ideal)}），"
        f"分 {count + 1} 格每格只有 {measure.say(load / (count + 1))}"
        f"（相差 {_off(load, count + 1, ideal)}），"
    )
    if abs(load / count - ideal) <= abs(load / (count + 1) - ideal):
        return start + f"所以分 {count} 格，不分 {count + 1} 格。"
    return (
        start + f"多一格虽更接近平均，但网格总数已定，多给本村就要从别的村减，"
        f"全局会更不匀，所以分 {count} 格。"
    )


def _off(load: float, count: int, ideal: float) -> str:
    return signed_pct(load / count / ideal - 1)


def _refused(
    code: str,
    own: pd.DataFrame,
    units: pd.DataFrame,
    previous: "pd.Series[str] | None",
    report: Mapping[str, Any],
    names: Mapping[str, str],
    measure: Measure,
) -> Iterator[Refused]:
    base = own[own["kind"] == "base"]
    load, count, ideal = float(base["load"].sum()), len(base), report["ideal_load"]
    for other in (count - 1, count + 1):
        if 0 < other <= len(units):
            each = measure.say(load / other)
            words = "每格更忙" if other < count else "每格太闲，要多配一名网格员"
            yield Refused(
                f"分成 {other} 格",
                f"每格约 {each}，与平均相差 {_off(load, other, ideal)}",
                words,
            )
    if previous is not None:
        yield from _kept(units, previous, count, report, measure)
    yield from _relaxed(base, report, {**names, **names_of(units)})
    yield from _other_plans(report)


def _kept(
    units: pd.DataFrame,
    previous: "pd.Series[str]",
    count: int,
    report: Mapping[str, Any],
    measure: Measure,
) -> Iterator[Refused]:
    old = units["unit_id"].map(previous)
    loads = units.groupby(old)["load"].sum()
    if loads.empty or (old == units["grid_id"]).all():
        return
    busiest, idlest, ideal = loads.max(), loads.min(), report["ideal_load"]
    off = max(busiest / ideal - 1.0, 1.0 - idlest / ideal)
    why = "没有人换网格，但任务不相当"
    if len(loads) != count:
        why = "格数与总数不合"
    elif off <= report.get("policy", {}).get("tolerance", 0.0):
        why = "任务虽相当，但原来的网格有的已不成片，或与新的线不合"
    yield Refused(
        f"维持原来的 {len(loads)} 格不动",
        f"最忙的 {measure.say(busiest)}，最闲的 {measure.say(idlest)}，相差 "
        f"{100 * (busiest - idlest) / ideal:.0f}% 个平均量",
        why,
    )


def _relaxed(
    base: pd.DataFrame, report: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Refused]:
    """Yield what would bring the worst grid of the village nearer."""
    grids = set(base["grid_id"])
    rows = [row for row in report.get("why_not", []) if row["grid_id"] in grids]
    if not rows:
        return
    blocked = BLOCK_NAMES[rows[0]["blocked_by"]]
    reasons = {
        "village_line": "网格不得跨村",
        "barrier": "网格不得跨越",
        "split_unit": "不拆散一处居民点",
        "lock": "锁定的单元不动",
        "rebalance": "可在编辑时进行",
        "tolerance": "越宽越不相当",
        "band": "越宽越不相当",
        "grids": "网格总数已定",
        "quota": "网格总数已定",
    }
    for way in rows[0]["ways"]:
        if way["relax"] != "quota":
            yield Refused(
                way_in_words(way, names), f"（{blocked}）", reasons[way["relax"]]
            )


def _other_plans(report: Mapping[str, Any]) -> Iterator[Refused]:
    for number, plan in enumerate(report.get("alternatives", []), start=2):
        scores = plan["scores"]
        worst = scores["balance"]["max_deviation_pct"]["value"]
        moved = scores["stability"]["moved_load_pct"]["value"]
        change = "" if moved is None else f"，换网格的工作量 {moved:.1f}%"
        yield Refused(
            f"备选方案 {number}（全部村）",
            f"最大偏差 {worst:.1f}%{change}",
            _what_is_worse(scores, report["scores"]),
        )


def _what_is_worse(scores: Mapping[str, Any], chosen: Mapping[str, Any]) -> str:
    def is_worse(group: str, key: str) -> bool:
        value, other = (which[group][key]["value"] for which in (scores, chosen))
        return (value or 0.0) > (other or 0.0)

    worse = {
        "更不均衡": any(is_worse("balance", key) for key in scores["balance"]),
        "边界更碎": is_worse("manageability", "cut_edges"),
        "换人更多": is_worse("stability", "moved_load_pct"),
    }
    # What is worse in nothing was looked for with more tolerance than was asked for.
    return "，".join(word for word, it_is in worse.items() if it_is) or "容差放得更宽"


def old_grids(facts: VillageFacts) -> gpd.GeoDataFrame:
    """Return the village's previous grids: ``grid_id`` and their ground."""
    assert facts.old is not None
    placed = facts.units.assign(old=facts.old)
    placed = placed[placed["old"].notna() & placed.geometry.notna()]
    grouped = placed.groupby("old", sort=True)
    shapes = [shapely.union_all(np.asarray(g.geometry.values)) for _, g in grouped]
    return gpd.GeoDataFrame(
        {"grid_id": list(grouped.groups)}, geometry=shapes, crs=facts.units.crs
    )
