"""People, their accounts and their duties, as administration lists and changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import Account, Assignment, GridVersion, Person, StandIn

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AccountState = Literal["active", "disabled", "none", "all"]
_ACCOUNT = (
    Account.login,
    Account.role,
    Account.scope,
    Account.disabled_at,
    Account.second_factor_at,
    Account.password_is_initial,
    Account.oidc_subject,
)
_PERSON = (Person.id, Person.name, Person.phone, Person.employment, Person.code)


@dataclass(frozen=True)
class PeopleWanted:
    """Which people of some areas are listed, and where the page begins."""

    scope: Scope
    words: str = ""
    role: str | None = None
    state: AccountState = "all"
    after: UUID | None = None
    limit: int = 100
    searches_logins: bool = False


def people_page(
    session: Session, county_id: UUID, wanted: PeopleWanted
) -> Sequence[AnyRow]:
    """Return people with their accounts by code, one more than the limit if there are.

    A person without an account has None in the columns of one.
    """
    query = _people(county_id).where(within(Person.code, wanted.scope))
    if wanted.words:
        columns = [Person.name, Person.phone]
        if wanted.searches_logins:
            columns.append(Account.login)
        query = query.where(
            or_(*(c.icontains(wanted.words, autoescape=True) for c in columns))
        )
    if wanted.role:
        query = query.where(Account.role == wanted.role)
    if wanted.state == "none":
        query = query.where(Account.person_id.is_(None))
    elif wanted.state == "active":
        query = query.where(Account.person_id.is_not(None), ~_IS_DISABLED)
    elif wanted.state == "disabled":
        query = query.where(_IS_DISABLED)
    if wanted.after:
        last = select(Person.code, Person.id).where(
            Person.county_id == county_id, Person.id == wanted.after
        )
        query = query.where(tuple_(Person.code, Person.id) > last.scalar_subquery())
    return session.execute(
        query.order_by(Person.code, Person.id).limit(wanted.limit + 1)
    ).all()


def person_row(
    session: Session, county_id: UUID, person_id: UUID, scope: Scope
) -> AnyRow | None:
    """Return one person of some areas with the account, as in `people_page`."""
    return session.execute(
        _people(county_id).where(Person.id == person_id, within(Person.code, scope))
    ).one_or_none()


def change_person(
    session: Session, county_id: UUID, person_id: UUID, changes: dict[str, Any]
) -> None:
    """Change columns of a person."""
    session.execute(
        update(Person)
        .where(Person.county_id == county_id, Person.id == person_id)
        .values(**changes)
    )


def change_account(
    session: Session, county_id: UUID, person_id: UUID, changes: dict[str, Any]
) -> None:
    """Change columns of a person's account."""
    session.execute(
        update(Account)
        .where(Account.county_id == county_id, Account.person_id == person_id)
        .values(**changes)
    )


@dataclass(frozen=True)
class DutiesWanted:
    """Which assignments of some areas are listed; all days where `on` is None."""

    scope: Scope
    on: date | None = None
    person_id: UUID | None = None
    after: UUID | None = None
    limit: int = 500


def assignments_page(
    session: Session, county_id: UUID, wanted: DutiesWanted
) -> Sequence[AnyRow]:
    """Return (assignment, name of its person) by grid, one more than the limit."""
    query = _assignments(county_id, wanted.scope)
    if wanted.on is not None:
        query = query.where(Assignment.valid.contains(wanted.on))
    if wanted.person_id:
        query = query.where(Assignment.person_id == wanted.person_id)
    if wanted.after:
        last = select(Assignment.code, Assignment.id).where(
            Assignment.county_id == county_id, Assignment.id == wanted.after
        )
        key = tuple_(Assignment.code, Assignment.id)
        query = query.where(key > last.scalar_subquery())
    return session.execute(
        query.order_by(Assignment.code, Assignment.id).limit(wanted.limit + 1)
    ).all()


def assignment_row(
    session: Session, county_id: UUID, assignment_id: UUID, scope: Scope
) -> AnyRow | None:
    """Return one assignment of some areas with its person's name."""
    return session.execute(
        _assignments(county_id, scope).where(Assignment.id == assignment_id)
    ).one_or_none()


def duties_of_people(
    session: Session, county_id: UUID, person_ids: Sequence[UUID], on: date
) -> Sequence[Assignment]:
    """Return what some people are assigned to on a day, as far as it may be seen."""
    return session.scalars(
        select(Assignment)
        .where(
            Assignment.county_id == county_id,
            Assignment.person_id.in_(person_ids),
            Assignment.valid.contains(on),
        )
        .order_by(Assignment.code, Assignment.id)
    ).all()


def stand_ins_of(
    session: Session, county_id: UUID, assignment_ids: Sequence[UUID]
) -> Sequence[AnyRow]:
    """Return (stand-in, name of its person) of some assignments, by their days."""
    return session.execute(
        select(StandIn, Person.name)
        .outerjoin(Person, _same(StandIn.county_id, StandIn.person_id))
        .where(
            StandIn.county_id == county_id, StandIn.assignment_id.in_(assignment_ids)
        )
        .order_by(StandIn.valid, StandIn.id)
    ).all()


def stand_in_of(
    session: Session, county_id: UUID, stand_in_id: UUID, scope: Scope
) -> StandIn | None:
    """Return one stand-in of some areas."""
    return session.scalars(
        select(StandIn).where(
            StandIn.county_id == county_id,
            StandIn.id == stand_in_id,
            within(StandIn.code, scope),
        )
    ).one_or_none()


def end_duty(
    session: Session,
    county_id: UUID,
    model: type[Assignment] | type[StandIn],
    duty_id: UUID,
    valid: Range[date],
) -> None:
    """Set the days of an assignment or stand-in; nothing else of it can change."""
    session.execute(
        update(model)
        .where(model.county_id == county_id, model.id == duty_id)
        .values(valid=valid)
    )


def vacant_grids(
    session: Session, county_id: UUID, on: date, scope: Scope
) -> Sequence[GridVersion]:
    """Return the grids in force on a day that have no lead, micro-grids apart."""
    leads = exists().where(
        Assignment.county_id == county_id,
        Assignment.grid_id == GridVersion.grid_id,
        Assignment.is_lead,
        Assignment.valid.contains(on),
    )
    return session.scalars(
        select(GridVersion)
        .where(
            GridVersion.county_id == county_id,
            GridVersion.valid.contains(on),
            GridVersion.kind != "micro",
            within(GridVersion.code, scope),
            ~leads,
        )
        .order_by(GridVersion.code)
    ).all()


_IS_DISABLED = and_(Account.person_id.is_not(None), Account.disabled_at.is_not(None))


def _same(county_column: Any, person_column: Any) -> Any:
    return (Person.county_id == county_column) & (Person.id == person_column)


def _people(county_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(*_PERSON, *_ACCOUNT)
        .outerjoin(Account, _same(Account.county_id, Account.person_id))
        .where(Person.county_id == county_id)
    )


def _assignments(county_id: UUID, scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(Assignment, Person.name)
        .outerjoin(Person, _same(Assignment.county_id, Assignment.person_id))
        .where(Assignment.county_id == county_id, within(Assignment.code, scope))
    )
