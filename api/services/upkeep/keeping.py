"""How long things are kept: fixes 90 days, verdicts 3 years, disputed days longer.

What goes by the day goes as a whole partition. The days of people whose rounds are not
verified, were appealed or decided on are copied out first, into partitions of the month
in which they go. A county marks how far it is done; a partition is dropped when every
county that has rows in it is. Each step is a transaction of its own and can be
repeated: killed at any moment, the next run goes on.
"""

import logging
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.positions.duty import read_duties
from api.services.positions.retention import forget_off_duty
from api.settings import Settings
from geo.db.door import as_job, as_nobody
from geo.db.engine import Database
from geo.db.models import DayTrack
from geo.db.models.tracks import NOBODY
from geo.db.store import journal, tracks
from geo.db.store import keeping as store
from geo.db.store.counties import county_ids
from geo.localtime import day_start_ms, local_date, local_date_of_ms
from tracking.duty import KEPT_DAYS
from tracking.storage.daytrack import merge
from tracking.storage.dense import pack_dense
from tracking.storage.journal import unpack

_log = logging.getLogger(__name__)
# A photo's file is written before its row: what is younger may still get one.
_SWEEP_AFTER_S = 86_400


@dataclass(frozen=True)
class Terms:
    """How long what is kept; see docs/settings.md."""

    journal_days: int = 8
    fixes_days: int = 90
    disputed_months: int = 12
    verdict_years: int = 3
    photo_years: int = 3

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """Return the terms of a deployment."""
        return cls(
            settings.journal_days,
            settings.fixes_days,
            settings.disputed_months,
            settings.verdict_years,
            settings.photo_years,
        )


class Keeping:
    """Retention, once per county and local day, however often it is called."""

    __name__ = "keeping"

    def __init__(self, terms: Terms = Terms(), photos: Path | None = None) -> None:
        self._terms, self._photos = terms, photos
        self._done: dict[UUID, date] = {}

    def __call__(self, database: Database, county_id: UUID, now: datetime) -> None:
        """Do it unless it was done today."""
        today = local_date(now)
        if self._done.get(county_id) == today:
            return
        forget_off_duty(database, county_id, now)
        keep_terms(database, county_id, self._terms, now)
        if self._photos is not None:
            sweep_photos(database, self._photos, time.time())
        self._done[county_id] = today


def keep_terms(
    database: Database, county_id: UUID, terms: Terms, now: datetime
) -> dict[str, int]:
    """Let go of what a county has kept long enough; return how much of what went."""
    today = local_date(now)
    first_fixes = today - timedelta(days=terms.fixes_days)
    first_journal = today - timedelta(days=terms.journal_days)
    _clear_latest(database, county_id, today)
    gone = {"kept": _keep_disputed(database, county_id, terms, first_fixes)}
    with as_job(database, county_id) as session:
        waiting = journal.oldest_unmerged(session)
        until = first_journal if waiting is None else min(first_journal, waiting)
        store.put_mark(session, "journal", until)
    gone["partitions"] = (
        _drop(database, county_id, "journal", first_journal)
        + _drop(database, county_id, "day_tracks", first_fixes)
        + _drop(database, county_id, "kept_tracks", today)
    )
    with as_job(database, county_id) as session:
        store.empty_default_journal(session, first_journal)
    with as_job(database, county_id) as session:
        gone["strays"] = store.delete_stray_tracks(session, first_fixes)
        begin = day_start_ms(first_fixes)
        gone["marks"] = store.delete_track_marks(session, first_fixes, begin)
    with as_job(database, county_id) as session:
        before = _years_before(today, terms.verdict_years)
        gone["verdicts"] = store.forget_judged(session, before)
    with as_job(database, county_id) as session:
        moment = now - timedelta(days=366 * terms.photo_years)
        gone["photos"] = store.delete_photos(session, moment)
    return gone


def sweep_photos(database: Database, folder: Path, now_s: float) -> int:
    """Delete files that no row names and that are older than a day; return how many.

    A row goes first and its file after it, so that a run that was killed leaves files
    and never a row without one.
    """
    with as_nobody(database) as session:
        counties = county_ids(session)
    named: set[str] = set()
    for county_id in counties:
        with as_job(database, county_id) as session:
            named |= store.photo_paths(session)
    gone = 0
    for path in (*folder.glob("??/*"), *folder.glob("voices/??/*")):
        is_old = path.stat().st_mtime < now_s - _SWEEP_AFTER_S
        if is_old and path.relative_to(folder).as_posix() not in named:
            path.unlink()
            gone += 1
    return gone


def drop_month(day: date, months: int) -> date:
    """Return the first of the month in which a disputed day goes.

    So many months after the month of the day has closed.

    Examples
    --------
    >>> drop_month(date(2026, 5, 20), 12)
    datetime.date(2027, 6, 1)
    """
    number = day.year * 12 + day.month + months
    return date(number // 12, number % 12 + 1, 1)


def _keep_disputed(
    database: Database, county_id: UUID, terms: Terms, first_kept: date
) -> int:
    with as_job(database, county_id) as session:
        days = store.days_of_tracks_before(session, first_kept)
    count = 0
    for day in days:
        with as_job(database, county_id) as session:
            drop_on = drop_month(day, terms.disputed_months)
            people = store.people_to_keep(session, day) if drop_on > first_kept else ()
            for track in tracks.day_tracks(session, day):
                if track.person_id in people:
                    _keep(session, track, drop_on)
                    count += 1
    with as_job(database, county_id) as session:
        store.put_mark(session, "day_tracks", first_kept)
    return count


def _keep(session: Session, track: DayTrack, drop_on: date) -> None:
    packed = track.packed
    before = [
        row
        for row in tracks.kept_tracks(session, [track.fix_on], [track.person_id])
        if row.device_id == track.device_id
    ]
    if before:
        # Fixes that came when the day was put aside already.
        packed = pack_dense(
            merge([unpack(p) for p in (packed, *(r.packed for r in before))])
        )
    times = unpack(packed).column("t_ms")
    store.put_kept(
        session,
        {
            "fix_on": track.fix_on,
            "device_id": track.device_id,
            "person_id": track.person_id,
            "drop_on": before[0].drop_on if before else drop_on,
            "code": track.code,
            "fix_count": len(times),
            "first_ms": int(times[0]),
            "last_ms": int(times[-1]),
            "packed": packed,
        },
    )


def _drop(database: Database, county_id: UUID, parent: str, first_kept: date) -> int:
    count = 0
    while True:
        with as_job(database, county_id) as session:
            name = store.drop_old_partition(session, parent, first_kept)
        if name is None:
            return count
        _log.info("dropped %s", name)
        count += 1


def _clear_latest(database: Database, county_id: UUID, today: date) -> None:
    """Forget the newest position of who was off duty then, after a week."""
    limit = today - timedelta(days=KEPT_DAYS)
    with as_job(database, county_id) as session:
        rows = store.latest_before(session, day_start_ms(limit))
        if not rows:
            return
        first = min(local_date_of_ms(row.t_ms or 0) for row in rows)
        duties = read_duties(session, first, limit)
        off = [
            row.device_id
            for row in rows
            if not duties.shows(row.person_id or NOBODY, row.code, row.t_ms or 0)
        ]
        store.clear_latest(session, off)


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
