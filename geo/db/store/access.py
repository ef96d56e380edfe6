"""Tries to sign in, passwords and second factors: queries about one's own account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from geo.db.models import Account, RecoveryCode, SecondFactor


def take_try(
    session: Session, key: bytes, most: int, span: timedelta
) -> datetime | None:
    """Take one try of a key; None if it may go on, else when the next may come."""
    return session.scalar(
        text("SELECT take_try(:key, :most, :span)"),
        {"key": key, "most": most, "span": span},
    )


def give_back_try(session: Session, key: bytes) -> None:
    """Return the last try of a key, after a right one."""
    session.execute(text("SELECT give_back_try(:key)"), {"key": key})


def set_password(
    session: Session, county_id: UUID, person_id: UUID, hashed: str, now: datetime
) -> None:
    """Store the own new password and end all sessions."""
    _change(
        session,
        county_id,
        person_id,
        password_hash=hashed,
        password_is_initial=False,
        sessions_since=now,
    )


def second_factor_at(
    session: Session, county_id: UUID, person_id: UUID
) -> datetime | None:
    """Return since when a second factor is asked for."""
    return session.scalar(
        select(Account.second_factor_at).where(
            Account.county_id == county_id, Account.person_id == person_id
        )
    )


def set_second_factor_at(
    session: Session,
    county_id: UUID,
    person_id: UUID,
    since: datetime | None,
    now: datetime,
) -> None:
    """Ask for a second factor from now on, or no more; all sessions end."""
    _change(session, county_id, person_id, second_factor_at=since, sessions_since=now)


def factor_of(
    session: Session, county_id: UUID, person_id: UUID
) -> SecondFactor | None:
    """Return the viewer's own second factor; nobody sees another's."""
    return session.get(SecondFactor, (county_id, person_id))


def begin_factor(
    session: Session, county_id: UUID, person_id: UUID, salt: bytes
) -> None:
    """Remember the salt of an enrolment that is not confirmed yet."""
    row = {"county_id": county_id, "person_id": person_id, "pending_salt": salt}
    session.execute(
        upsert(SecondFactor)
        .values(row)
        .on_conflict_do_update(
            constraint="pk_second_factors", set_={"pending_salt": salt}
        )
    )


def confirm_factor(
    session: Session, county_id: UUID, person_id: UUID, salt: bytes, step: int
) -> bool:
    """Let the pending salt be the one in force; the code that proved it is used up.

    Of two who confirm at once the second finds it confirmed and gets False.
    """
    done = session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.county_id == county_id,
            SecondFactor.person_id == person_id,
            SecondFactor.pending_salt == salt,
        )
        .values(salt=salt, pending_salt=None, last_step=step)
    )
    return _changed(done)


def forget_factor(session: Session, county_id: UUID, person_id: UUID) -> None:
    """Throw away the own second factor and its recovery codes."""
    for model in (SecondFactor, RecoveryCode):
        session.execute(
            delete(model).where(
                model.county_id == county_id, model.person_id == person_id
            )
        )


def use_step(session: Session, county_id: UUID, person_id: UUID, step: int) -> bool:
    """Use up the code of a time step; False if it, or a later one, was used."""
    done = session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.county_id == county_id,
            SecondFactor.person_id == person_id,
            SecondFactor.last_step < step,
        )
        .values(last_step=step)
    )
    return _changed(done)


def replace_recovery_codes(
    session: Session, county_id: UUID, person_id: UUID, hashes: Sequence[bytes]
) -> None:
    """Let these recovery codes be the only ones."""
    session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.county_id == county_id, RecoveryCode.person_id == person_id
        )
    )
    rows = [
        {"county_id": county_id, "person_id": person_id, "code_hash": each}
        for each in hashes
    ]
    session.execute(insert(RecoveryCode), rows)


def use_recovery_code(
    session: Session, county_id: UUID, person_id: UUID, code_hash: bytes, now: datetime
) -> bool:
    """Use up a recovery code; False if it is none, or was used."""
    done = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.county_id == county_id,
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return _changed(done)


def recovery_codes_left(session: Session, county_id: UUID, person_id: UUID) -> int:
    """Return how many recovery codes were not used yet."""
    found = session.scalar(
        select(func.count()).where(
            RecoveryCode.county_id == county_id,
            RecoveryCode.person_id == person_id,
            RecoveryCode.used_at.is_(None),
        )
    )
    return found or 0


def _change(
    session: Session, county_id: UUID, person_id: UUID, **values: object
) -> None:
    """Change one's own account; `NoResultFound` if policies hide it.

    Nobody may believe in a second factor that nothing asks for.
    """
    session.execute(
        update(Account)
        .where(Account.county_id == county_id, Account.person_id == person_id)
        .values(**values)
        .returning(Account.person_id)
    ).one()


def _changed(done: object) -> bool:
    assert isinstance(done, CursorResult)
    return bool(done.rowcount)
