"""The written form of a verdict: the JSON object of a worker's day, rounded by rule.

Minutes and shares have 2 and 3 decimals, metres 1, seconds and counts none, degrees 6;
times are local with their offset. A value that misses its need is rounded away from it,
so that a shortfall never reads as enough.
"""

import hashlib
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tracking.ground.areas import Area
from tracking.ground.roster import Roster
from tracking.lines import line_on_earth
from tracking.rules.policy import Rule
from tracking.rules.reasons import REASONS, Finding
from tracking.verdict.judge import VERIFIED, Known, WindowVerdict
from tracking.verdict.looking import DayLook
from tracking.walking.needs import checkpoints_needed
from tracking.walking.rounds import Round, gaps_of

# Another number whenever the same input may be judged otherwise than before.
ENGINE = "verdict-5"
_DECIMALS = {"分钟": 1, "米": 1, "米/秒": 1, "比例": 3, "秒": 0, "小时": 1, "个": 0}
_ORDER = {code: n for n, code in enumerate(REASONS)}
_SIMPLER_M = 5.0
LOCAL_OFFSET_S = 28_800
_HASHED = (
    "t_ms",
    "received_ms",
    "lon",
    "lat",
    "accuracy_m",
    "speed_mps",
    "mock",
    "flag",
    "shift_ms",
)
_MOSTLY_ZERO = ("flag", "shift_ms")


def day_body(
    look: DayLook,
    verdicts: Sequence[WindowVerdict],
    known: Mapping[int, Known],
    roster: Roster,
    rule: Rule,
) -> dict[str, Any]:
    """Return the object of one worker and day, keys in the order of the contract."""
    verified = sum(v.verdict == VERIFIED for v in verdicts)
    excused = sum(
        v.look.excused_by is not None and v.verdict != VERIFIED for v in verdicts
    )
    digest = input_hash(look, roster, rule)
    return {
        "worker_id": look.worker_id,
        "date": look.day.isoformat(),
        "rule": rule.rule_id,
        "verified": verified,
        "required": len(verdicts) - excused,
        "excused": excused,
        "patrols": [_patrol(v, look, known, digest, rule) for v in verdicts],
    }


def input_hash(look: DayLook, roster: Roster, rule: Rule) -> str:
    """Return the SHA-256 of everything of a worker's day that its verdict reads."""
    total = hashlib.sha256(f"{ENGINE} {rule.digest} {look.day}".encode())
    total.update(f"{look.worker_id} {sorted(look.groups)}".encode())
    for area in look.areas:
        for v in area.versions:
            total.update(f"{v.grid_code} {v.from_ms} {v.to_ms} {v.digest}".encode())
        total.update(repr(area.checkpoints).encode())
    for window in look.windows:
        total.update(f"{window.window.code} {window.excused_by}".encode())
    for track in look.tracks:
        total.update(f"{track.device_id} {len(track)}".encode())
        for name in _HASHED:
            values = getattr(track, name)
            if name in _MOSTLY_ZERO and not values.any():
                total.update(name.encode())
                continue
            total.update(_little_endian(values))
    return total.hexdigest()


def _little_endian(values: NDArray[Any]) -> Any:
    """Return the bytes of an array as every machine has them."""
    if sys.byteorder != "little":
        values = values.astype(values.dtype.newbyteorder("<"))
    return np.ascontiguousarray(values).data


def local_iso(t_ms: int) -> str:
    """Return a moment as local ISO 8601 with offset, to the second."""
    minutes, second = divmod(t_ms // 1000 + LOCAL_OFFSET_S, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{_date(days)}T{hour:02d}:{minute:02d}:{second:02d}+08:00"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def _patrol(
    verdict: WindowVerdict,
    look: DayLook,
    known: Mapping[int, Known],
    digest: str,
    rule: Rule,
) -> dict[str, Any]:
    r = verdict.round
    points = max((len(a.checkpoints) for a in look.areas), default=0)
    if r is not None:
        points = len(r.hits)
    return {
        "window": verdict.look.window.code,
        "verdict": verdict.verdict,
        "excused": verdict.look.excused_by is not None,
        "provisional": verdict.is_provisional,
        "reasons": [_reason(f) for f in _once(verdict.reasons)],
        "start": local_iso(r.start_ms) if r else None,
        "end": local_iso(r.end_ms) if r else None,
        "dwell_min": round(r.dwell_min, 2) if r else 0.0,
        "distance_m": round(r.distance_m, 1) if r else 0.0,
        "checkpoints_reached": r.checkpoints_reached if r else 0,
        "checkpoints_required": checkpoints_needed(points, rule),
        "largest_gap_s": round(r.measures.largest_gap_s) if r else 0,
        "evidence": _evidence(verdict, look, known, digest, rule),
    }


