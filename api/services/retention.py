"""What is forgotten: positions off duty after a week.

A fix outside the windows of every rule of the day (with their margin) and outside every
task that was open for that person is taken out of the day track. Until then it is
hidden, and used only to check clocks and copies.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.rulebook import Rulebook, duty_span, read_rulebook
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models.tracks import NOBODY, DayTrack
from geo.db.store import tracks as store
from geo.localtime import DAY_MS, day_start_ms, local_date, to_ms
from tracking.dense import pack_dense
from tracking.duty import KEPT_DAYS, Span, is_on_duty
from tracking.journal import unpack

# How far back it is looked once more: late data comes for days long past.
_DAYS_AGAIN = 30
_FOREVER_MS = 2**62


class Daily:
    """`forget_off_duty` once per county and local day, however often it is called."""

    __name__ = "forget_off_duty"

    def __init__(self) -> None:
        self._done: dict[UUID, date] = {}

    def __call__(self, database: Database, county_id: UUID, now: datetime) -> None:
        """Do it unless it was done today."""
        today = local_date(now)
        if self._done.get(county_id) != today:
            forget_off_duty(database, county_id, now)
            self._done[county_id] = today


def forget_off_duty(database: Database, county_id: UUID, now: datetime) -> int:
    """Take fixes off duty that are older than a week out of the day tracks.

    Returns
    -------
    int
        How many fixes were forgotten.
    """
    last = local_date(now) - timedelta(days=KEPT_DAYS + 1)
    forgotten = 0
    for back in range(_DAYS_AGAIN):
        day = last - timedelta(days=back)
        with as_job(database, county_id) as session:
            before = day - timedelta(days=1)
            rules = read_rulebook(session, county_id, before, day)
            for track in store.day_tracks(session, day):
                forgotten += _forget(session, track, rules)
    return forgotten


def _forget(session: Session, track: DayTrack, rules: Rulebook) -> int:
    block = unpack(track.packed)
    kept = block.take(is_on_duty(block.column("t_ms"), _spans(session, track, rules)))
    if len(kept) < len(block):
        times = kept.column("t_ms")
        store.shorten_day_track(
            session,
            track,
            fix_count=len(kept),
            first_ms=int(times[0]) if len(kept) else track.first_ms,
            last_ms=int(times[-1]) if len(kept) else track.last_ms,
            packed=pack_dense(kept),
        )
    return len(block) - len(kept)


def _spans(session: Session, track: DayTrack, rules: Rulebook) -> list[Span]:
    if track.person_id == NOBODY:
        return []
    # A window that crosses midnight belongs to the day before.
    days = [track.fix_on - timedelta(days=1), track.fix_on]
    # The rules of all areas: who helps out elsewhere is on duty by the rule there.
    codes = {track.code, *(row.code for row in rules.rows)}
    spans = [duty_span(rules.rule_of(code, day), day) for day in days for code in codes]
    start = day_start_ms(track.fix_on)
    for since, until in store.tasks_of(session, track.person_id):
        end = _FOREVER_MS if until is None else to_ms(until)
        if to_ms(since) < start + DAY_MS and end > start:
            spans.append((to_ms(since), end))
    return spans
