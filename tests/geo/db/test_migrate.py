"""Tables go up, down and up again, and keep the data of what stays."""

from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from geo.codes import padded
from geo.db import cluster as clusters
from geo.db import migrate
from geo.db.engine import engine_of
from geo.errors import DatabaseTrouble

REVISIONS = [
    script.revision
    for script in ScriptDirectory.from_config(
        migrate.config_for("postgresql://")
    ).walk_revisions()
][::-1]


@pytest.fixture
def empty(cluster):
    """A new database without any table: its address."""
    name = f"empty_{uuid4().hex}"
    admin = engine_of(cluster.admin_url("postgres"))
    with admin.connect() as connection:
        live = connection.execution_options(isolation_level="AUTOCOMMIT")
        clusters.make_database(live, name)
        yield cluster.admin_url(name)
        live.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def ask(empty):
    """Run a statement in the empty database as its superuser; return the rows."""
    engine = engine_of(empty)

    def ask(statement, **values):
        with engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.all() if result.returns_rows else []

    yield ask
    engine.dispose()


def fill(ask):
    """A county with a region, a settlement and a plan, in the tables of 0002."""
    keys = {"county": uuid4(), "id": uuid4(), "code": padded("410325105200")}
    ask(
        "INSERT INTO counties VALUES (:county, :code, '试县', 4546)",
        county=keys["county"],
        code=padded("410325"),
    )
    square = "SRID=4326;MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)))"
    ask(
        "INSERT INTO regions VALUES (:county, :id, :code, 'village', '试村', null, "
        f"null, 100, 30, '[2026-01-01,)', '{square}')",
        **keys,
    )
    ask(
        "INSERT INTO plans VALUES (:county, :id, :code, '试', 'draft', 3, 0, '{}', "
        "'hash', '{}', now(), null, null, null)",
        **keys,
    )


# Without the columns that later migrations add.
CONTENT = """
    SELECT (SELECT json_agg(c) FROM counties c)::text,
           (SELECT jsonb_agg(to_jsonb(r) - '{tile_full,tile_mid,tile_low}'::text[])
            FROM regions r)::text,
           (SELECT jsonb_agg(to_jsonb(p) - '{version,settled_version}'::text[])
            FROM plans p)::text
"""


def test_data_survives_up_and_down_and_up(empty, ask):
    migrate.upgrade(empty, "0002_territory")
    fill(ask)
    before = ask(CONTENT)
    for revision in REVISIONS[2:]:
        migrate.upgrade(empty, revision)
    assert ask(CONTENT) == before
    for revision in REVISIONS[1:-1][::-1]:
        migrate.downgrade(empty, revision)
    assert ask(CONTENT) == before
    migrate.upgrade(empty)
    assert ask(CONTENT) == before


def test_every_step_down_leaves_the_tables_of_the_step_below(empty, ask):
    tables = "SELECT relname FROM pg_class WHERE relnamespace = "
    tables += "'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname"
    policies = "SELECT tablename, policyname FROM pg_policies ORDER BY 1, 2"
    functions = "SELECT proname FROM pg_proc WHERE proowner = "
    functions += "'xunge_owner'::regrole ORDER BY proname"
    rights = "SELECT relname, relacl::text FROM pg_class WHERE relowner = "
    rights += "'xunge_owner'::regrole ORDER BY 1"
    seen = []
    for revision in REVISIONS:
        migrate.upgrade(empty, revision)
        seen.append([ask(query) for query in (tables, policies, functions, rights)])
    for revision, expected in list(zip(REVISIONS, seen, strict=True))[-2::-1]:
        migrate.downgrade(empty, revision)
        found = [ask(query) for query in (tables, policies, functions, rights)]
        assert found == expected, revision


def test_nothing_of_ours_is_left_at_the_base(empty, ask):
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")
    owned = ask("SELECT relname FROM pg_class WHERE relowner = 'xunge_owner'::regrole")
    names = {name for (name,) in owned}
    assert names <= {"alembic_version", "alembic_version_pkc"}


def test_migrating_twice_changes_nothing(empty, ask):
    migrate.upgrade(empty)
    migrate.upgrade(empty)
    assert ask("SELECT version_num FROM alembic_version") == [(migrate.head(),)]


def test_a_change_of_data_that_policies_would_hide_fails(empty, ask):
    """The trap of FORCE: as the owner an UPDATE would touch no row and say nothing."""
    migrate.upgrade(empty)
    fill(ask)
    with pytest.raises(ProgrammingError, match="row-level security policy"):
        ask("SET LOCAL row_security = off; SET LOCAL ROLE xunge_owner; "
            "UPDATE plans SET name = 'x'")  # fmt: skip


def test_a_login_without_rights_is_told_so_in_one_line(empty, ask):
    name = f"poor_{uuid4().hex}"
    ask(f"CREATE ROLE {name} LOGIN")
    url = empty.replace(clusters.ADMIN, name)
    with pytest.raises(DatabaseTrouble, match="may not install PostGIS") as caught:
        migrate.upgrade(url)
    assert "\n" not in str(caught.value)
    ask("CREATE EXTENSION postgis")
    with pytest.raises(DatabaseTrouble, match="give it CREATEROLE"):
        migrate.upgrade(url)
    ask(f"ALTER ROLE {name} CREATEROLE")
    with pytest.raises(DatabaseTrouble, match="make it the owner"):
        migrate.upgrade(url)
    ask(f"DROP ROLE {name}")


def test_an_ordinary_owner_of_a_database_can_migrate_it(empty, ask):
    name = f"owner_{uuid4().hex}"
    ask(f"CREATE ROLE {name} LOGIN CREATEROLE")
    database = empty.split("/")[3].split("?")[0]
    ask(f'ALTER DATABASE "{database}" OWNER TO {name}')
    ask(f"GRANT CREATE ON SCHEMA public TO {name}")
    ask("CREATE EXTENSION postgis")
    migrate.upgrade(empty.replace(clusters.ADMIN, name))
    assert ask("SELECT version_num FROM alembic_version") == [(migrate.head(),)]


def test_no_server_is_one_line():
    with pytest.raises(DatabaseTrouble, match="cannot migrate") as caught:
        migrate.upgrade("postgresql://nobody@/none?host=/nowhere")
    assert "\n" not in str(caught.value)
