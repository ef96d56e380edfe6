"""The verdict: a pure function of fixes, roster, rule and moment.

`verify_days` reads as the recipe: put the fixes in order, look at each worker's day,
compare the rounds that would count with other days and other people, judge, write down.
"""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from geo.localtime import DAY_MS, local_date_of_ms
from tracking.comparison import Claim, find_companions, find_sharing, find_switches
from tracking.digests import Digest, digest_of
from tracking.elsewhere import Planes
from tracking.evidence import day_body
from tracking.fixes import EXCLUSIONS, Track, prepare_tracks
from tracking.integrity import find_doubts
from tracking.judge import Known, judge
from tracking.looking import DayLook, look_at_day
from tracking.measuring import first_of_each_day, share_unsaid, typical_age
from tracking.plain import count_of
from tracking.policy import DEFAULT_RULE, Rule
from tracking.reasons import Finding
from tracking.replays import (
    ReplayIndex,
    find_near_replay,
    near_for,
    replay_evidence,
)
from tracking.roster import Roster
from tracking.rounds import Round

_BAD_TIME = EXCLUSIONS.index("bad_time")
_REPLAY_DAYS = 30
_LATE_MS = 3_600_000


@dataclass(frozen=True)
class Judged:
    """What a judging gives: verdicts, and digests to recognise copies by later."""

    bodies: list[dict[str, Any]]
    digests: list[Digest]


