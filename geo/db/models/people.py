"""People, what they may do and see, and where they are on duty."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.door import Scope
from geo.db.models.base import (
    Areas,
    Base,
    Code,
    CountyKey,
    Days,
    DaysKey,
    During,
    DuringKey,
    Key,
    Moment,
    geometry,
)

_FALSE = text("false")


def _to_people(column: str = "person_id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", column], ["people.county_id", "people.id"]
    )


def _to_grids() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", "grid_id"], ["grids.county_id", "grids.id"]
    )


class Person(Base):
    """Anybody with a duty; ``code`` is the region or grid of that duty."""

    __tablename__ = "people"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    name: Mapped[str]
    phone: Mapped[str | None]
    employment: Mapped[str | None]
    code: Mapped[Code]

    __table_args__ = (Index(None, "county_id", "code"),)


class Account(Base):
    """How a person logs in. Requests may write the hash and never read it."""

    __tablename__ = "accounts"

    county_id: Mapped[CountyKey]
    person_id: Mapped[Key]
    login: Mapped[str]
    password_hash: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    role: Mapped[str]
    scope: Mapped[Scope] = mapped_column(Areas)
    code: Mapped[Code]
    disabled_at: Mapped[Moment | None]
    password_is_initial: Mapped[bool] = mapped_column(server_default=_FALSE)
    sessions_since: Mapped[Moment | None]
    second_factor_at: Mapped[Moment | None]
    oidc_issuer: Mapped[str | None]
    oidc_subject: Mapped[str | None]

    __table_args__ = (
        _to_people(),
        UniqueConstraint("county_id", "login", name="uq_accounts_login"),
        UniqueConstraint(
            "county_id", "oidc_issuer", "oidc_subject", name="uq_accounts_oidc"
        ),
        Index(None, "login"),
        Index(None, "oidc_issuer", "oidc_subject"),
    )


class LoginSession(Base):
    """One logged-in browser or phone; only the SHA-256 of its token is kept."""

    __tablename__ = "sessions"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    token_hash: Mapped[bytes]
    person_id: Mapped[UUID]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    step: Mapped[str] = mapped_column(server_default=text("'done'"))

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "person_id"], ["accounts.county_id", "accounts.person_id"]
        ),
        Index(None, "token_hash"),
        Index(None, "county_id", "person_id"),
    )


class Assignment(Base):
    """A person's role in a grid for a range of days; one lead per grid at a time.

    ``role`` is chief_leader 总网格长, leader 网格长, instructor 网格指导员,
    worker 网格员, micro_leader 微网格长 or police 民警.
    """

    __tablename__ = "assignments"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    person_id: Mapped[UUID]
    grid_id: Mapped[UUID]
    code: Mapped[Code]
    role: Mapped[str]
    is_lead: Mapped[bool] = mapped_column(server_default=_FALSE)
    valid: Mapped[Days]

    __table_args__ = (
        _to_people(),
        _to_grids(),
        ExcludeConstraint(
            ("county_id", "="),
            ("grid_id", "="),
            ("valid", "&&"),
            where=text("is_lead"),
            name="ex_assignments_lead",
        ),
        ExcludeConstraint(
            ("county_id", "="),
            ("grid_id", "="),
            ("person_id", "="),
            ("role", "="),
            ("valid", "&&"),
            name="ex_assignments_person",
        ),
        Index(None, "county_id", "code"),
        Index(None, "county_id", "person_id"),
    )


class StandIn(Base):
    """Who does the work of an assignment while its person is away."""

    __tablename__ = "stand_ins"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    assignment_id: Mapped[UUID]
    person_id: Mapped[UUID]
    code: Mapped[Code]
    valid: Mapped[Days]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "assignment_id"], ["assignments.county_id", "assignments.id"]
        ),
        _to_people(),
        ExcludeConstraint(
            ("county_id", "="),
            ("assignment_id", "="),
            ("valid", "&&"),
            name="ex_stand_ins_assignment",
        ),
    )


class PatrolGroup(Base):
    """People who patrol together as a standing arrangement."""

    __tablename__ = "patrol_groups"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    name: Mapped[str]
    code: Mapped[Code]
    valid: Mapped[Days]


class PatrolGroupMember(Base):
    """A person in a patrol group for a range of days."""

    __tablename__ = "patrol_group_members"

    county_id: Mapped[CountyKey]
    group_id: Mapped[Key]
    person_id: Mapped[Key]
    valid: Mapped[DaysKey]
    code: Mapped[Code]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "group_id"], ["patrol_groups.county_id", "patrol_groups.id"]
        ),
        _to_people(),
        ExcludeConstraint(
            ("county_id", "="),
            ("group_id", "="),
            ("person_id", "="),
            ("valid", "&&"),
            name="ex_patrol_group_members_person",
        ),
    )


class CalendarEntry(Base):
    """Leave, training, weather and the like, of either a person or a grid."""

    __tablename__ = "calendar_entries"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    person_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    code: Mapped[Code]
    kind: Mapped[str]
    during: Mapped[During]
    note: Mapped[str | None]

    __table_args__ = (_to_people(), _to_grids(), Index(None, "county_id", "code"))


class Checkpoint(Base):
    """A point of a grid that a patrol must reach (必到点)."""

    __tablename__ = "checkpoints"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    ref: Mapped[str]
    name: Mapped[str]
    grid_id: Mapped[UUID]
    code: Mapped[Code]
    valid: Mapped[Days]
    geom: Mapped[Any] = mapped_column(geometry("POINT"), nullable=False)

    __table_args__ = (
        _to_grids(),
        ExcludeConstraint(
            ("county_id", "="),
            ("ref", "="),
            ("valid", "&&"),
            name="ex_checkpoints_ref",
        ),
        Index(None, "county_id", "code"),
    )


class Device(Base):
    """A phone or tracker that sends positions; only its token's SHA-256 is kept."""

    __tablename__ = "devices"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    token_hash: Mapped[bytes]
    label: Mapped[str]
    app: Mapped[str | None]
    code: Mapped[Code]
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]

    __table_args__ = (Index(None, "token_hash"),)


class DeviceBinding(Base):
    """Who carries a device, from when to when; one person at a time."""

    __tablename__ = "device_bindings"

    county_id: Mapped[CountyKey]
    device_id: Mapped[Key]
    person_id: Mapped[UUID]
    during: Mapped[DuringKey]
    code: Mapped[Code]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "device_id"], ["devices.county_id", "devices.id"]
        ),
        _to_people(),
        ExcludeConstraint(
            ("county_id", "="),
            ("device_id", "="),
            ("during", "&&"),
            name="ex_device_bindings_device",
        ),
        Index(None, "county_id", "person_id"),
    )