def _once(reasons: Sequence[Finding]) -> list[Finding]:
    """Drop a reason that stands twice, and keep the order of the table."""
    first: dict[str, Finding] = {}
    for finding in reasons:
        first.setdefault(finding.code, finding)
    return sorted(first.values(), key=lambda f: _ORDER[f.code])


def _reason(finding: Finding) -> dict[str, Any]:
    value, needed = finding.value, finding.needed
    unit = REASONS[finding.code].unit
    if unit == "时刻":
        return {
            "code": finding.code,
            "value": local_iso(int(value)),
            "needed": local_iso(int(needed)),
        }
    if isinstance(value, str) or isinstance(needed, str):
        return {"code": finding.code, "value": value, "needed": needed}
    decimals = _DECIMALS.get(unit, 1)
    return {
        "code": finding.code,
        "value": _away(value, needed, decimals),
        "needed": _plain(round(float(needed), 3)),
    }


def _away(value: float, needed: float, decimals: int) -> float:
    """Round a value away from the need that it misses."""
    scale = 10.0**decimals
    # The hair keeps 5.0 from becoming 4.9 for being 4.9999999999.
    if value < needed:
        return _plain(math.floor(value * scale + 1e-6) / scale)
    return _plain(math.ceil(value * scale - 1e-6) / scale)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _evidence(
    verdict: WindowVerdict,
    look: DayLook,
    known: Mapping[int, Known],
    digest: str,
    rule: Rule,
) -> dict[str, Any]:
    window, r = verdict.look, verdict.round
    evidence: dict[str, Any] = {
        "engine": ENGINE,
        "rule_hash": rule.digest,
        "record_only": rule.record_only,
        "input_hash": digest,
        "span": [local_iso(window.start_ms), local_iso(window.end_ms)],
        "grids": _grids(r.scene.area if r else None, look),
        "excused_by": window.excused_by,
        "observed_min": round(window.observed_min, 1),
        "fixes": {
            "received": window.received,
            "excluded": dict(sorted(window.excluded.items())),
        },
    }
    if r is not None:
        evidence |= _round_evidence(r, rule)
        matches = known[id(r)].matches if id(r) in known else []
        if matches:
            evidence["matched"] = sorted(matches, key=lambda m: str(m["digest"]))
    return evidence


def _grids(area: Area | None, look: DayLook) -> list[dict[str, str]]:
    versions = {
        (v.grid_code, v.from_ms, v.digest)
        for a in ([area] if area else look.areas)
        for v in a.versions
    }
    return [
        {"grid_code": code, "version": digest[:16]}
        for code, _, digest in sorted(versions)
    ]


def _round_evidence(r: Round, rule: Rule) -> dict[str, Any]:
    track = r.scene.path.track
    return {
        "device": track.device_id,
        "used_fixes": r.last - r.first + 1,
        "entry": _fix(r, r.first),
        "exit": _fix(r, r.last),
        "raw_distance_m": round(r.measures.raw_distance_m, 1),
        "moving_min": round(r.moving_min, 2),
        "walking_share": round(r.measures.moving_share, 3),
        "cells_per_10_min": round(r.measures.cells, 1),
        "seen_share": round(r.measures.seen_share, 3),
        "gaps": [
            {
                "from": local_iso(g.start_ms),
                "to": local_iso(g.end_ms),
                "s": round((g.end_ms - g.start_ms) / 1000),
                "indoors": g.is_visit,
            }
            for g in gaps_of(r, rule)
        ],
        "checkpoints": [
            {
                "checkpoint_id": h.checkpoint_id,
                "reached": h.was_reached,
                "t": local_iso(int(track.t_ms[h.at])),
                "distance_m": round(h.distance_m, 1),
                "fixes": h.fixes,
            }
            for h in r.hits
        ],
        "line": _line(r),
    }


def _fix(r: Round, at: int) -> dict[str, Any]:
    track = r.scene.path.track
    accuracy = float(track.accuracy_m[at])
    return {
        "t": local_iso(int(track.t_ms[at])),
        "lon": round(float(track.lon[at]), 6),
        "lat": round(float(track.lat[at]), 6),
        "accuracy_m": round(accuracy, 1) if np.isfinite(accuracy) else None,
    }


def _line(r: Round) -> list[list[float]]:
    """Return the way, simplified to 5 m, as longitude and latitude."""
    path = r.scene.path
    line = line_on_earth(
        path.track.lon,
        path.track.lat,
        path.x,
        path.y,
        path.smooth_x,
        path.smooth_y,
        r.first,
        r.last,
        _SIMPLER_M,
    )
    return cast("list[list[float]]", line.tolist())
