"""The verdict: a pure function of fixes, roster, rule and moment.

`verify_days` reads as the recipe: put the fixes in order, look at each worker's day,
compare the rounds that would count with other days and other people, judge, write down.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from geo.localtime import DAY_MS, local_date_of_ms
from tracking.comparison import (
    Claim,
    ReplayIndex,
    find_companions,
    find_near_replay,
    find_sharing,
    find_switches,
)
from tracking.elsewhere import Planes
from tracking.evidence import day_body
from tracking.fixes import EXCLUSIONS, Track, prepare_tracks
from tracking.integrity import find_doubts
from tracking.judge import Known, judge
from tracking.looking import DayLook, look_at_day
from tracking.policy import DEFAULT_RULE, Rule
from tracking.reasons import Finding
from tracking.roster import Roster
from tracking.rounds import Round

_BAD_TIME = EXCLUSIONS.index("bad_time")
_REPLAY_DAYS = 30
_LATE_MS = 3_600_000


def verify_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule = DEFAULT_RULE,
    *,
    days: Sequence[date] | None = None,
    as_of_ms: int | None = None,
    with_silent: bool = False,
) -> list[dict[str, Any]]:
    """Return the verdicts of every worker and local day.

    Parameters
    ----------
    fixes : DataFrame
        `geo.frames.FIX_COLUMNS`, any order, repeats allowed. Fixes of other days and
        other workers serve to recognise replays and companions.
    roster : Roster
    rule : Rule
    days : sequence of date, optional
        Only these local days; by default every day that has a usable time.
    as_of_ms : int, optional
        The moment that is judged at, milliseconds since the epoch; without it every
        deadline has passed.
    with_silent : bool, default False
        Also workers of whom nothing was received at all: their windows are no data.

    Returns
    -------
    list of dict
        One object per worker and day in the form of the command contract, sorted by
        worker and day; workers with an assignment and any input.
    """
    tracks = prepare_tracks(fixes, rule, as_of_ms)
    by_worker: dict[str, list[Track]] = {}
    for track in tracks:
        by_worker.setdefault(track.worker_id, []).append(track)
    present = _days_of(tracks, rule)
    wanted = sorted(set(days)) if days is not None else present
    planes = Planes(roster.versions)
    excused = {e.worker_id for e in roster.calendar}
    looks = [
        look_at_day(worker, day, by_worker.get(worker, []), roster, planes, rule)
        for worker in roster.workers()
        if with_silent or worker in by_worker or worker in excused
        for day in _with_days_before(wanted, present)
        if roster.of_worker(worker, day)
    ]
    known = _compare(looks, tracks, rule)
    return [
        day_body(look, judge(look, known, rule, as_of_ms), roster, rule)
        for look in looks
        if look.day in wanted
    ]


def _with_days_before(wanted: Sequence[date], present: Sequence[date]) -> list[date]:
    """Return the wanted days and those before them that a replay may be taken from."""
    reach = timedelta(days=_REPLAY_DAYS)
    earlier = {d for d in present if any(w - reach <= d < w for w in wanted)}
    return sorted({*wanted, *earlier})


def _days_of(tracks: Iterable[Track], rule: Rule) -> list[date]:
    """Return the local days of all usable times, by the windows that hold them."""
    days: set[date] = set()
    for track in tracks:
        t_ms = track.t_ms[track.flag != _BAD_TIME]
        for number in np.unique((t_ms + DAY_MS // 3) // DAY_MS).tolist():
            days.add(local_date_of_ms(number * DAY_MS - DAY_MS // 3))
        if rule.windows[-1].end <= rule.windows[-1].start:
            days |= _days_before(t_ms, days, rule)
    return sorted(days)


def _days_before(t_ms: np.ndarray, days: set[date], rule: Rule) -> set[date]:
    before = {day - timedelta(days=1) for day in days} - days
    return {
        day
        for day in before
        for low, high in (rule.windows[-1].span_ms(day),)
        if ((t_ms >= low) & (t_ms < high)).any()
    }


def _compare(
    looks: Sequence[DayLook], tracks: Sequence[Track], rule: Rule
) -> dict[int, Known]:
    """Return what is known of each round, by its own fixes and beside all others."""
    index = ReplayIndex(tracks)
    switches = find_switches(tracks)
    doubts: dict[int, list[Finding]] = {}
    notes: dict[int, list[Finding]] = {}
    for look in looks:
        for r in _rounds(look):
            doubts[id(r)] = list(find_doubts(r, rule))
            notes[id(r)] = _notes(r)
            shared = find_sharing(r, look.worker_id, switches, rule)
            doubts[id(r)] += [shared] if shared else []
            if r.fills_all_needs:
                replay = index.find(r, rule)
                doubts[id(r)] += [replay] if replay else []
    _add_near_replays(looks, doubts, rule)
    _add_companions(looks, doubts, notes, rule)
    return {key: Known(tuple(doubts[key]), tuple(notes[key])) for key in doubts}


def _rounds(look: DayLook) -> list[Round]:
    return [r for window in look.windows for r in window.rounds]


def _notes(r: Round) -> list[Finding]:
    """Return what was corrected in a round, and what one should know of it."""
    track = r.scene.path.track.part(slice(r.first, r.last + 1))
    notes = []
    shift = int(np.median(track.shift_ms))
    if shift:
        notes.append(Finding("clock_skew", shift / 1000.0, 0))
    if track.rolled.any():
        notes.append(Finding("time_rollover", int(track.rolled.sum()), 0))
    age = float(np.median(track.received_ms - track.t_ms))
    if age > _LATE_MS:
        notes.append(Finding("late_upload", age / 3.6e6, _LATE_MS / 3.6e6))
    unknown = float(np.mean(~(track.accuracy_m > 0.0)))
    if unknown >= 0.5:
        notes.append(Finding("accuracy_unknown", unknown, 0.5))
    return notes


def _add_near_replays(
    looks: Sequence[DayLook], doubts: dict[int, list[Finding]], rule: Rule
) -> None:
    """Compare each round that passes with the worker's own rounds before it."""
    before: dict[str, list[Round]] = {}
    for look in looks:
        earlier = before.setdefault(look.worker_id, [])
        for r in _rounds(look):
            if not r.fills_all_needs:
                continue
            since = r.start_ms - _REPLAY_DAYS * DAY_MS
            recent = [e for e in earlier if since <= e.end_ms < r.start_ms]
            if not any(d.code == "replayed_track" for d in doubts[id(r)]):
                near = find_near_replay(r, recent, rule)
                doubts[id(r)] += [near] if near else []
            earlier.append(r)


def _add_companions(
    looks: Sequence[DayLook],
    doubts: dict[int, list[Finding]],
    notes: dict[int, list[Finding]],
    rule: Rule,
) -> None:
    by_day: dict[date, list[Claim]] = {}
    for look in looks:
        claims = by_day.setdefault(look.day, [])
        claims += [
            Claim(look.worker_id, look.groups, r)
            for r in _rounds(look)
            if not r.is_stay and r.dwell_min >= rule.companion_min
        ]
    for claims in by_day.values():
        for claim, found in zip(claims, find_companions(claims, rule), strict=True):
            for finding in found:
                joint = finding.code == "joint_patrol"
                (notes if joint else doubts)[id(claim.round)].append(finding)
