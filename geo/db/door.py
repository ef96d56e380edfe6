"""The only way to a transaction: who asks is set before the first query.

Row policies read three settings, each made by a real ``SET LOCAL`` statement of its
own (``set_config`` does not reach the shards of a distributed database): the areas,
the person and the county. They end with the transaction; a transaction that was begun
in any other way sees no row, also on a connection that was used before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, false, or_, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.db.engine import Database

Scope = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Viewer:
    """Who asks, and how far they may see.

    Attributes
    ----------
    county_id : UUID
    person_id : UUID or None
        Rows about this person are seen wherever they lie.
    scope : tuple of (int, int)
        Areas: half-open ranges of padded codes, see `geo.codes.range_of`. Empty for
        somebody who sees only what is their own.
    """

    county_id: UUID
    person_id: UUID | None
    scope: Scope


@contextmanager
def as_viewer(
    database: Database, viewer: Viewer, *, read_only: bool = False
) -> Iterator[Session]:
    """Open a transaction that sees what `viewer` may see, and commit it at the end.

    Parameters
    ----------
    database : Database
    viewer : Viewer
    read_only : bool, default False
        The database refuses every write. For requests that only read.

    Yields
    ------
    Session
        Flush it; never commit it. An error rolls everything back.
    """
    with _transaction(database.app) as session:
        if read_only:
            session.execute(text("SET TRANSACTION READ ONLY"))
        _set(session, "county", str(viewer.county_id))
        _set(session, "person", str(viewer.person_id or ""))
        _set(session, "scope", multirange(viewer.scope))
        yield session


@contextmanager
def as_job(database: Database, county_id: UUID) -> Iterator[Session]:
    """Open a transaction for periodic or loading work in one county."""
    with _transaction(database.jobs) as session:
        _set(session, "county", str(county_id))
        yield session


@contextmanager
def as_ingest(database: Database) -> Iterator[Session]:
    """Open a transaction that may only add what devices send."""
    with _transaction(database.ingest) as session:
        yield session


@contextmanager
def as_nobody(database: Database, *, read_only: bool = True) -> Iterator[Session]:
    """Open a transaction before it is known who asks: only the look-ups answer.

    Not read-only, it may also count a try to sign in.
    """
    with _transaction(database.app) as session:
        if read_only:
            session.execute(text("SET TRANSACTION READ ONLY"))
        yield session


def multirange(scope: Scope) -> str:
    """Return areas as the text of a PostgreSQL ``int8multirange``.

    Examples
    --------
    >>> multirange(((410325000000000, 410326000000000),))
    '{[410325000000000,410326000000000)}'
    """
    return "{" + ",".join(f"[{low:d},{high:d})" for low, high in scope) + "}"


def within(
    code: ColumnElement[int] | InstrumentedAttribute[int], scope: Scope
) -> ColumnElement[bool]:
    """Return the condition that a row's code lies in an area of `scope`.

    The row policies ask the same, but only a plain comparison can use the index on
    (county_id, code): every query of a request writes it beside them.
    """
    areas = [and_(code >= low, code < high) for low, high in scope]
    return or_(*areas) if areas else false()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def _set(session: Session, name: str, value: str) -> None:
    session.execute(text(f"SET LOCAL xunge.{name} = :value"), {"value": value})
