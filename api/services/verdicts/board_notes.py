"""What stands beside the rounds on the board: a number to call, and decisions."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from geo.db.door import Viewer
from geo.db.store import fairness
from geo.db.store import live as store
from geo.localtime import DAY_MS, day_start_ms, from_ms


def contacts(
    session: Session, viewer: Viewer
) -> dict[UUID, tuple[str | None, str | None]]:
    """Return (phone number, app that sends) of each person that may be seen."""
    return {
        row.person_id: (row.phone, row.app)
        for row in store.contacts_of(session, viewer.county_id)
    }


def decided(session: Session, viewer: Viewer, day: date) -> dict[tuple[UUID, str], str]:
    """Return the last decision of people on each window of a day."""
    found = fairness.decisions_between(session, viewer, day, day)
    return {(row.person_id, row.window_code): row.outcome for row in found}


def away(session: Session, viewer: Viewer, day: date) -> set[UUID]:
    """Return who is excused for a whole day: of them nothing has to be judged."""
    start = day_start_ms(day)
    times = from_ms(start), from_ms(start + DAY_MS)
    return store.away_during(session, viewer.county_id, *times)