def verify_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule = DEFAULT_RULE,
    *,
    days: Sequence[date] | None = None,
    as_of_ms: int | None = None,
    with_silent: bool = False,
    digests: Sequence[Digest] = (),
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
    digests : sequence of Digest, optional
        Rounds of days whose fixes are not at hand.

    Returns
    -------
    list of dict
        One object per worker and day in the form of the command contract, sorted by
        worker and day; workers with an assignment and any input.
    """
    return judge_days(
        fixes,
        roster,
        rule,
        days=days,
        as_of_ms=as_of_ms,
        with_silent=with_silent,
        digests=digests,
    ).bodies


def judge_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule,
    *,
    days: Sequence[date] | None = None,
    as_of_ms: int | None = None,
    with_silent: bool = False,
    digests: Sequence[Digest] = (),
) -> Judged:
    """Return the verdicts as `verify_days` does, and the digests of their rounds.

    Parameters
    ----------
    fixes, roster, rule, days, as_of_ms, with_silent, digests
        See `verify_days`.
    """
    with _no_collecting():
        return _judge_days(
            fixes, roster, rule, days, as_of_ms, with_silent, tuple(digests)
        )


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the collector of cycles still: evidence is many small lists and no cycle.

    It would look through all of them again and again, a fifth of the whole time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _judge_days(
    fixes: pd.DataFrame,
    roster: Roster,
    rule: Rule,
    days: Sequence[date] | None,
    as_of_ms: int | None,
    with_silent: bool,
    digests: Sequence[Digest],
) -> Judged:
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
    known, made = _compare(looks, tracks, digests, rule)
    bodies = [
        day_body(look, judge(look, known, rule, as_of_ms), known, roster, rule)
        for look in looks
        if look.day in wanted
    ]
    return Judged(bodies, [d for look, d in made if look.day in wanted])


def _with_days_before(wanted: Sequence[date], present: Sequence[date]) -> list[date]:
    """Return the wanted days and those before them that a replay may be taken from."""
    reach = timedelta(days=_REPLAY_DAYS)
    earlier = {d for d in present if any(w - reach <= d < w for w in wanted)}
    return sorted({*wanted, *earlier})


def _days_of(tracks: Iterable[Track], rule: Rule) -> list[date]:
    """Return the local days of all usable times, by the windows that hold them."""
    days: set[date] = set()
    for track in tracks:
        sound = track.flag != _BAD_TIME
        t_ms = track.t_ms if sound.all() else track.t_ms[sound]
        days.update(local_date_of_ms(int(t)) for t in first_of_each_day(t_ms))
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
    looks: Sequence[DayLook],
    tracks: Sequence[Track],
    digests: Sequence[Digest],
    rule: Rule,
) -> tuple[dict[int, Known], list[tuple[DayLook, Digest]]]:
    """Return what is known of each round, by its own fixes and beside all others."""
    claims = [(look, r) for look in looks for r in _rounds(look)]
    known = {
        id(r): Known(list(find_doubts(r, rule)), _notes(r) if _is_claim(r) else [], [])
        for _, r in claims
    }
    switches = find_switches(tracks)
    if switches:
        for look, r in claims:
            shared = find_sharing(r, look.worker_id, switches, rule)
            known[id(r)].doubts.extend([shared] if shared else [])
    made = _add_replays(claims, tracks, digests, known, rule)
    _add_companions(looks, known, rule)
    return known, made


def _is_claim(r: Round) -> bool:
    return not r.is_stay


def _rounds(look: DayLook) -> list[Round]:
    return [r for window in look.windows for r in window.rounds]


def _notes(r: Round) -> list[Finding]:
    """Return what was corrected in a round, and what one should know of it."""
    track, part = r.scene.path.track, slice(r.first, r.last + 1)
    notes = []
    shift = int(np.median(track.shift_ms[part])) if track.shift_ms[r.first] else 0
    if shift:
        notes.append(Finding("clock_skew", shift / 1000.0, 0))
    rolled = count_of(track.rolled, r.first, r.last, wanted=True)
    if rolled:
        notes.append(Finding("time_rollover", rolled, 0))
    age = typical_age(track.received_ms, track.t_ms, r.first, r.last, _LATE_MS)
    if age > _LATE_MS:
        notes.append(Finding("late_upload", age / 3.6e6, _LATE_MS / 3.6e6))
    unknown = share_unsaid(track.accuracy_m, r.first, r.last)
    if unknown >= 0.5:
        notes.append(Finding("accuracy_unknown", unknown, 0.5))
    return notes


def _add_replays(
    claims: Sequence[tuple[DayLook, Round]],
    tracks: Sequence[Track],
    digests: Sequence[Digest],
    known: dict[int, Known],
    rule: Rule,
) -> list[tuple[DayLook, Digest]]:
    """Compare each round that passes with all fixes, and with rounds before it.

    Earlier ways are those of the same worker, and of whoever walked the same grids.
    """
    passing = [(look, r) for look, r in claims if r.fills_all_needs]
    index = ReplayIndex(tracks, [r for _, r in passing])
    made = [(look, digest_of(look.worker_id, r)) for look, r in passing]
    before = _Before([*digests, *(d for _, d in made)])
    for (_, r), (_, mine) in zip(passing, made, strict=True):
        copy = index.find(r, rule)
        if copy is not None:
            known[id(r)].doubts.append(copy)
            continue
        earlier = before.of(mine)
        near_m = near_for(r, rule) if earlier else 0.0
        match = find_near_replay(mine, earlier, near_m, rule)
        if match is not None:
            found = Finding("replayed_track", match.apart_m, match.near_m)
            known[id(r)].doubts.append(found)
            known[id(r)].matches.append(replay_evidence(match))
    return made


class _Before:
    """Digests by worker and by place: who may be the source of a copy."""

    def __init__(self, digests: Sequence[Digest]) -> None:
        self._by_key: dict[object, list[Digest]] = {}
        for digest in sorted(digests, key=lambda d: (d.start_ms, d.worker_id)):
            for key in (digest.worker_id, *_blocks(digest)):
                self._by_key.setdefault(key, []).append(digest)

    def of(self, mine: Digest) -> list[Digest]:
        """Return earlier digests of the worker or of the same ground, each once."""
        found = {
            id(d): d
            for key in (mine.worker_id, *_blocks(mine))
            for d in self._by_key.get(key, ())
            if 0 < mine.start_ms - d.end_ms <= _REPLAY_DAYS * DAY_MS
        }
        return list(found.values())


def _blocks(digest: Digest) -> list[tuple[int, int]]:
    """Return the kilometre that a way has its middle in."""
    if not len(digest.places):
        return []
    lon, lat = digest.places[len(digest.places) // 2].tolist()
    return [(lon // 10_000, lat // 10_000)]


def _add_companions(
    looks: Sequence[DayLook], known: dict[int, Known], rule: Rule
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
            own = known[id(claim.round)]
            for finding, evidence in found:
                joint = finding.code == "joint_patrol"
                (own.notes if joint else own.doubts).append(finding)
                own.matches.append(evidence)
