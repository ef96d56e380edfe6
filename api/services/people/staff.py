"""People as administration sees them: listed, added, changed."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, Forbidden, NotFound
from api.schemas.people import (
    AccountOut,
    AccountState,
    GridRoleOut,
    PeopleOut,
    PersonChangeIn,
    PersonIn,
    PersonOut,
)
from api.services.access.session import SignedIn
from api.services.people.administration import (
    MAY_CHANGE,
    MAY_READ,
    MAY_SEE_ACCOUNTS,
    areas_of,
    narrowed,
    require_role,
)
from api.services.people.people import bind_device
from geo.codes import codes_of, padded, trimmed
from geo.db.models import Assignment, Person
from geo.db.store import audit, devices, people
from geo.db.store import roster as store
from geo.db.store.roster import AnyRow, PeopleWanted
from geo.localtime import local_date
from tracking.cases.roles import ROLE_NAMES, Role


def list_people(
    session: Session,
    viewer: SignedIn,
    now: datetime,
    *,
    words: str,
    role: Role | None,
    area: str | None,
    state: AccountState,
    after: UUID | None,
    limit: int,
) -> PeopleOut:
    """Return a page of the people in the viewer's areas, by place.

    What somebody may not see they may not search by either: the rows that are found
    would tell it.
    """
    require_role(viewer, MAY_READ)
    sees_accounts = viewer.role in MAY_SEE_ACCOUNTS
    if not sees_accounts and (role or state != "all"):
        raise Forbidden(f"accounts are not for the role {viewer.role}")
    scope = narrowed(viewer, area)
    wanted = PeopleWanted(scope, words, role, state, after, limit, sees_accounts)
    rows = store.people_page(session, viewer.county_id, wanted)
    page = rows[:limit]
    following = page[-1].id if len(rows) > limit else None
    return PeopleOut(people=_shown(session, viewer, page, now), next=following)


def read_person(
    session: Session, viewer: SignedIn, person_id: UUID, now: datetime
) -> PersonOut:
    """Return a person in the viewer's areas.

    Raises
    ------
    NotFound
        If there is none.
    """
    require_role(viewer, MAY_READ)
    row = require_person(session, viewer, person_id)
    return _shown(session, viewer, [row], now)[0]


def require_person(session: Session, viewer: SignedIn, person_id: UUID) -> AnyRow:
    """Return the row of a person in the viewer's areas, or raise `NotFound`."""
    row = store.person_row(session, viewer.county_id, person_id, viewer.scope)
    if row is None:
        raise NotFound("no such person")
    return row


def add_person(
    session: Session, viewer: SignedIn, sent: PersonIn, now: datetime
) -> tuple[PersonOut, bool]:
    """Add a person; the page makes the id and may send it again.

    Returns
    -------
    PersonOut, bool
        The person, and whether it is new.
    """
    require_role(viewer, MAY_CHANGE)
    areas_of(viewer, [sent.code])
    there = store.person_row(session, viewer.county_id, sent.id, viewer.scope)
    values = sent.model_dump(exclude={"id", "code"}) | {"code": padded(sent.code)}
    if there is not None:
        if any(getattr(there, name) != value for name, value in values.items()):
            raise Conflict("the id is another person's", field="id")
        return _shown(session, viewer, [there], now)[0], False
    row = {"county_id": viewer.county_id, "id": sent.id} | values
    people.add_rows(session, Person, [row])
    made = read_person(session, viewer, sent.id, now)
    audit.append(session, "person_added", f"person/{sent.id}", {"code": sent.code})
    return made, True


def change_person(
    session: Session,
    viewer: SignedIn,
    person_id: UUID,
    sent: PersonChangeIn,
    now: datetime,
) -> PersonOut:
    """Change a person; the record names what was changed and not what it says."""
    require_role(viewer, MAY_CHANGE)
    require_person(session, viewer, person_id)
    changes = sent.model_dump(exclude_unset=True)
    for name in ("name", "code"):
        if name in changes and changes[name] is None:
            raise BadField("it cannot be empty", field=name)
    if "code" in changes:
        areas_of(viewer, [changes["code"]])
        changes["code"] = padded(changes["code"])
    if changes:
        store.change_person(session, viewer.county_id, person_id, changes)
    if "code" in changes:
        _take_phones_along(session, viewer, person_id, changes["code"], now)
    session.expire_all()
    found = read_person(session, viewer, person_id, now)
    if changes:
        detail = {"changed": sorted(changes)}
        audit.append(session, "person_changed", f"person/{person_id}", detail)
    return found


def _take_phones_along(
    session: Session, viewer: SignedIn, person_id: UUID, code: int, now: datetime
) -> None:
    """Let what the person's phones send lie in the new area from now on.

    What they sent before stays in the area of then, for who was in charge there.
    """
    for device_id in devices.carried_by(session, viewer.county_id, person_id, now):
        devices.end_bindings(session, viewer.county_id, device_id, now)
        bind_device(session, viewer.county_id, device_id, person_id, code, now)
        devices.change_device(session, viewer.county_id, device_id, {"code": code})


def _shown(
    session: Session, viewer: SignedIn, rows: Sequence[AnyRow], now: datetime
) -> list[PersonOut]:
    ids = [row.id for row in rows]
    today = local_date(now)
    duties = _duties_of(session, viewer.county_id, ids, today)
    in_use = devices.devices_in_use(session, viewer.county_id, ids, now)
    sees_accounts = viewer.role in MAY_SEE_ACCOUNTS
    return [
        PersonOut(
            id=row.id,
            name=row.name,
            phone=row.phone,
            employment=row.employment,
            code=trimmed(row.code),
            roles_in_grids=[_duty(duty) for duty in duties.get(row.id, ())],
            account=_account(row) if sees_accounts and row.login else None,
            devices=in_use.get(row.id, 0),
        )
        for row in rows
    ]


def _duties_of(
    session: Session, county_id: UUID, ids: Sequence[UUID], day: date
) -> dict[UUID, list[Assignment]]:
    found: dict[UUID, list[Assignment]] = {}
    for duty in store.duties_of_people(session, county_id, ids, day):
        found.setdefault(duty.person_id, []).append(duty)
    return found


def _duty(duty: Assignment) -> GridRoleOut:
    return GridRoleOut(
        assignment_id=duty.id,
        grid_code=trimmed(duty.code),
        role=duty.role,
        is_lead=duty.is_lead,
    )


def _account(row: AnyRow) -> AccountOut:
    role = Role(row.role)
    return AccountOut(
        login=row.login,
        role=role,
        role_name=ROLE_NAMES[role],
        scope=[code for area in row.scope for code in codes_of(*area)],
        disabled_at=row.disabled_at,
        second_factor=row.second_factor_at is not None,
        password_is_initial=row.password_is_initial,
        oidc_subject=row.oidc_subject,
    )
