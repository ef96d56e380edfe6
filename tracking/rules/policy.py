"""The rule of a county: every threshold of a verdict, as data.

A rule is frozen and hashable; its `digest` is part of each verdict, so that an old
verdict names exactly what it was judged by. Nothing here is a constant of the engine.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Any

import orjson

from geo.localtime import DAY_MS, day_start_ms


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


def windows_of(*hours: tuple[str, str, str, str]) -> tuple[Window, ...]:
    """Return windows of (code, name, start, end), times like ``"06:00"``."""
    return tuple(
        Window(code, name, time.fromisoformat(start), time.fromisoformat(end))
        for code, name, start, end in hours
    )


THREE_WINDOWS = windows_of(
    ("morning", "早巡", "06:00", "11:00"),
    ("afternoon", "午巡", "11:00", "17:00"),
    ("evening", "晚巡", "17:00", "22:00"),
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
