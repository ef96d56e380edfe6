"""Patrol groups: people who walk together as a standing arrangement.

That two walk alike is what judging looks for, and in a group it is no finding. So what
a day was judged by stays: a group, or somebody in it, begins and ends, from yesterday
on at the earliest, and nothing else of it changes. A person may be in several.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.roster import GroupIn, GroupOut, GroupsOut, MemberIn, MemberOut
from api.services.access.session import SignedIn
from api.services.people.administration import (
    MAY_CHANGE,
    MAY_READ,
    areas_of,
    narrowed,
    require_role,
)
from api.services.people.duty_rosters import days_from, days_until, first_and_last
from api.services.people.staff import require_person
from geo.codes import padded, trimmed
from geo.db.models import PatrolGroup, PatrolGroupMember
from geo.db.store import audit, people
from geo.db.store import groups as store

_MOST = 2_000


def list_groups(
    session: Session, viewer: SignedIn, on: date | None, area: str | None
) -> GroupsOut:
    """Return the groups of a day, or of all days, by place."""
    require_role(viewer, MAY_READ)
    scope = narrowed(viewer, area)
    found = store.groups_on(session, viewer.county_id, scope, on, _MOST)
    return GroupsOut(date=on, groups=_shown(session, viewer, found))


def add_group(
    session: Session, viewer: SignedIn, sent: GroupIn, now: datetime
) -> tuple[GroupOut, bool]:
    """Let people patrol together; return the group, and whether it is new.

    Raises
    ------
    NotFound
        If a person or the area is not in the viewer's own.
    Conflict
        If somebody is in the group on these days, or the id is another group's.
    """
    require_role(viewer, MAY_CHANGE)
    areas_of(viewer, [sent.code])
    there = store.group_of(session, viewer.county_id, sent.id, viewer.scope)
    if there is not None:
        found = _shown(session, viewer, [there])[0]
        if not _is_same(found, sent):
            raise Conflict("the id is another group's", field="id")
        return found, False
    valid = days_from(sent.first, sent.last, now)
    row = {
        "county_id": viewer.county_id,
        "id": sent.id,
        "name": sent.name,
        "code": padded(sent.code),
        "valid": valid,
    }
    people.add_rows(session, PatrolGroup, [row])
    _join(session, viewer, sent.id, padded(sent.code), sent.person_ids, valid)
    detail = {"group": str(sent.id), "first": str(sent.first)}
    for person_id in sent.person_ids:
        audit.append(session, "group_joined", f"person/{person_id}", detail)
    return _one(session, viewer, sent.id), True


def add_member(
    session: Session,
    viewer: SignedIn,
    group_id: UUID,
    sent: MemberIn,
    now: datetime,
) -> GroupOut:
    """Take one more person into a group; raises as `add_group` does.

    Raises
    ------
    BadField
        If the group is not there on all of these days.
    """
    require_role(viewer, MAY_CHANGE)
    group = _require(session, viewer, group_id)
    valid = days_from(sent.first, sent.last, now)
    starts = group.valid.lower is None or group.valid.lower <= sent.first
    if not starts or not _ends_within(valid, group.valid):
        raise BadField("the group is not there on these days", field="first")
    _join(session, viewer, group_id, group.code, [sent.person_id], valid)
    detail = {"group": str(group_id), "first": str(sent.first)}
    audit.append(session, "group_joined", f"person/{sent.person_id}", detail)
    return _one(session, viewer, group_id)


def end_member(
    session: Session,
    viewer: SignedIn,
    group_id: UUID,
    person_id: UUID,
    last: date,
    now: datetime,
) -> GroupOut:
    """Let somebody be in a group until a day.

    Raises
    ------
    NotFound
        If the person is in the group no more on that day.
    """
    require_role(viewer, MAY_CHANGE)
    _require(session, viewer, group_id)
    member = next(
        (
            member
            for member, _ in store.members_of(session, viewer.county_id, [group_id])
            if member.person_id == person_id and last in member.valid
        ),
        None,
    )
    if member is None:
        raise NotFound("nobody such in the group on that day")
    store.end_member(session, member, days_until(member.valid, last, now))
    detail = {"group": str(group_id), "last": str(last)}
    audit.append(session, "group_left", f"person/{person_id}", detail)
    return _one(session, viewer, group_id)


def end_group(
    session: Session, viewer: SignedIn, group_id: UUID, last: date, now: datetime
) -> GroupOut:
    """Let a group end with a day, and everybody's time in it.

    Raises
    ------
    BadField
        If that is before yesterday, or before somebody's first day in it.
    """
    require_role(viewer, MAY_CHANGE)
    group = _require(session, viewer, group_id)
    valid = days_until(group.valid, last, now)
    detail = {"group": str(group_id), "last": str(last)}
    for member, _ in store.members_of(session, viewer.county_id, [group_id]):
        if not _ends_within(member.valid, valid):
            ended = days_until(member.valid, last, now)
            store.end_member(session, member, ended)
            audit.append(session, "group_left", f"person/{member.person_id}", detail)
    store.end_group(session, viewer.county_id, group_id, valid)
    return _one(session, viewer, group_id)


def _join(
    session: Session,
    viewer: SignedIn,
    group_id: UUID,
    code: int,
    person_ids: Sequence[UUID],
    valid: Range[date],
) -> None:
    for person_id in person_ids:
        require_person(session, viewer, person_id)
    if len(set(person_ids)) < len(person_ids):
        raise BadField("somebody is named twice", field="person_ids")
    rows = [
        {
            "county_id": viewer.county_id,
            "group_id": group_id,
            "person_id": person_id,
            "valid": valid,
            "code": code,
        }
        for person_id in person_ids
    ]
    try:
        people.add_rows(session, PatrolGroupMember, rows)
    except IntegrityError as error:
        raise Conflict("somebody is in the group on these days already") from error


def _ends_within(inner: Range[date], outer: Range[date]) -> bool:
    if outer.upper is None:
        return True
    return inner.upper is not None and inner.upper <= outer.upper


def _is_same(found: GroupOut, sent: GroupIn) -> bool:
    same = (found.name, found.code, found.first, found.last)
    return same == (sent.name, sent.code, sent.first, sent.last)


def _require(session: Session, viewer: SignedIn, group_id: UUID) -> PatrolGroup:
    found = store.group_of(session, viewer.county_id, group_id, viewer.scope)
    if found is None:
        raise NotFound("no such group")
    return found


def _one(session: Session, viewer: SignedIn, group_id: UUID) -> GroupOut:
    session.expire_all()
    return _shown(session, viewer, [_require(session, viewer, group_id)])[0]


def _shown(
    session: Session, viewer: SignedIn, groups: Sequence[PatrolGroup]
) -> list[GroupOut]:
    members: dict[UUID, list[MemberOut]] = {}
    ids = [group.id for group in groups]
    for member, name in store.members_of(session, viewer.county_id, ids):
        first, last = first_and_last(member.valid)
        shown = MemberOut(person_id=member.person_id, name=name, first=first, last=last)
        members.setdefault(member.group_id, []).append(shown)
    return [_group(group, members.get(group.id, [])) for group in groups]


def _group(group: PatrolGroup, members: list[MemberOut]) -> GroupOut:
    first, last = first_and_last(group.valid)
    return GroupOut(
        id=group.id,
        name=group.name,
        code=trimmed(group.code),
        first=first,
        last=last,
        members=members,
    )
