"""What was considered for a village and not taken, what it costs, and why not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pandas as pd

from maps.plan_words import BLOCK_NAMES, Measure, signed_pct, way_in_words
from maps.village_rows import GridFacts, UnitFacts

_WHY_NOT_TAKEN: Mapping[str, str] = {
    "village_line": "网格不得跨村",
    "barrier": "网格不得跨越",
    "split_unit": "不拆散一处居民点",
    "lock": "锁定的单元不动",
    "rebalance": "可在编辑时进行",
    "tolerance": "越宽越不相当",
    "band": "越宽越不相当",
    "grids": "网格总数已定",
}


@dataclass(frozen=True)
class Refused:
    """An alternative that was not taken: what it is, what it costs, why not."""

    what: str
    cost: str
    why: str


@dataclass(frozen=True)
class Share:
    """What the base grids of a village have to do together, and how many they are."""

    load: float
    count: int
    ideal: float

    def off(self, count: int) -> str:
        """Say how far a grid is from the mean when so many share."""
        return signed_pct(self.load / count / self.ideal - 1)


class Refusing:
    """Tells for each village of a plan what was not taken.

    Parameters
    ----------
    report : mapping
        The plan's ``report.json``.
    names : mapping of str to str
        Village names by label.
    measure : Measure
        What the loads count.
    """

    def __init__(
        self, report: Mapping[str, Any], names: Mapping[str, str], measure: Measure
    ) -> None:
        self._names, self._measure = names, measure
        self._tolerance = report.get("policy", {}).get("tolerance", 0.0)
        # With its place: the worst grids come first.
        rows = enumerate(report.get("why_not", ()))
        self._blocked = {row["grid_id"]: (place, row) for place, row in rows}
        self._other_plans = tuple(_other_plans(report))

    def all_of(
        self, base: Sequence[GridFacts], units: UnitFacts, share: Share
    ) -> Iterator[Refused]:
        """Yield what was not taken for a village.

        Parameters
        ----------
        base : sequence of GridFacts
            Its base grids.
        units : UnitFacts
        share : Share
        """
        yield from self._other_counts(share, len(units.unit_id))
        yield from self._kept(units, share)
        yield from self._relaxed(base, units)
        yield from self._other_plans

    def _other_counts(self, share: Share, units: int) -> Iterator[Refused]:
        """Yield one grid less and one more, where that is possible."""
        for other in (share.count - 1, share.count + 1):
            if 0 < other <= units:
                each = self._measure.say(share.load / other)
                is_less = other < share.count
                yield Refused(
                    f"分成 {other} 格",
                    f"每格约 {each}，与平均相差 {share.off(other)}",
                    "每格更忙" if is_less else "每格太闲，要多配一名网格员",
                )

    def _kept(self, units: UnitFacts, share: Share) -> Iterator[Refused]:
        """Yield the grids of the plan before, unless they stay."""
        if units.old is None:
            return
        loads = pd.Series(units.load).groupby(units.old).sum()
        if loads.empty or (units.old == units.grid_id).all():
            return
        busiest, idlest, ideal = loads.max(), loads.min(), share.ideal
        say = self._measure.say
        off = max(busiest / ideal - 1.0, 1.0 - idlest / ideal)
        why = "没有人换网格，但任务不相当"
        if len(loads) != share.count:
            why = "格数与总数不合"
        elif off <= self._tolerance:
            why = "任务虽相当，但原来的网格有的已不成片，或与新的线不合"
        yield Refused(
            f"维持原来的 {len(loads)} 格不动",
            f"最忙的 {say(busiest)}，最闲的 {say(idlest)}，相差 "
            f"{100 * (busiest - idlest) / ideal:.0f}% 个平均量",
            why,
        )

    def _relaxed(
        self, base: Sequence[GridFacts], units: UnitFacts
    ) -> Iterator[Refused]:
        """Yield what would bring the worst grid of the village nearer."""
        rows = (self._blocked.get(grid.grid_id) for grid in base)
        found = [row for row in rows if row is not None]
        if not found:
            return
        worst = min(found, key=itemgetter(0))[1]
        reason = BLOCK_NAMES[worst["blocked_by"]]
        called = {**dict(zip(units.unit_id, units.name, strict=True)), **self._names}
        for way in worst["ways"]:
            if way["relax"] != "quota":
                words, why = way_in_words(way, called), _WHY_NOT_TAKEN[way["relax"]]
                yield Refused(words, f"（{reason}）", why)


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
