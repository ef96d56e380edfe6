"""What stands beside the rounds on the board: a number to call, and decisions."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from geo.db.door import Viewer
from geo.db.store import fairness
from geo.db.store import live as store


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
