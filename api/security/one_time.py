"""One-time codes of an authenticator app (TOTP, RFC 6238), and codes for its loss.

The secret of a person is not stored anywhere: it is made from a salt in the database
and the key of this deployment outside it, so who steals one of the two has nothing.
"""

import base64
import hmac
import secrets
from datetime import datetime
from hashlib import sha1, sha256
from urllib.parse import quote
from uuid import UUID

STEP_S = 30
DIGITS = 6
SALT_BYTES = 16
RECOVERY_CODES = 10
# A phone's clock may be a step off; more would only help who guesses.
_DRIFT_STEPS = 1
_SECRET_BYTES = 20
_RECOVERY_BYTES = 10


def new_salt() -> bytes:
    """Return a fresh salt for an enrolment."""
    return secrets.token_bytes(SALT_BYTES)


def secret_of(key: bytes, person_id: UUID, salt: bytes) -> bytes:
    """Return the secret that a person's app and we share."""
    message = b"totp" + person_id.bytes + salt
    return hmac.new(key, message, sha256).digest()[:_SECRET_BYTES]


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a time step.

    Examples
    --------
    The first value of RFC 6238, appendix B, at 59 s; that table shows eight digits.

    >>> code_at(b"12345678901234567890", 59 // STEP_S)
    '287082'
    """
    # SHA-1 is what every authenticator app speaks; as an HMAC it is sound.
    digest = hmac.new(secret, step.to_bytes(8, "big"), sha1).digest()
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the time step, about now, whose code this is; None if it is of none."""
    current = int(now.timestamp()) // STEP_S
    found = None
    for step in range(current - _DRIFT_STEPS, current + _DRIFT_STEPS + 1):
        # All are compared, so that the time taken tells nothing.
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def as_text(secret: bytes) -> str:
    """Return a secret as an app takes it when it is typed."""
    return base64.b32encode(secret).decode()


def link_of(secret: bytes, login: str, issuer: str) -> str:
    """Return the link that an authenticator app opens or scans."""
    label = quote(f"{issuer}:{login}", safe="")
    return (
        f"otpauth://totp/{label}?secret={as_text(secret)}&issuer={quote(issuer)}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )


def new_recovery_codes() -> list[str]:
    """Return fresh codes of 80 bits; only their hashes are kept."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def hash_recovery_code(person_id: UUID, code: str) -> bytes:
    """Return what is stored of a recovery code; hyphens and case do not matter."""
    plain = code.replace("-", "").strip().lower()
    return sha256(b"recovery" + person_id.bytes + plain.encode()).digest()


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
