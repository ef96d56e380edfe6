"""Live progress for the worker: how many rounds are done, and what is still to go.

It reads the verdict of the day so far, so it says exactly what the engine measured; a
shortfall is shown to the worker before anybody else sees it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geo.localtime import LOCAL_ZONE, from_ms, to_ms
from tracking.rules.policy import Rule, Window
from tracking.rules.reasons import REASONS
from tracking.verdict.judge import VERIFIED


@dataclass(frozen=True)
class StillToGo:
    """One need of the running window that is not filled yet.

    `missing` is a whole number in `unit` where the need can be counted, else None.
    """

    code: str
    text: str
    value: float
    needed: float
    missing: int | None
    unit: str


@dataclass(frozen=True)
class Progress:
    """What a worker's page shows; `window` is None outside all windows."""

    day: date
    done: int
    required: int
    excused: int
    window: str | None
    window_name: str | None
    until: datetime | None
    is_done: bool
    is_excused: bool
    to_go: tuple[StillToGo, ...]
    text: str


# What can be counted down, in the order in which it is said; the rest is told in words.
_COUNTED = {
    "dwell_short": ("分钟", "再走 {n} 分钟"),
    "distance_short": ("米", "再走 {n} 米"),
    "checkpoints_missed": ("个", "还有 {n} 个必到点"),
}
_TOLD = {
    "coverage_low": "多走几处，不要只在一处来回",
    "vehicle_speed": "车速太快，请步行或慢骑",
    "stationary": "还没有走动",
    "gap_long": "定位中断太久，请检查手机省电设置",
    "rate_low": "定位太稀，请把间隔设为 10 秒",
    "accuracy_poor": "定位精度差，请打开高精度定位",
}


def progress(body: Mapping[str, Any], rule: Rule, day: date, now: datetime) -> Progress:
    """Return how far a worker's day is.

    Parameters
    ----------
    body : mapping
        The worker's day as `tracking.verdict.verify.verify_days` judged it just now.
    rule : Rule
        The one it was judged by.
    day : date
        Local.
    now : datetime
        Aware.
    """
    window = _running(rule, day, to_ms(now))
    patrols = {p["window"]: p for p in body["patrols"]}
    patrol = patrols.get(window.code) if window else None
    is_done = bool(patrol and patrol["verdict"] == VERIFIED)
    is_excused = bool(patrol and patrol["excused"])
    to_go: tuple[StillToGo, ...] = ()
    if patrol and not is_done and not is_excused:
        to_go = _to_go(patrol, rule)
    done, required = int(body["verified"]), int(body["required"])
    return Progress(
        day=day,
        done=done,
        required=required,
        excused=int(body["excused"]),
        window=window.code if window else None,
        window_name=window.name if window else None,
        until=from_ms(window.span_ms(day)[1]) if window else None,
        is_done=is_done,
        is_excused=is_excused,
        to_go=to_go,
        text=_text(done, required, window, is_done, is_excused, to_go, day),
    )


def _running(rule: Rule, day: date, now_ms: int) -> Window | None:
    for window in rule.windows:
        start, end = window.span_ms(day)
        if start <= now_ms < end:
            return window
    return None


def _to_go(patrol: Mapping[str, Any], rule: Rule) -> tuple[StillToGo, ...]:
    """Return what the best round so far lacks; without any, what a round needs."""
    if patrol["start"] is None:
        return _from_nothing(patrol, rule)
    found = {}
    for reason in patrol["reasons"]:
        code = str(reason["code"])
        if code in _COUNTED or code in _TOLD:
            found[code] = _need(code, reason["value"], reason["needed"])
    return tuple(found[c] for c in (*_COUNTED, *_TOLD) if c in found)


def _from_nothing(patrol: Mapping[str, Any], rule: Rule) -> tuple[StillToGo, ...]:
    needs = [
        _need("dwell_short", 0.0, rule.dwell_min),
        _need("distance_short", 0.0, rule.distance_m),
    ]
    points = int(patrol["checkpoints_required"])
    if points:
        needs.append(_need("checkpoints_missed", 0.0, points))
    return tuple(needs)


def _need(code: str, value: float, needed: float) -> StillToGo:
    if code in _TOLD:
        unit = REASONS[code].unit
        return StillToGo(code, _TOLD[code], value, needed, None, unit)
    unit, text = _COUNTED[code]
    missing = max(1, math.ceil(needed - value))
    return StillToGo(code, text.format(n=missing), value, needed, missing, unit)


def _text(
    done: int,
    required: int,
    window: Window | None,
    is_done: bool,
    is_excused: bool,
    to_go: Sequence[StillToGo],
    day: date,
) -> str:
    counted = f"今日 {done}/{required} 巡"
    if window is None:
        return f"{counted}；现在不在巡查时段"
    if is_excused and not is_done:
        return f"{counted}；{window.name}免巡"
    if is_done:
        return f"{counted}；{window.name}已完成"
    until = from_ms(window.span_ms(day)[1]).astimezone(LOCAL_ZONE)
    left = "、".join(n.text for n in to_go) or "请等待核验"
    return f"{counted}；{window.name}（至 {until:%H:%M}）：{left}"
