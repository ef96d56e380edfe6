"""What is forgotten: positions off duty after a week.

A fix outside the windows of every rule of the day (with their margin) and outside every
task that was open for that person is taken out of the day track. Until then it is
hidden, and used only to check clocks and copies.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.positions.duty import Duties, read_duties
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models.tracks import NOBODY, DayTrack
from geo.db.store import judging, keeping, tracks
from geo.localtime import local_date
from tracking.duty import KEPT_DAYS, Span, is_on_duty
from tracking.ground.cells import cells_of
from tracking.storage.daytrack import used
from tracking.storage.dense import pack_dense
from tracking.storage.fixblock import positions
from tracking.storage.journal import unpack

# How far back it is looked the first time.
_DAYS_AGAIN = 30
_MARK = "off_duty"


def forget_off_duty(database: Database, county_id: UUID, now: datetime) -> int:
    """Take fixes off duty that are older than a week out of the day tracks.

    Returns
    -------
    int
        How many fixes were forgotten.
    """
    last = local_date(now) - timedelta(days=KEPT_DAYS + 1)
    with as_job(database, county_id) as session:
        days = _days_to_look_at(session, last, now)
    forgotten = 0
    for day in days:
        with as_job(database, county_id) as session:
            duties = read_duties(session, day, day)
            for track in tracks.day_tracks(session, day):
                forgotten += _forget(session, track, duties)
    with as_job(database, county_id) as session:
        keeping.put_mark(session, _MARK, last + timedelta(days=1))
    return forgotten


def _days_to_look_at(session: Session, last: date, now: datetime) -> list[date]:
    """Return the days that came of age, and older ones of which fixes came since."""
    seen = keeping.mark_of(session, _MARK) or last - timedelta(days=_DAYS_AGAIN)
    fresh = [seen + timedelta(days=n) for n in range((last - seen).days + 1)]
    since = now - timedelta(days=KEPT_DAYS)
    late = judging.days_with_data(session, last, since)
    return sorted({*fresh, *late})


def _forget(session: Session, track: DayTrack, duties: Duties) -> int:
    block = unpack(track.packed)
    kept = block.take(is_on_duty(block.column("t_ms"), _spans(track, duties)))
    if len(kept) < len(block):
        times = kept.column("t_ms")
        tracks.shorten_day_track(
            session,
            track,
            fix_count=len(kept),
            first_ms=int(times[0]) if len(kept) else track.first_ms,
            last_ms=int(times[-1]) if len(kept) else track.last_ms,
            packed=pack_dense(kept),
        )
        keeping.delete_cells(session, track.fix_on, track.device_id, track.code)
        cells = cells_of(*positions(kept.take(used(kept)))).tolist()
        tracks.put_cells(session, track.fix_on, track.device_id, track.code, cells)
    return len(block) - len(kept)


def _spans(track: DayTrack, duties: Duties) -> list[Span]:
    if track.person_id == NOBODY:
        return []
    # The rules of all areas: who helps out elsewhere is on duty by the rule there.
    codes = {track.code, *(row.code for row in duties.rules.rows)}
    person, day = track.person_id, track.fix_on
    return [span for code in sorted(codes) for span in duties.spans(person, code, day)]
