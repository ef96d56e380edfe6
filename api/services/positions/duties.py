"""What surrounds a duty: groups, stand-ins, leave, and the points to reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.codes import padded
from geo.db.models import (
    CalendarEntry,
    Checkpoint,
    PatrolGroup,
    PatrolGroupMember,
    StandIn,
)
from geo.db.store import people
from geo.db.store.cases import point
from geo.errors import BadInput


@dataclass(frozen=True)
class PointToReach:
    """A checkpoint 必到点 of a grid, WGS 84 degrees."""

    ref: str
    name: str
    grid_code: str
    lon: float
    lat: float


def form_group(
    session: Session,
    county_id: UUID,
    name: str,
    code: str,
    person_ids: Sequence[UUID],
    valid_from: date,
) -> UUID:
    """Let people patrol together from a day on; return the group's id."""
    group = {
        "county_id": county_id,
        "id": uuid4(),
        "name": name,
        "code": padded(code),
        "valid": Range(valid_from, None),
    }
    members = [
        {
            "county_id": county_id,
            "group_id": group["id"],
            "person_id": person_id,
            "valid": Range(valid_from, None),
            "code": padded(code),
        }
        for person_id in person_ids
    ]
    people.add_rows(session, PatrolGroup, [group])
    people.add_rows(session, PatrolGroupMember, members)
    return UUID(str(group["id"]))


def stand_in(
    session: Session,
    county_id: UUID,
    assignment_id: UUID,
    person_id: UUID,
    grid_code: str,
    first_day: date,
    day_after: date,
) -> None:
    """Let a person do an assignment's work for some days; the last is not included."""
    row = {
        "county_id": county_id,
        "id": uuid4(),
        "assignment_id": assignment_id,
        "person_id": person_id,
        "code": padded(grid_code),
        "valid": Range(first_day, day_after),
    }
    people.add_rows(session, StandIn, [row])


def excuse(
    session: Session,
    county_id: UUID,
    code: str,
    kind: str,
    start: datetime,
    end: datetime,
    *,
    person_id: UUID | None = None,
    grid_id: UUID | None = None,
    note: str | None = None,
) -> None:
    """Note leave, training, weather or the like, of one person or one grid.

    Raises
    ------
    BadInput
        Unless exactly one of `person_id` and `grid_id` is given.
    """
    if (person_id is None) == (grid_id is None):
        raise BadInput("a calendar entry is of a person or of a grid, and of one")
    row = {
        "county_id": county_id,
        "id": uuid4(),
        "person_id": person_id,
        "grid_id": grid_id,
        "code": padded(code),
        "kind": kind,
        "during": Range(start, end),
        "note": note,
    }
    people.add_rows(session, CalendarEntry, [row])


def set_checkpoints(
    session: Session,
    county_id: UUID,
    points: Iterable[PointToReach],
    valid_from: date,
) -> None:
    """Set points that patrols must reach, from a day on.

    Raises
    ------
    BadInput
        If a code is of no grid valid on that day.
    """
    wanted = list(points)
    codes = [padded(each.grid_code) for each in wanted]
    grids = people.grids_by_code(session, county_id, codes, valid_from)
    rows = []
    for each, code in zip(wanted, codes, strict=True):
        if code not in grids:
            raise BadInput(f"no grid {each.grid_code} is valid on {valid_from}")
        rows.append(
            {
                "county_id": county_id,
                "id": uuid4(),
                "ref": each.ref,
                "name": each.name,
                "grid_id": grids[code],
                "code": code,
                "valid": Range(valid_from, None),
                "geom": point(each.lon, each.lat),
            }
        )
    people.add_rows(session, Checkpoint, rows)
