"""The second factor of an account: enrolled, asked for at sign-in, given up.

A code counts once: its time step is used up in the row by the same statement that
checks it. Whoever loses the phone has ten recovery codes, and after them an
administrator, who can make an account forget its second factor and never use it.
"""

import io
from dataclasses import dataclass, replace
from datetime import datetime

import segno
from sqlalchemy.orm import Session

from api.errors import BadCode, Conflict
from api.schemas.session import EnrolmentOut, FactorOut
from api.security import one_time
from api.security.credentials import hash_token
from api.services.access.passwords import require_own_password
from api.services.access.session import (
    Opened,
    SignedIn,
    Terms,
    factor_state,
    open_session,
)
from api.services.access.tries import counted, of_person
from geo.db.door import as_viewer
from geo.db.engine import Database
from geo.db.models import SecondFactor
from geo.db.store import access, audit, people

_ISSUER = "巡格"


@dataclass(frozen=True)
class Confirmed:
    """A second factor in force: a fresh session, and the codes that are told once."""

    opened: Opened
    recovery_codes: list[str]


def enter_code(
    database: Database,
    key: bytes,
    viewer: SignedIn,
    token: str,
    code: str,
    now: datetime,
    terms: Terms,
) -> Opened:
    """Take the code of somebody whose session waits for it; begin the real session.

    Raises
    ------
    Conflict
        If the session waits for no code.
    BadCode
        If it is wrong, too old, or was used.
    TooManyTries
        If there were too many wrong ones.
    """
    if viewer.step != "code":
        raise Conflict("this session waits for no code")
    with (
        counted(database, of_person("code", viewer.person_id), now),
        as_viewer(database, viewer) as session,
    ):
        how = _use_code(session, key, viewer, code, now)
        people.end_session(session, viewer.county_id, hash_token(token), now)
        done = replace(viewer, step="done")
        opened = open_session(session, done, now, terms.lasts)
        audit.append(session, "sign_in", f"person/{viewer.person_id}", {"by": how})
    return opened


def describe(session: Session, viewer: SignedIn, terms: Terms) -> FactorOut:
    """Return the viewer's own second factor."""
    assert viewer.person_id is not None
    whose = viewer.county_id, viewer.person_id
    return FactorOut(
        state=factor_state(viewer, terms),
        confirmed_at=access.second_factor_at(session, *whose),
        recovery_codes_left=access.recovery_codes_left(session, *whose),
    )


def begin(
    database: Database, key: bytes, viewer: SignedIn, password: str, now: datetime
) -> EnrolmentOut:
    """Begin an enrolment; the one in force, if any, holds until this is confirmed."""
    require_own_password(database, viewer, password, now)
    assert viewer.person_id is not None
    salt = one_time.new_salt()
    with as_viewer(database, viewer) as session:
        access.begin_factor(session, viewer.county_id, viewer.person_id, salt)
    secret = one_time.secret_of(key, viewer.person_id, salt)
    uri = one_time.link_of(secret, viewer.login, _ISSUER)
    return EnrolmentOut(secret=one_time.as_text(secret), uri=uri, qr_svg=_picture(uri))


def confirm(
    database: Database,
    key: bytes,
    viewer: SignedIn,
    code: str,
    now: datetime,
    terms: Terms,
) -> Confirmed:
    """Put the begun enrolment in force; every session of the account begins anew.

    Raises
    ------
    Conflict
        If none was begun.
    BadCode
        If the code is not of the app that was just set up.
    """
    assert viewer.person_id is not None
    whose = viewer.county_id, viewer.person_id
    codes = one_time.new_recovery_codes()
    with (
        counted(database, of_person("code", viewer.person_id), now),
        as_viewer(database, viewer) as session,
    ):
        factor = access.factor_of(session, *whose)
        if factor is None or factor.pending_salt is None:
            raise Conflict("no enrolment was begun")
        secret = one_time.secret_of(key, viewer.person_id, factor.pending_salt)
        step = one_time.step_of(secret, code, now)
        if step is None:
            raise BadCode("the code is not of this enrolment")
        if not access.confirm_factor(session, *whose, factor.pending_salt, step):
            raise Conflict("it was confirmed a moment ago")
        access.set_second_factor_at(session, *whose, now, now)
        hashes = [one_time.hash_recovery_code(viewer.person_id, c) for c in codes]
        access.replace_recovery_codes(session, *whose, hashes)
        done = replace(viewer, step="done", has_second_factor=True)
        opened = open_session(session, done, now, terms.lasts)
        audit.append(session, "second_factor_on", f"person/{viewer.person_id}", {})
    return Confirmed(opened, codes)


def remove(
    database: Database,
    key: bytes,
    viewer: SignedIn,
    password: str,
    code: str,
    now: datetime,
    terms: Terms,
) -> Opened:
    """Give the second factor up; every session of the account begins anew.

    Raises
    ------
    Conflict
        If there is none, or the role must have one.
    BadCode
        If the code is wrong.
    """
    if not viewer.has_second_factor or viewer.role in terms.second_factor_roles:
        raise Conflict("there is no second factor, or the role must have one")
    require_own_password(database, viewer, password, now)
    assert viewer.person_id is not None
    whose = viewer.county_id, viewer.person_id
    with (
        counted(database, of_person("code", viewer.person_id), now),
        as_viewer(database, viewer) as session,
    ):
        _use_code(session, key, viewer, code, now)
        access.forget_factor(session, *whose)
        access.set_second_factor_at(session, *whose, None, now)
        done = replace(viewer, has_second_factor=False)
        opened = open_session(session, done, now, terms.lasts)
        audit.append(session, "second_factor_off", f"person/{viewer.person_id}", {})
    return opened


def _use_code(
    session: Session, key: bytes, viewer: SignedIn, code: str, now: datetime
) -> str:
    """Use a code up and say which kind it was."""
    assert viewer.person_id is not None
    whose = viewer.county_id, viewer.person_id
    plain = code.strip()
    if len(plain) != one_time.DIGITS:
        hashed = one_time.hash_recovery_code(viewer.person_id, plain)
        if access.use_recovery_code(session, *whose, hashed, now):
            return "recovery_code"
        raise BadCode("no such recovery code, or it was used")
    factor = access.factor_of(session, *whose)
    step = _step_of(key, viewer, factor, plain, now)
    if step is None or not access.use_step(session, *whose, step):
        raise BadCode("the code is wrong, too old, or was used")
    return "one_time_code"


def _step_of(
    key: bytes,
    viewer: SignedIn,
    factor: SecondFactor | None,
    code: str,
    now: datetime,
) -> int | None:
    if factor is None or factor.salt is None:
        return None
    assert viewer.person_id is not None
    secret = one_time.secret_of(key, viewer.person_id, factor.salt)
    return one_time.step_of(secret, code, now)


def _picture(content: str) -> str:
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        out, kind="svg", border=4, scale=4, xmldecl=False
    )
    return out.getvalue().decode()
