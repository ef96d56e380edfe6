"""A provider of identities (OpenID Connect, code flow with PKCE), asked and checked.

Only the subject is believed, and only of a token that the provider signed for us, for
this sign-in, and just now.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt

from api.security.handshake import Handshake, ProviderRefused
from geo.errors import BadInput, XungeError

# Never one that a secret of ours could have made, and never "none".
_ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
) | {"EdDSA"}
_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_LEEWAY_S = 60
_TIMEOUT_S = 5.0
_MOST_BYTES = 1_000_000
_METADATA_S = 3600.0
_PAUSE_S = 10.0
# A provider that hangs may hold this many of the server's threads, and no more.
_AT_ONCE = 4
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderDown(XungeError):
    """The provider does not answer, or not as a provider does."""


@dataclass(frozen=True)
class Registration:
    """How this deployment is known to the provider."""

    issuer: str
    client_id: str
    client_secret: str | None
    return_url: str

    def __post_init__(self) -> None:
        for address in (self.issuer, self.return_url):
            if not _is_safe(address):
                raise BadInput(f"{address!r} is no https address, nor of this machine")


class Provider:
    """The provider that the operator trusts: its addresses, its keys, its answers."""

    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self._lock = Lock()
        self._calls = BoundedSemaphore(_AT_ONCE)
        self._metadata: dict[str, Any] = {}
        self._metadata_until = 0.0
        self._keys: list[dict[str, Any]] = []
        self._down_until = 0.0

    def address_of(self, handshake: Handshake) -> str:
        """Return where the browser goes to sign in.

        Raises
        ------
        ProviderDown
            If the provider does not say where.
        """
        asked = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.return_url,
            "scope": "openid",
            "state": handshake.state,
            "nonce": handshake.nonce,
            "code_challenge": handshake.challenge,
            "code_challenge_method": "S256",
        }
        address = self._endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def redeem(self, code: str, handshake: Handshake) -> str:
        """Return whose identity a code proves: the subject at this issuer.

        Raises
        ------
        ProviderDown
            If the provider cannot be asked.
        ProviderRefused
            If it refuses the code, or the token that it gives is not right in every
            part: signature, issuer, audience, time, nonce.
        """
        ours = self.registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.return_url,
            "code_verifier": handshake.verifier,
            "client_id": ours.client_id,
        }
        basic: httpx.BasicAuth | None = None
        if ours.client_secret is not None:
            ways = self._known().get("token_endpoint_auth_methods_supported")
            if ways is not None and "client_secret_basic" not in ways:
                form["client_secret"] = ours.client_secret
            else:
                # The standard wants both percent-encoded first (RFC 6749, 2.3.1).
                name, secret = ours.client_id, ours.client_secret
                basic = httpx.BasicAuth(quote(name, safe=""), quote(secret, safe=""))
        address = self._endpoint("token_endpoint")
        answer = self._ask("POST", address, data=form, auth=basic)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("the provider gave no token")
        return self.subject_of(token, handshake.nonce)

    def subject_of(self, token: str, nonce: str) -> str:
        """Return the subject of an ID token that is right in every part.

        Raises
        ------
        ProviderRefused
            If it is not.
        """
        ours = self.registration
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in _ALGORITHMS:
                raise ProviderRefused("the token is signed by no known method")
            key = jwt.PyJWK(self._key_of(header.get("kid")), algorithm=algorithm)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=ours.client_id,
                issuer=ours.issuer,
                leeway=_LEEWAY_S,
                options={"require": _CLAIMS},
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
            # What it says may name claims of a person; the kind is enough.
            raise ProviderRefused(f"token refused: {type(error).__name__}") from None
        self._require_ours(claims, nonce)
        return str(claims["sub"])

    def _require_ours(self, claims: Mapping[str, Any], nonce: str) -> None:
        sent, party = claims["nonce"], self.registration.client_id
        if not (
            isinstance(sent, str) and hmac.compare_digest(sent.encode(), nonce.encode())
        ):
            raise ProviderRefused("the token is of another sign-in")
        for_many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if for_many else party) != party:
            raise ProviderRefused("the token was issued to another application")
        if not 1 <= len(claims["sub"]) <= 255 or "\0" in claims["sub"]:
            raise ProviderRefused("the subject is no name")

    def _key_of(self, kid: object) -> dict[str, Any]:
        found = self._chosen(kid)
        if found is None:
            # The provider may have changed its keys since.
            self._keys = self._fetch_keys()
            found = self._chosen(kid)
        if found is None:
            raise ProviderRefused("no key of the provider signed this")
        return found

    def _chosen(self, kid: object) -> dict[str, Any] | None:
        usable = [key for key in self._keys if key.get("use", "sig") == "sig"]
        if kid is None:
            return usable[0] if len(usable) == 1 else None
        return next((key for key in usable if key.get("kid") == kid), None)

    def _fetch_keys(self) -> list[dict[str, Any]]:
        keys = self._ask("GET", self._endpoint("jwks_uri")).get("keys")
        if not isinstance(keys, list):
            raise ProviderDown("the provider has no list of keys")
        return [key for key in keys if isinstance(key, dict)]

    def _endpoint(self, name: str) -> str:
        address = self._known().get(name)
        if not isinstance(address, str) or not _is_safe(address):
            raise ProviderDown(f"the provider names no safe {name}")
        return address

    def _known(self) -> dict[str, Any]:
        with self._lock:
            now = monotonic()
            if now < self._metadata_until:
                return self._metadata
            # Who waits while it is down would only pile up behind the lock.
            if now < self._down_until:
                raise ProviderDown("the provider did not answer a moment ago")
            try:
                self._metadata = self._discover()
            except ProviderDown:
                self._down_until = monotonic() + _PAUSE_S
                raise
            self._metadata_until = now + _METADATA_S
            return self._metadata

    def _discover(self) -> dict[str, Any]:
        issuer = self.registration.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._ask("GET", address)
        if found.get("issuer") != issuer:
            raise ProviderDown("another issuer answers at the address of this one")
        return found

    def _ask(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        if not self._calls.acquire(blocking=False):
            raise ProviderDown("too many wait for the provider")
        try:
            with (
                httpx.Client(timeout=_TIMEOUT_S) as client,
                client.stream(method, address, **sent) as answer,
            ):
                body = _read(answer)
        except httpx.HTTPError as error:
            raise ProviderDown(f"no answer: {type(error).__name__}") from None
        finally:
            self._calls.release()
        if method == "POST" and 400 <= answer.status_code < 500:
            raise ProviderRefused(f"the provider answers {answer.status_code}")
        if answer.status_code != 200:
            raise ProviderDown(f"the provider answers {answer.status_code}")
        return _parsed(body)


def _read(answer: httpx.Response) -> bytes:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) > _MOST_BYTES:
            raise ProviderDown("the provider's answer has no end")
    return body


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderDown("the provider's answer is no JSON object")
    return found


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    on_this_machine = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or on_this_machine)
