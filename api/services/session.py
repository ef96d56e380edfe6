"""Signing in and out, and who a cookie or a token stands for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from api.errors import BadLogin, Forbidden, NotSignedIn, TooManyTries
from api.schemas.session import CountyOut, Credentials, SessionOut
from api.security.credentials import hash_token, is_password, new_token
from api.security.throttle import TRIES_PER_ADDRESS, TRIES_PER_LOGIN, Throttle
from geo.codes import codes_of, unpadded
from geo.db.door import Viewer, as_nobody, as_viewer
from geo.db.engine import Database
from geo.db.models import LoginSession
from geo.db.store import audit, counties, people
from tracking.roles import ROLE_NAMES, Role


@dataclass(frozen=True)
class SignedIn(Viewer):
    """A viewer with a role: somebody with a session, or a device's carrier."""

    role: Role
    name: str
    login: str = ""


@dataclass(frozen=True)
class Opened:
    """A session that has just begun; the token is told once."""

    viewer: SignedIn
    token: str
    expires_at: datetime


@dataclass
class LoginLimits:
    """Wrong tries of this process, per login and address and per address."""

    per_login: Throttle = field(default_factory=lambda: Throttle(TRIES_PER_LOGIN))
    per_address: Throttle = field(default_factory=lambda: Throttle(TRIES_PER_ADDRESS))


def sign_in(
    database: Database,
    limits: LoginLimits,
    credentials: Credentials,
    address: str,
    now: datetime,
    lasts: timedelta,
) -> Opened:
    """Begin a session.

    Raises
    ------
    BadLogin
        If login or password is wrong, never which of them.
    TooManyTries
        If this address has tried too often.
    """
    key = (credentials.login, address)
    for throttle, tried in ((limits.per_login, key), (limits.per_address, address)):
        wait = throttle.take(tried, now)
        if wait is not None:
            raise TooManyTries(int(wait.total_seconds()) + 1)
    viewer = _viewer_of(database, credentials)
    for throttle, tried in ((limits.per_login, key), (limits.per_address, address)):
        throttle.give_back(tried)
    token = new_token()
    expires_at = now + lasts
    with as_viewer(database, viewer) as session:
        session.add(
            LoginSession(
                county_id=viewer.county_id,
                id=uuid4(),
                token_hash=hash_token(token),
                person_id=viewer.person_id,
                created_at=now,
                expires_at=expires_at,
            )
        )
        session.flush()
        audit.append(session, "sign_in", f"person/{viewer.person_id}", {})
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
    """
    with as_nobody(database) as session:
        found = people.find_session(session, hash_token(token))
    if found is None:
        raise NotSignedIn("the session has ended")
    return SignedIn(
        found.county_id,
        found.person_id,
        found.scope,
        Role(found.role),
        found.name,
        found.login,
    )


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


def describe(session: Session, viewer: SignedIn) -> SessionOut:
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
    )


def describe_opened(database: Database, viewer: SignedIn) -> SessionOut:
    """Return the same right after signing in."""
    with as_viewer(database, viewer, read_only=True) as session:
        return describe(session, viewer)


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
            )
    raise BadLogin("login or password is wrong")
