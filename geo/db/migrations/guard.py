"""Row policies and grants, as every migration sets them.

Kinds of policy for requests (role ``xunge_app``), each reading only the row and one
setting, so that they also hold on the shards of a distributed database:

========== =========================================================================
county     restrictive, on every tenant table: the row is of the viewer's county
area       the row's ``code`` lies in one of the viewer's areas
self       the row is about the viewer
participant the viewer is one of the row's ``participants``
========== =========================================================================

Jobs see the one county that their transaction named. A setting that was never made is
NULL, one that ended with its transaction is the empty text: both see no row.

A migration is history: what it did must not change when this file does. A change of
rules is therefore a new function here and a new migration that calls it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import op

COUNTY = "county_id = nullif(current_setting('xunge.county', true), '')::uuid"
AREA = "code <@ nullif(current_setting('xunge.scope', true), '')::int8multirange"
PERSON = "nullif(current_setting('xunge.person', true), '')::uuid"
PARTICIPANT = f"{PERSON} = ANY (participants)"

_FROZEN = Path(__file__).parent / "sql"


def begin() -> None:
    """Work as the owner of the tables, and rather fail than wait behind a request."""
    op.execute("SET LOCAL ROLE xunge_owner")
    op.execute("SET LOCAL lock_timeout = '4s'")


def run(name: str) -> None:
    """Run a frozen file of ``migrations/sql``; it belongs to one migration."""
    text = (_FROZEN / name).read_text(encoding="utf-8")
    # Past SQLAlchemy's parser: a colon in SQL is no parameter; nor is a percent sign.
    op.get_bind().exec_driver_sql(text.replace("%", "%%"))


def guard(
    table: str, *, area: bool = False, person: str = "", participants: bool = False
) -> None:
    """Put a tenant table behind row-level security, for its owner too.

    Parameters
    ----------
    table : str
        Has ``county_id``, and for an area a ``code``.
    area : bool
        Requests see and write the rows inside their areas.
    person : str
        Column of the person whose own rows may be read wherever they lie.
    participants : bool
        Requests see and write the rows that name the viewer as a participant.

    Notes
    -----
    With none of the three a request sees all rows of its county.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _policy("county_jobs", table, "FOR ALL TO xunge_jobs", COUNTY)
    _policy("county_app", table, "AS RESTRICTIVE FOR ALL TO xunge_app", COUNTY)
    if area:
        _policy("area_app", table, "FOR ALL TO xunge_app", AREA)
    if participants:
        _policy("participant_app", table, "FOR ALL TO xunge_app", PARTICIPANT)
    if person:
        own = f"{person} = {PERSON}"
        _policy("self_app", table, "FOR SELECT TO xunge_app", own)
    if not (area or participants or person):
        _policy("all_app", table, "FOR ALL TO xunge_app", COUNTY)


def ask_area_first(*tables: str) -> None:
    """Let the area be asked before the person, on tables where either will do.

    PostgreSQL joins such policies by OR and asks the last name first. Most rows that
    a request reads lie in its area, and then the person need not be compared.
    """
    for table in tables:
        op.execute(f"ALTER POLICY area_app ON {table} RENAME TO within_app")


def ask_area_last(*tables: str) -> None:
    """Undo `ask_area_first`."""
    for table in tables:
        op.execute(f"ALTER POLICY within_app ON {table} RENAME TO area_app")


def owner_may(table: str, action: str = "SELECT") -> None:
    """Let the owner's fixed functions past the policies of a table.

    A SECURITY DEFINER function runs as the owner, and FORCE binds the owner too.
    """
    if action == "INSERT":
        op.execute(
            f"CREATE POLICY owner_insert ON {table} FOR INSERT TO xunge_owner "
            "WITH CHECK (true)"
        )
        return
    op.execute(
        f"CREATE POLICY owner_{action.lower()} ON {table} FOR {action} "
        "TO xunge_owner USING (true)"
    )


def grant(table: str, *, app: str = "", jobs: str = "", ingest: str = "") -> None:
    """Grant rights on a table; on partitioned ones always on the parent alone."""
    for role, rights in (("app", app), ("jobs", jobs), ("ingest", ingest)):
        if rights:
            op.execute(f"GRANT {rights} ON {table} TO xunge_{role}")


def drop(*tables: str) -> None:
    """Drop tables, the dependent ones first; their policies go with them."""
    for table in tables:
        op.execute(f"DROP TABLE {table}")


@contextmanager
def unforced(*tables: str) -> Iterator[None]:
    """Let the owner see all rows for a moment: to fill a column, to add a key."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _policy(name: str, table: str, whom: str, rule: str) -> None:
    check = "" if "FOR SELECT" in whom else f" WITH CHECK ({rule})"
    op.execute(f"CREATE POLICY {name} ON {table} {whom} USING ({rule}){check}")
