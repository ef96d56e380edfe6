"""Limits on wrong tries, counted in the database: a restart forgives none.

Tries are counted per login and address, so that nobody can lock out somebody else from
afar, per address, so that one machine cannot walk through all logins, and per person
for what is asked of somebody whose password was right.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from api.errors import TooManyTries
from geo.db.door import as_nobody
from geo.db.engine import Database
from geo.db.store import access

WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 5
TRIES_PER_ADDRESS = 50
TRIES_PER_PERSON = 5


@dataclass(frozen=True)
class Tried:
    """What is counted: at most `most` wrong ones in a quarter of an hour."""

    what: str
    whose: tuple[str, ...]
    most: int

    @property
    def key(self) -> bytes:
        """What the database keeps of it: neither login nor address can be read."""
        return sha256("\0".join((self.what, *self.whose)).encode("utf-8")).digest()


def of_login(login: str, address: str) -> tuple[Tried, ...]:
    """Return what a try to sign in counts against."""
    return (
        Tried("login", (login, address), TRIES_PER_LOGIN),
        Tried("address", (address,), TRIES_PER_ADDRESS),
    )


def of_person(what: str, person_id: object) -> tuple[Tried, ...]:
    """Return what a code or password of somebody known counts against."""
    return (Tried(what, (str(person_id),), TRIES_PER_PERSON),)


def of_state(state: str) -> tuple[Tried, ...]:
    """Return what coming back from a provider counts against: each state once."""
    return (Tried("state", (state,), 1),)


def take(database: Database, tried: tuple[Tried, ...], now: datetime) -> None:
    """Count a try that is never given back.

    Raises
    ------
    TooManyTries
        If there were too many.
    """
    with as_nobody(database, read_only=False) as session:
        for each in tried:
            next_at = access.take_try(session, each.key, each.most, WINDOW)
            if next_at is not None:
                break
    if next_at is not None:
        raise TooManyTries(max(1, int((next_at - now).total_seconds()) + 1))


@contextmanager
def counted(
    database: Database, tried: tuple[Tried, ...], now: datetime
) -> Iterator[None]:
    """Count a try before what is tried in the block; a right one is not counted.

    Counting first and giving back afterwards leaves no gap between the check and the
    count through which parallel guesses could slip.

    Raises
    ------
    TooManyTries
        If there were too many wrong ones.
    """
    take(database, tried, now)
    yield
    with as_nobody(database, read_only=False) as session:
        for each in tried:
            access.give_back_try(session, each.key)
