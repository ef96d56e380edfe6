"""What the own fixes of some workers show, before anybody is compared with others.

Any part of a county's workers may be looked at apart, as long as those who shared a
device stay together; `tracking.integrity.beside` then compares the rounds of all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from geo.localtime import local_date_of_ms
from tracking.ground.roster import Roster
from tracking.integrity.beside import Beside, Found
from tracking.integrity.comparison import find_sharing, find_switches
from tracking.integrity.digests import Digest, digest_of
from tracking.integrity.integrity import find_doubts
from tracking.integrity.sights import Sight, sight_of
from tracking.integrity.ways import REPLAY_DAYS
from tracking.plain import count_of
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.signals.fixes import EXCLUSIONS, Track
from tracking.verdict.elsewhere import Planes
from tracking.verdict.evidence import day_body
from tracking.verdict.judge import Known, judge
from tracking.verdict.looking import DayLook, look_at_day, passing_rounds
from tracking.walking.measuring import first_of_each_day, share_unsaid, typical_age
from tracking.walking.rounds import Round

_BAD_TIME = EXCLUSIONS.index("bad_time")
_LATE_MS = 3_600_000


@dataclass(frozen=True)
class Looked:
    """What the own fixes of some workers show, and what others are to be asked.

    Attributes
    ----------
    looks : list of DayLook
        By worker and day.
    known : mapping
        Doubts and notes of each round by its own fixes, by `id`.
    sights : list of Sight
        The rounds that are to be compared with others.
    earlier : list of Digest
        Ways of the days before, which rounds of these days may be copies of.
    """

    looks: list[DayLook]
    known: Mapping[int, Known]
    sights: list[Sight]
    earlier: list[Digest]

    @property
    def digests(self) -> list[Digest]:
        """The ways of the rounds that fill all needs."""
        return [seen.digest for seen in self.sights if seen.digest is not None]


def look(
    tracks: Sequence[Track],
    workers: Sequence[str],
    roster: Roster,
    planes: Planes,
    rule: Rule,
    days: Sequence[date] | None = None,
    *,
    knows_before: bool = False,
) -> Looked:
    """Return what the own fixes of some workers show on some days.

    Parameters
    ----------
    tracks : sequence of Track
        Of these workers at least, and of whoever carried the same devices.
    workers : sequence of str
        Sorted; who has no duty on a day is left out.
    roster : Roster
    planes : Planes
    rule : Rule
    days : sequence of date, optional
        By default every day that has a usable time.
    knows_before : bool, default False
        Whether the ways of the days before are known from elsewhere.
    """
    by_worker: dict[str, list[Track]] = {}
    for track in tracks:
        by_worker.setdefault(track.worker_id, []).append(track)
    present = _days_of(tracks, rule)
    wanted = sorted(set(days)) if days is not None else present
    before = [] if knows_before else _days_before_all(wanted, present)
    looks, earlier = [], []
    for worker in workers:
        own = by_worker.get(worker, [])
        for day in before if own else ():
            if roster.of_worker(worker, day):
                rounds = passing_rounds(worker, day, own, roster, planes, rule)
                earlier += [digest_of(worker, r) for r in rounds]
        looks += [
            look_at_day(worker, day, own, roster, planes, rule)
            for day in wanted
            if roster.of_worker(worker, day)
        ]
    known = _ByThemselves(looks, tracks, rule)
    return Looked(looks, known, list(_sights(looks, rule)), earlier)


def bodies_of(
    looked: Looked, found: Found, roster: Roster, rule: Rule, as_of_ms: int | None
) -> list[dict[str, Any]]:
    """Return the verdicts of workers and days that were looked at.

    Parameters
    ----------
    looked : Looked
    found : dict
        What others add, as `tracking.integrity.beside.compare` returns it.
    roster : Roster
    rule : Rule
    as_of_ms : int, optional
        See `verify_days`.
    """
    bodies = []
    for look in looked.looks:
        known = _known_of(look, looked.known, found)
        verdicts = judge(look, known, rule, as_of_ms)
        bodies.append(day_body(look, verdicts, known, roster, rule))
    return bodies


def _known_of(
    look: DayLook, known: Mapping[int, Known], found: Found
) -> Mapping[int, Known]:
    """Return what is known of the rounds of a day, with what others add."""
    if not found:
        return known
    own = {}
    for n, r in enumerate(_rounds(look)):
        beside = found.get((look.worker_id, look.day, n))
        own[id(r)] = known[id(r)]
        if beside is not None:
            own[id(r)] = _with_others(known[id(r)], beside)
    return own


def _with_others(own: Known, beside: Beside) -> Known:
    return Known(
        own.doubts + beside.doubts, own.notes + beside.notes, list(beside.matches)
    )


def _days_before_all(wanted: Sequence[date], present: Sequence[date]) -> list[date]:
    """Return the days before the wanted ones that a replay may be taken from."""
    reach = timedelta(days=REPLAY_DAYS)
    return [
        day
        for day in present
        if day not in wanted and any(w - reach <= day < w for w in wanted)
    ]


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


class _ByThemselves(Mapping[int, Known]):
    """What the own fixes of each round make doubtful, and what to note of it.

    It is found out when somebody asks: of a stay beside a good round nobody does.
    """

    def __init__(
        self, looks: Sequence[DayLook], tracks: Sequence[Track], rule: Rule
    ) -> None:
        self._rule = rule
        self._switches = find_switches(tracks)
        self._rounds = {id(r): (k.worker_id, r) for k in looks for r in _rounds(k)}
        self._known: dict[int, Known] = {}

    def __getitem__(self, key: int) -> Known:
        if key not in self._known:
            self._known[key] = self._of(*self._rounds[key])
        return self._known[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._rounds)

    def __len__(self) -> int:
        return len(self._rounds)

    def _of(self, worker_id: str, r: Round) -> Known:
        doubts = list(find_doubts(r, self._rule))
        if self._switches:
            shared = find_sharing(r, worker_id, self._switches, self._rule)
            doubts += [shared] if shared else []
        return Known(doubts, [] if r.is_stay else _notes(r), [])


def _sights(looks: Sequence[DayLook], rule: Rule) -> Iterator[Sight]:
    for look in looks:
        for n, r in enumerate(_rounds(look)):
            seen = sight_of((look.worker_id, look.day, n), look.groups, r, rule)
            if seen is not None:
                yield seen


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
