"""The rule of a county: every threshold of a verdict, as data.

A rule is frozen and hashable; its `digest` is part of each verdict, so that an old
verdict names exactly what it was judged by. Nothing here is a constant of the engine.
The presets are the published ones of comparable duties and the seasons of a county.
"""

import hashlib
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import date, time
from functools import cached_property
from typing import Any

import orjson

from geo.localtime import DAY_MS, day_start_ms
from tracking.errors import BadRule


@dataclass(frozen=True)
class Window:
    """One window of the day, local wall-clock time; it may cross midnight.

    A window whose end is not after its start ends on the next day and belongs to the
    day on which it starts.
    """

    code: str
    name: str
    start: time
    end: time

    def span_ms(self, day: date) -> tuple[int, int]:
        """Return start and end on a local day, milliseconds since the epoch, UTC."""
        zero = day_start_ms(day)
        start, end = zero + _clock_ms(self.start), zero + _clock_ms(self.end)
        return start, end if end > start else end + DAY_MS


def _clock_ms(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000


def _windows(*hours: tuple[str, str, str, str]) -> tuple[Window, ...]:
    return tuple(
        Window(code, name, time.fromisoformat(start), time.fromisoformat(end))
        for code, name, start, end in hours
    )


THREE_WINDOWS = _windows(
    ("morning", "早巡", "06:00", "11:00"),
    ("afternoon", "午巡", "11:00", "17:00"),
    ("evening", "晚巡", "17:00", "22:00"),
)
_WINTER_WINDOWS = _windows(
    ("morning", "早巡", "07:00", "11:00"),
    ("afternoon", "午巡", "11:00", "15:00"),
    ("evening", "晚巡", "15:00", "19:00"),
)
_HEAT_WINDOWS = _windows(
    ("morning", "早巡", "05:00", "10:00"),
    ("afternoon", "午巡", "15:30", "18:30"),
    ("evening", "晚巡", "18:30", "23:00"),
)
_FIRE_WINDOWS = _windows(
    ("patrol-1", "一巡", "06:00", "09:00"),
    ("patrol-2", "二巡", "09:00", "12:00"),
    ("patrol-3", "三巡", "12:00", "15:00"),
    ("patrol-4", "四巡", "15:00", "18:00"),
    ("patrol-5", "五巡", "18:00", "21:00"),
    ("patrol-6", "六巡", "21:00", "00:00"),
)
_FLOOD_WINDOWS = _windows(
    ("patrol-1", "一巡", "00:00", "06:00"),
    ("patrol-2", "二巡", "06:00", "12:00"),
    ("patrol-3", "三巡", "12:00", "18:00"),
    ("patrol-4", "四巡", "18:00", "00:00"),
)


@dataclass(frozen=True)
class Rule:
    """What a round needs, and how its measures are taken.

    Durations end in ``_min``, ``_s`` or ``_h``, lengths in ``_m``, speeds in ``_mps``;
    shares lie in 0..1. A rule without basis, scene and end date is `record_only`: it
    shows progress to the worker and feeds no pay sheet.
    """

    rule_id: str = "yiri-sanxun-1"
    name: str = "一日三巡"
    basis: str = ""
    scene: str = ""
    ends_on: str = ""
    windows: tuple[Window, ...] = field(default=THREE_WINDOWS)
    # What a round needs.
    dwell_min: float = 15.0
    distance_m: float = 500.0
    speed_low_mps: float = 0.3
    speed_high_mps: float = 7.0
    moving_share: float = 0.6
    checkpoint_share: float = 0.6
    cells_per_10_min: float = 8.0
    gap_s: float = 300.0
    rate_every_s: float = 60.0
    rate_share: float = 0.8
    apart_min: float = 60.0
    moving_min: float = 3.0
    # What bounds a round and places a fix.
    stay_min: float = 20.0
    stay_radius_m: float = 25.0
    silence_min: float = 60.0
    base_share: float = 0.35
    base_returns: int = 3
    # Who rests much and turns back that often is thrown about by noise; 0: not asked,
    # because a yard leaves no other way to walk.
    turns_back: int = 6
    border_band_m: float = 20.0
    border_hold_s: float = 60.0
    road_strip_m: float = 25.0
    certain_share: float = 0.2
    inside_share: float = 0.6
    # How measures are taken.
    anchor_m: float = 30.0
    cell_m: float = 25.0
    checkpoint_radius_m: float = 30.0
    checkpoint_radius_max_m: float = 50.0
    accuracy_max_m: float = 50.0
    accuracy_unknown_m: float = 25.0
    observed_min: float = 5.0
    # Visits indoors: a silence up to `indoor_gap_s` whose ends lie in the grid within
    # `indoor_gap_m` earns nothing and breaks nothing; `visits` of them waive distance.
    indoor_gap_s: float = 0.0
    indoor_gap_m: float = 100.0
    visits: int = 0
    # Duty, clock and deadline.
    duty_margin_min: float = 30.0
    late_upload_h: float = 24.0
    skew_s: float = 120.0
    skew_receipts: int = 5
    server_clock_devices: int = 20
    # Integrity.
    teleport_mps: float = 50.0
    teleport_m: float = 200.0
    spike_s: float = 120.0
    frozen_min: float = 15.0
    mock_fixes: int = 3
    replay_fixes: int = 12
    replay_near_m: float = 3.0
    replay_accuracy_share: float = 0.3
    replay_near_min: float = 10.0
    companion_m: float = 25.0
    companion_share: float = 0.8
    companion_min: float = 10.0
    shared_switches: int = 5
    datum_share: float = 0.9

    @property
    def record_only(self) -> bool:
        """Whether the rule lacks a basis, and so may not feed a pay sheet."""
        return not (self.basis and self.scene and self.ends_on)

    @property
    def reach_m(self) -> float:
        """Return beyond which distance from a border nothing depends on it."""
        return 1.0 + max(
            self.accuracy_max_m,
            self.accuracy_unknown_m,
            self.border_band_m,
            self.road_strip_m,
        )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the rule, hexadecimal."""
        return hashlib.sha256(orjson.dumps(as_data(self))).hexdigest()

    def deadline_ms(self, day: date) -> int:
        """Return when late data of a local day stops counting."""
        return day_start_ms(day) + DAY_MS + int(self.late_upload_h * 3_600_000)


DEFAULT_RULE = Rule()


def _preset(rule_id: str, name: str, **changes: Any) -> Rule:
    return replace(DEFAULT_RULE, rule_id=rule_id, name=name, **changes)


PRESETS: dict[str, Rule] = {
    rule.rule_id: rule
    for rule in (
        DEFAULT_RULE,
        _preset("winter", "冬季", windows=_WINTER_WINDOWS),
        _preset("summer-heat", "高温", windows=_HEAT_WINDOWS),
        _preset("forest-fire", "森林防火", windows=_FIRE_WINDOWS),
        _preset("flood", "防汛", windows=_FLOOD_WINDOWS),
        _preset("weak-signal", "弱信号", late_upload_h=72.0),
        _preset("household", "入户", indoor_gap_s=2700.0, visits=3),
        _preset(
            "small-grid",
            "小网格",
            dwell_min=10.0,
            distance_m=200.0,
            cells_per_10_min=4.0,
            stay_radius_m=15.0,
            turns_back=0,
        ),
        # Some 60 m each way, in which only phones that are sure prove anything.
        _preset(
            "yard",
            "院落",
            dwell_min=10.0,
            distance_m=150.0,
            cells_per_10_min=4.0,
            anchor_m=20.0,
            cell_m=20.0,
            stay_radius_m=13.0,
            accuracy_max_m=30.0,
            turns_back=0,
        ),
        _preset("5-300", "5分钟300米", dwell_min=5.0, distance_m=300.0),
        _preset("10-1000", "10分钟1千米", dwell_min=10.0, distance_m=1000.0),
        _preset("30-2000", "30分钟2千米", dwell_min=30.0, distance_m=2000.0),
    )
}


def as_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as plain data with sorted keys, the form that is hashed."""
    data = asdict(rule)
    data["windows"] = [
        {
            "code": w.code,
            "end": w.end.isoformat(),
            "name": w.name,
            "start": w.start.isoformat(),
        }
        for w in rule.windows
    ]
    return dict(sorted(data.items()))


def rule_from(table: dict[str, Any]) -> Rule:
    """Return the rule that a table of a rules file states.

    Parameters
    ----------
    table : dict
        ``base`` names a preset (default ``yiri-sanxun-1``), ``rule_id`` the new rule;
        every other key is a field of `Rule`; ``windows`` is a list of tables with
        ``code``, ``start``, ``end`` (``"06:00"``) and ``name``.

    Raises
    ------
    BadRule
        If a key is unknown, or a value is of the wrong kind or impossible.

    Examples
    --------
    >>> rule_from({"base": "5-300", "dwell_min": 6}).dwell_min
    6.0
    """
    table = dict(table)
    base = PRESETS.get(str(table.pop("base", DEFAULT_RULE.rule_id)))
    if base is None:
        raise BadRule(f"base is no preset; use one of {', '.join(PRESETS)}")
    changes: dict[str, Any] = {}
    for key, value in table.items():
        changes[key] = (
            _read_windows(value) if key == "windows" else _read_value(base, key, value)
        )
    if changes and "rule_id" not in changes:
        changes["rule_id"] = _named_after(base, changes)
    return replace(base, **changes)


def _named_after(base: Rule, changes: dict[str, Any]) -> str:
    """Name a changed rule without a name after its content: never the preset's name."""
    return f"{base.rule_id}+{replace(base, **changes).digest[:8]}"


def _read_value(base: Rule, key: str, value: Any) -> Any:
    if key not in Rule.__dataclass_fields__:
        known = ", ".join(Rule.__dataclass_fields__)
        raise BadRule(f"{key!r} is no field of a rule; known are base, {known}")
    wanted = type(getattr(base, key))
    if wanted is str and isinstance(value, date | str):
        return str(value)
    if wanted is str or isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRule(f"{key} = {value!r} must be a {_KINDS[wanted]}")
    if not 0 <= value < float("inf"):
        raise BadRule(f"{key} = {value!r} must be a number from 0 up")
    if wanted is int and value != int(value):
        raise BadRule(f"{key} = {value!r} must be a whole number")
    if key == "accuracy_max_m" and value > _WORST_M:
        raise BadRule(f"{key} = {value!r}: at most {_WORST_M:g}; more places nobody")
    if key.endswith("_share") and value > 1:
        raise BadRule(f"{key} = {value!r} is a share and must lie in 0..1")
    return wanted(value)


_WORST_M = 100.0
_KINDS = {str: "text", int: "whole number", float: "number"}
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")


def _read_windows(rows: Any) -> tuple[Window, ...]:
    if not isinstance(rows, list) or not rows:
        raise BadRule("windows must be a list of tables with code, start and end")
    windows = tuple(_read_window(row) for row in rows)
    codes = [w.code for w in windows]
    if len(set(codes)) < len(codes):
        raise BadRule(f"windows: a code stands twice among {', '.join(codes)}")
    spans = [w.span_ms(date(2026, 1, 1)) for w in windows]
    for i in range(1, len(spans)):
        if spans[i][0] < spans[i - 1][1]:
            raise BadRule(f"windows: {codes[i]} starts before {codes[i - 1]} ends")
    if spans[-1][1] > spans[0][0] + DAY_MS:
        raise BadRule(f"windows: {codes[-1]} runs into {codes[0]} of the next day")
    return windows


def _read_window(row: Any) -> Window:
    try:
        code, start, end = str(row["code"]), _clock(row["start"]), _clock(row["end"])
    except (KeyError, TypeError, ValueError) as trouble:
        raise BadRule(
            f"window {row!r}: needs code, start and end, with times like '06:00'"
        ) from trouble
    if not _CODE.fullmatch(code):
        raise BadRule(f"window code {code!r}: use small letters, digits and -")
    return Window(code, str(row.get("name", code)), start, end)


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    # Midnight at the end of a day is written 24:00 in Chinese timetables.
    return time() if value == "24:00" else time.fromisoformat(value)
