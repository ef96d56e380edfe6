"""Passwords and tokens: made here, stored only as hashes.

A password is slow to try (Argon2id). A token is 256 random bits, so that one round of
SHA-256 is enough and costs nothing per request.
"""

import secrets
from functools import lru_cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TOKEN_BYTES = 32
# No 0/O or 1/l/I: passwords are read out over the telephone.
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PASSWORD_LENGTH = 14
# RFC 9106, second recommended option with less memory: 64 logins at once must fit.
HASHER = PasswordHasher(time_cost=3, memory_cost=32_768, parallelism=1)


def new_token() -> str:
    """Return a fresh token of 256 bits, safe in a header or cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """Return what is stored of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_password() -> str:
    """Return a fresh password of about 81 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_PASSWORD_LENGTH))


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its salt and parameters."""
    return HASHER.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Return whether a password fits; an unknown login takes as long as a known one."""
    try:
        fits = HASHER.verify(stored or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


@lru_cache(1)
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_urlsafe())
