"""Assignments, stand-ins and calendar entries as they come in and go out."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Moment, Out, Text
from api.schemas.people import AreaCode

GridCode = Annotated[str, Field(pattern=r"^[1-9]\d{14}$")]
DutyRole = Literal[
    "chief_leader", "leader", "instructor", "worker", "micro_leader", "police"
]
Kind = Literal[
    "leave", "illness", "rest", "training", "weather", "duty_elsewhere", "network"
]


class AssignmentIn(In):
    """A person's duty in a grid, from and to a day, both included."""

    id: UUID
    person_id: UUID
    grid_code: GridCode
    role: DutyRole
    is_lead: bool = False
    first: dt.date
    last: dt.date | None = None


class LastDayIn(In):
    """The last day of a duty."""

    last: dt.date


class StandInIn(In):
    """Who does the work of an assignment for some days, both included."""

    id: UUID
    person_id: UUID
    first: dt.date
    last: dt.date


class StandInOut(Out):
    """A stand-in; `last` is included."""

    id: UUID
    person_id: UUID
    name: str | None
    first: dt.date
    last: dt.date | None


class AssignmentOut(Out):
    """A duty with its stand-ins."""

    id: UUID
    person_id: UUID
    name: str | None
    grid_code: str
    role: str
    role_name: str
    is_lead: bool
    first: dt.date
    last: dt.date | None
    stand_ins: list[StandInOut]


class RosterOut(Out):
    """A page of duties; `date` is null where all days were asked for."""

    date: dt.date | None
    assignments: list[AssignmentOut]
    next: UUID | None


class VacantGridOut(Out):
    """A grid without a lead."""

    grid_code: str
    name: str
    kind: str


class VacantOut(Out):
    """The grids that have no lead on a day."""

    date: dt.date
    grids: list[VacantGridOut]


class GroupIn(In):
    """People who patrol together from a day on; `code` is where: a village or so."""

    id: UUID
    name: Annotated[Text, Field(min_length=1, max_length=80)]
    code: AreaCode
    person_ids: Annotated[list[UUID], Field(min_length=2, max_length=20)]
    first: dt.date
    last: dt.date | None = None


class MemberIn(In):
    """One more person of a group, from and to a day, both included."""

    person_id: UUID
    first: dt.date
    last: dt.date | None = None


class MemberOut(Out):
    """A person of a group; `last` is included."""

    person_id: UUID
    name: str | None
    first: dt.date
    last: dt.date | None


class GroupOut(Out):
    """A patrol group with everybody who is, was or will be in it."""

    id: UUID
    name: str
    code: str
    first: dt.date
    last: dt.date | None
    members: list[MemberOut]


class GroupsOut(Out):
    """The groups of a day; `date` is null where all days were asked for."""

    date: dt.date | None
    groups: list[GroupOut]


class EntryIn(In):
    """Leave, training, weather or the like, of one person or one grid."""

    id: UUID
    person_id: UUID | None = None
    grid_code: GridCode | None = None
    kind: Kind
    start: Moment
    end: Moment
    note: Annotated[Text, Field(max_length=500)] | None = None


class EndIn(In):
    """When an entry ends."""

    end: Moment


class EntryOut(Out):
    """An entry of the calendar."""

    id: UUID
    person_id: UUID | None
    name: str | None
    grid_code: str | None
    kind: str
    kind_name: str
    start: dt.datetime
    end: dt.datetime
    note: str | None


class CalendarOut(Out):
    """The entries that overlap some days."""

    entries: list[EntryOut]


class KindOut(Out):
    """A kind of entry with its Chinese name."""

    kind: str
    name: str
