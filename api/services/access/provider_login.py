"""Signing in at the provider that the operator trusts, instead of by a password.

The provider says who somebody is; what they may do is said here. It opens no account,
and stands for the password alone: a second factor is asked for as after one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from api.errors import TooManyTries
from api.security.handshake import ProviderRefused, begin_handshake, read_handshake
from api.security.oidc import Provider, ProviderDown, Registration
from api.services.access.session import Opened, SignedIn, Terms, open_session
from api.services.access.tries import of_state, take
from api.settings import Settings
from geo.db.door import as_nobody, as_viewer
from geo.db.engine import Database
from geo.db.store import audit, people
from geo.errors import BadInput, XungeError
from tracking.cases.roles import Role

Reason = Literal["stale", "cancelled", "down", "refused", "unknown", "several"]


class NoSignIn(XungeError):
    """Nobody was signed in; the page has words for each reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Came:
    """What the browser brought back from the provider."""

    cookie: str
    state: str
    code: str | None
    error: str | None
    issuer: str | None


def provider_of(settings: Settings) -> Provider | None:
    """Return the provider of a deployment, or None where there is none.

    Raises
    ------
    BadInput
        If only some of its settings are there, or an address is not safe.
    """
    if settings.oidc_issuer is None:
        return None
    missing = [
        f"XUNGE_{name}".upper()
        for name in ("oidc_client_id", "oidc_return_url")
        if getattr(settings, name) is None
    ]
    if missing:
        raise BadInput(f"XUNGE_OIDC_ISSUER is set, {' and '.join(missing)} not")
    secret = settings.oidc_client_secret
    return Provider(
        Registration(
            settings.oidc_issuer,
            settings.oidc_client_id or "",
            secret.get_secret_value() if secret else None,
            settings.oidc_return_url or "",
        )
    )


def leave(provider: Provider, key: bytes, now: datetime) -> tuple[str, str]:
    """Return where the browser goes, and the cookie that it must bring back.

    Raises
    ------
    NoSignIn
        If the provider does not answer.
    """
    handshake = begin_handshake(key, now)
    try:
        return provider.address_of(handshake), handshake.cookie
    except ProviderDown as error:
        raise NoSignIn("down") from error


def come_back(
    database: Database,
    provider: Provider,
    key: bytes,
    came: Came,
    now: datetime,
    terms: Terms,
) -> Opened:
    """Begin the session of whom the provider names.

    Raises
    ------
    NoSignIn
        If this is the answer to no sign-in of this browser, or was used before; if the
        provider refused, cannot be asked, or its token is not right; if nobody, or
        several, may sign in by this name.
    """
    subject = _subject_of(database, provider, key, came, now)
    viewer = _viewer_of(database, provider.registration.issuer, subject)
    viewer = replace(viewer, step=terms.step_of(viewer))
    with as_viewer(database, viewer) as session:
        opened = open_session(session, viewer, now, terms.lasts)
        did = "sign_in" if viewer.step == "done" else "sign_in_begun"
        whom = f"person/{viewer.person_id}"
        audit.append(session, did, whom, {"by": "provider"})
    return opened


def _subject_of(
    database: Database, provider: Provider, key: bytes, came: Came, now: datetime
) -> str:
    try:
        handshake = read_handshake(key, came.cookie)
        if not handshake.is_of(came.state, now):
            raise NoSignIn("stale")
        take(database, of_state(came.state), now)
    except (ProviderRefused, TooManyTries) as error:
        raise NoSignIn("stale") from error
    if came.issuer not in (None, provider.registration.issuer):
        raise NoSignIn("refused")
    if came.code is None:
        raise NoSignIn("cancelled" if came.error == "access_denied" else "refused")
    try:
        return provider.redeem(came.code, handshake)
    except ProviderDown as error:
        raise NoSignIn("down") from error
    except ProviderRefused as error:
        raise NoSignIn("refused") from error


def _viewer_of(database: Database, issuer: str, subject: str) -> SignedIn:
    with as_nobody(database) as session:
        found = people.find_subject(session, issuer, subject)
    if not found:
        raise NoSignIn("unknown")
    if len(found) > 1:
        raise NoSignIn("several")
    account = found[0]
    return SignedIn(
        account.county_id,
        account.person_id,
        account.scope,
        Role(account.role),
        account.name,
        account.login,
        account.second_factor,
        account.password_is_initial,
    )
