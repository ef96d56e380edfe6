"""What one sign-in at a provider must remember, without storing anything.

State, nonce and verifier are made from one random cookie and this deployment's key: so
nothing of a stranger's can be slipped in, and a stolen database holds none of them.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from geo.errors import XungeError

# Longer than anybody takes to sign in; shorter than a used state is remembered.
LASTS = timedelta(minutes=10)


class ProviderRefused(XungeError):
    """What the provider, or somebody in its name, sent proves nobody's identity."""


@dataclass(frozen=True)
class Handshake:
    """What one sign-in sends to the provider and must find again in its answer."""

    cookie: str
    state: str
    nonce: str
    verifier: str
    begun_at: float

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (S256)."""
        return _base64(sha256(self.verifier.encode()).digest())

    def is_of(self, state: str, now: datetime) -> bool:
        """Return whether an answer belongs to this sign-in, and in time."""
        age = now.timestamp() - self.begun_at
        in_time = -1 <= age <= LASTS.total_seconds()
        return hmac.compare_digest(self.state.encode(), state.encode()) and in_time


def begin_handshake(key: bytes, now: datetime) -> Handshake:
    """Return a new handshake; its cookie goes to the browser."""
    return read_handshake(key, f"{int(now.timestamp())}.{secrets.token_urlsafe(32)}")


def read_handshake(key: bytes, cookie: str) -> Handshake:
    """Return the handshake of a cookie; a forged one fits no state.

    Raises
    ------
    ProviderRefused
        If it is no cookie of ours.
    """
    begun_at, _, rest = cookie.partition(".")
    if not (begun_at.isascii() and begun_at.isdigit() and len(begun_at) < 12 and rest):
        raise ProviderRefused("no cookie of a sign-in under way")
    made = partial(_made, key, cookie)
    return Handshake(
        cookie, made("state"), made("nonce"), made("verifier"), float(begun_at)
    )


def _made(key: bytes, cookie: str, what: str) -> str:
    message = f"oidc\0{what}\0{cookie}".encode()
    return _base64(hmac.new(key, message, sha256).digest())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
