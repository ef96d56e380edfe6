"""Looks at a person's track: on the record before a byte is sent."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import Forbidden, NotFound
from api.schemas.replay import LookOut, LooksOut
from api.services.access.session import SignedIn
from geo.db.door import as_viewer
from geo.db.engine import Database
from geo.db.store import audit, fairness, people, tracks
from tracking.cases.roles import MAY_LOOK as MAY_BE_SHOWN
from tracking.cases.roles import Role

# A colleague in the same grid is nobody's business; a track is for who checks it.
MAY_LOOK = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})
_KEPT = timedelta(days=366)
_MOST = 500


def record_look(
    database: Database, viewer: SignedIn, person_id: UUID, day: date, how: str
) -> str:
    """Put a look at a track on the record, committed, and return the person's name.

    The row is committed in a transaction of its own: whatever becomes of the answer,
    the look stands. A look at one's own track is no look.

    Raises
    ------
    NotFound
        If the viewer may see neither the person nor a track of theirs on that day.
    Forbidden
        If the viewer's role looks at nobody's track.
    """
    with as_viewer(database, viewer) as session:
        names = people.names_of_people(session, viewer.county_id, [person_id])
        if person_id == viewer.person_id:
            return names[person_id]
        # Who has moved away since is nobody's name here, but the day of then stays.
        if person_id not in names and not tracks.code_of_day(session, person_id, day):
            raise NotFound("no such worker")
        if viewer.role not in MAY_LOOK:
            raise Forbidden("this role looks at nobody's track")
        detail = {"date": day.isoformat(), "how": how}
        audit.append(session, "look", f"track/{person_id}", detail)
    return names.get(person_id, "")


def record_glance(
    database: Database, viewer: SignedIn, person_id: UUID, day: date, how: str
) -> None:
    """Put a look at one person's day on the record, where there is something to see.

    For lists that are narrowed to a person: they show nothing, rather than refuse, what
    may not be seen.
    """
    if viewer.role not in MAY_BE_SHOWN or person_id == viewer.person_id:
        return
    with as_viewer(database, viewer) as session:
        if people.names_of_people(session, viewer.county_id, [person_id]):
            detail = {"date": day.isoformat(), "how": how}
            audit.append(session, "look", f"track/{person_id}", detail)


class Glances:
    """Looks at whole areas: on the record once an hour for each viewer and list.

    Such lists are asked for again and again; one row for each time would hide the looks
    that matter. A process that starts anew writes one row more.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[UUID | None, str], datetime] = {}

    def record(
        self, database: Database, viewer: SignedIn, what: str, now: datetime
    ) -> None:
        """Put it on the record that a viewer sees everybody in the own areas."""
        key = viewer.person_id, what
        hour = now.replace(minute=0, second=0, microsecond=0)
        if viewer.role not in MAY_BE_SHOWN or self._seen.get(key) == hour:
            return
        with as_viewer(database, viewer) as session:
            audit.append(session, "watch", f"person/{viewer.person_id}", {"what": what})
        # Only then: a row that could not be written is tried again.
        self._seen[key] = hour


def record_export(
    database: Database, viewer: SignedIn, what: str, detail: dict[str, Any]
) -> None:
    """Put an export on the record, committed before its bytes are sent."""
    with as_viewer(database, viewer) as session:
        audit.append(session, "export", what, detail)


def looks_at_me(session: Session, now: datetime) -> LooksOut:
    """Return who looked at the viewer's own tracks in the last year, newest first."""
    rows = fairness.looks_at_viewer(session, now - _KEPT, _MOST)
    return LooksOut(
        looks=[
            LookOut(
                at=at,
                name=name or "",
                action=action,
                date=detail.get("date"),
                how=str(detail.get("how", "")),
            )
            for at, name, action, detail in rows
        ]
    )
