"""Second factors of accounts, and the tries to sign in."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, CountyKey, Key, Moment


def _to_accounts() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", "person_id"], ["accounts.county_id", "accounts.person_id"]
    )


class SecondFactor(Base):
    """What one-time codes are made from, together with a key outside the database.

    ``pending_salt`` is of an enrolment that is not confirmed yet; ``last_step`` the
    time step of the last code that was taken.
    """

    __tablename__ = "second_factors"

    county_id: Mapped[CountyKey]
    person_id: Mapped[Key]
    salt: Mapped[bytes | None]
    pending_salt: Mapped[bytes | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

    __table_args__ = (_to_accounts(),)


class RecoveryCode(Base):
    """A code for the day on which the phone is lost; it counts once."""

    __tablename__ = "recovery_codes"

    county_id: Mapped[CountyKey]
    person_id: Mapped[Key]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[Moment | None]

    __table_args__ = (_to_accounts(),)


class LoginTry(Base):
    """Recent tries of a key; reached through ``take_try`` and ``give_back_try`` only.

    The one table of no county: a try comes before it is known whose it is.
    """

    __tablename__ = "login_tries"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tried: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    last_at: Mapped[Moment]

    __table_args__ = (Index(None, "last_at"),)
