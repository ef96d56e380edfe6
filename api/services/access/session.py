"""Signing in and out, and who a cookie or a token stands for."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import uuid4

from sqlalchemy.orm import Session

from api.errors import BadLogin, Forbidden, NotSignedIn, SecondFactorNeeded
from api.schemas.session import CountyOut, Credentials, SessionOut
from api.security.credentials import hash_token, is_password, new_token
from api.services.access.tries import counted, of_login
from geo.codes import codes_of, unpadded
from geo.db.door import Viewer, as_nobody, as_viewer
from geo.db.engine import Database
from geo.db.models import LoginSession
from geo.db.store import audit, counties, people
from tracking.cases.roles import ROLE_NAMES, Role

Step = Literal["done", "code", "enrol"]
# Who was asked for a code and did not answer begins again.
_WAITS = timedelta(minutes=15)


@dataclass(frozen=True)
class SignedIn(Viewer):
    """A viewer with a role: somebody with a session, or a device's carrier.

    ``step`` is what the session still waits for; only ``done`` opens anything else.
    """

    role: Role
    name: str
    login: str = ""
    has_second_factor: bool = False
    password_is_initial: bool = False
    step: Step = "done"


@dataclass(frozen=True)
class Opened:
    """A session that has just begun; the token is told once."""

    viewer: SignedIn
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Terms:
    """How long a session lasts, and which roles need a second factor."""

    lasts: timedelta
    second_factor_roles: Set[Role] = frozenset()

    def step_of(self, viewer: SignedIn) -> Step:
        """Return what somebody whose password was right still owes."""
        if viewer.has_second_factor:
            return "code"
        return "enrol" if viewer.role in self.second_factor_roles else "done"


def sign_in(
    database: Database,
    credentials: Credentials,
    address: str,
    now: datetime,
    terms: Terms,
) -> Opened:
    """Begin a session, which may still wait for a second factor.

    Raises
    ------
    BadLogin
        If login or password is wrong, never which of them.
    TooManyTries
        If this address has tried too often.
    """
    with counted(database, of_login(credentials.login, address), now):
        viewer = _viewer_of(database, credentials)
    viewer = replace(viewer, step=terms.step_of(viewer))
    with as_viewer(database, viewer) as session:
        opened = open_session(session, viewer, now, terms.lasts)
        did = "sign_in" if viewer.step == "done" else "sign_in_begun"
        audit.append(session, did, f"person/{viewer.person_id}", {})
    return opened


def open_session(
    session: Session, viewer: SignedIn, now: datetime, lasts: timedelta
) -> Opened:
    """Add a session of the viewer, at the step that the viewer is at."""
    token = new_token()
    expires_at = now + (lasts if viewer.step == "done" else _WAITS)
    session.add(
        LoginSession(
            county_id=viewer.county_id,
            id=uuid4(),
            token_hash=hash_token(token),
            person_id=viewer.person_id,
            created_at=now,
            expires_at=expires_at,
            step=viewer.step,
        )
    )
    session.flush()
    return Opened(viewer, token, expires_at)


def sign_out(database: Database, viewer: SignedIn, token: str, now: datetime) -> None:
    """End a session at once."""
    with as_viewer(database, viewer) as session:
        people.end_session(session, viewer.county_id, hash_token(token), now)
        audit.append(session, "sign_out", f"person/{viewer.person_id}", {})


def find_session(database: Database, token: str) -> SignedIn:
    """Return who a session cookie stands for.

    Raises
    ------
    NotSignedIn
        If the session has ended, or its account is disabled.
    SecondFactorNeeded
        If it still waits for its second factor.
    """
    with as_nobody(database) as session:
        found = people.find_session(session, hash_token(token))
    if found is None:
        find_waiting_session(database, token)
        raise SecondFactorNeeded("the session waits for a second factor")
    return _signed_in(found)


def find_waiting_session(database: Database, token: str) -> SignedIn:
    """Return whose session it is that still waits for its second factor.

    Raises
    ------
    NotSignedIn
        If no session waits.
    """
    with as_nobody(database) as session:
        found = people.find_waiting_session(session, hash_token(token))
    if found is None:
        raise NotSignedIn("the session has ended")
    return _signed_in(found)


def find_device(database: Database, token: str) -> SignedIn:
    """Return the carrier of a device, who may add and sees only what is their own.

    Raises
    ------
    NotSignedIn
        If no device has the token, or it was revoked.
    Forbidden
        If nobody carries the device now.
    """
    with as_nobody(database) as session:
        found = people.find_device(session, hash_token(token))
    if found is None:
        raise NotSignedIn("no device has this token")
    if found.person_id is None:
        raise Forbidden("nobody carries this device now")
    return SignedIn(found.county_id, found.person_id, (), Role.WORKER, "")


def describe(session: Session, viewer: SignedIn, terms: Terms) -> SessionOut:
    """Return what a page may know about who is signed in."""
    assert viewer.person_id is not None
    county = counties.county_of(session, viewer.county_id)
    return SessionOut(
        person_id=viewer.person_id,
        name=viewer.name,
        login=viewer.login,
        role=viewer.role,
        role_name=ROLE_NAMES[viewer.role],
        scope=[code for area in viewer.scope for code in codes_of(*area)],
        county=CountyOut(code=unpadded(county.code, "county"), name=county.name),
        step=viewer.step,
        second_factor=factor_state(viewer, terms),
        password_is_initial=viewer.password_is_initial,
    )


def factor_state(viewer: SignedIn, terms: Terms) -> Literal["on", "off", "required"]:
    """Return whether somebody has a second factor, or should have one."""
    if viewer.has_second_factor:
        return "on"
    return "required" if viewer.role in terms.second_factor_roles else "off"


def describe_opened(database: Database, viewer: SignedIn, terms: Terms) -> SessionOut:
    """Return the same right after signing in."""
    with as_viewer(database, viewer, read_only=True) as session:
        return describe(session, viewer, terms)


def _viewer_of(database: Database, credentials: Credentials) -> SignedIn:
    with as_nobody(database) as session:
        accounts = people.find_accounts(session, credentials.login)
    password = credentials.password
    if not accounts:
        # An unknown login takes as long as a wrong password.
        is_password(password, None)
    # A login is unique inside its county only; the password tells which is meant.
    for account in accounts:
        if is_password(password, account.password_hash):
            return SignedIn(
                account.county_id,
                account.person_id,
                account.scope,
                Role(account.role),
                account.name,
                credentials.login,
                account.second_factor,
                account.password_is_initial,
            )
    raise BadLogin("login or password is wrong")


def _signed_in(found: people.FoundSession) -> SignedIn:
    return SignedIn(
        found.county_id,
        found.person_id,
        found.scope,
        Role(found.role),
        found.name,
        found.login,
        found.second_factor,
        found.password_is_initial,
        cast("Step", found.step),
    )
