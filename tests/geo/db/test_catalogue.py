"""The rules of growth and of who may see a row, asked of the catalogue itself.

Each rule is a query for what breaks it; each is also tried on a table that does.
"""

from datetime import date

import pytest
from sqlalchemy import text

from geo.db import cluster as clusters
from geo.db import migrate
from geo.db.engine import engine_of

# Tables of ours: not PostGIS's, not alembic's; counties is the shared one, and tries
# to sign in are made before it is known in which county.
OURS = """
    WITH ours AS (
        SELECT c.* FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND c.relname NOT IN ('alembic_version', 'counties', 'login_tries')
          AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.objid = c.oid AND d.deptype = 'e')
    )
"""
SERVING = "('xunge_app', 'xunge_ingest', 'xunge_jobs')"

RULES = {
    "county_id is there and never empty": """
        SELECT relname FROM ours o WHERE NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = o.oid
            AND a.attname = 'county_id' AND a.attnotnull)""",
    "the primary key begins with county_id": """
        SELECT relname FROM ours o WHERE NOT EXISTS (
            SELECT FROM pg_index i JOIN pg_attribute a
                ON a.attrelid = o.oid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = o.oid AND i.indisprimary AND a.attname = 'county_id')""",
    "what is unique is unique inside a county": """
        SELECT i.indexrelid::regclass::text FROM ours o
        JOIN pg_index i ON i.indrelid = o.oid
        WHERE (i.indisunique OR i.indisexclusion) AND NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = o.oid
            AND a.attname = 'county_id' AND a.attnum = ANY (i.indkey))""",
    "a foreign key pairs the county": """
        SELECT k.conname FROM ours o JOIN pg_constraint k
            ON k.conrelid = o.oid AND k.contype = 'f'
        WHERE NOT EXISTS (
            SELECT FROM unnest(k.conkey, k.confkey) pair (here, there)
            JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = here
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = there
            WHERE a.attname = 'county_id' AND (b.attname = 'county_id'
                OR k.confrelid = 'counties'::regclass))""",
    "a foreign key never empties a column": """
        SELECT k.conname FROM ours o JOIN pg_constraint k ON k.conrelid = o.oid
        WHERE k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('n', 'd', 'c')""",
    "no number is counted by the database": """
        SELECT o.relname FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid
        LEFT JOIN pg_attrdef f ON f.adrelid = o.oid AND f.adnum = a.attnum
        WHERE a.attidentity <> '' OR pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval%'""",
    "no table has a trigger": """
        SELECT t.tgname FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid
        WHERE NOT t.tgisinternal""",
    "a table is cut into ranges or not at all": """
        SELECT relname FROM ours o JOIN pg_partitioned_table p ON p.partrelid = o.oid
        WHERE partstrat <> 'r'""",
    "row-level security is on and binds the owner": """
        SELECT relname FROM ours WHERE NOT relispartition
        AND NOT (relrowsecurity AND relforcerowsecurity)""",
    "requests are bound to their county": """
        SELECT relname FROM ours o WHERE NOT relispartition AND NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = o.oid AND NOT p.polpermissive
            AND 'xunge_app'::regrole = ANY (p.polroles) AND p.polcmd = '*'
            AND pg_get_expr(p.polqual, o.oid) LIKE '%xunge.county%')""",
    "jobs are bound to their county": """
        SELECT o.relname || ' ' || p.polname FROM ours o
        JOIN pg_policy p ON p.polrelid = o.oid
        WHERE 'xunge_jobs'::regrole = ANY (p.polroles)
        AND (pg_get_expr(p.polqual, o.oid) NOT LIKE '%county_id = %xunge.county%'
            OR pg_get_expr(p.polwithcheck, o.oid) NOT LIKE
                '%county_id = %xunge.county%')""",
    "a policy reads the row and one setting": """
        SELECT o.relname || ' ' || p.polname FROM ours o
        JOIN pg_policy p ON p.polrelid = o.oid,
        LATERAL (VALUES (pg_get_expr(p.polqual, o.oid)),
                        (pg_get_expr(p.polwithcheck, o.oid))) rules (rule)
        WHERE rule ILIKE '%select%' OR rule LIKE '%xunge.%xunge.%'
            AND NOT rule LIKE '%code <@%scope <@%'""",
    # Of policies that are joined by OR, PostgreSQL asks the last name first, and
    # nearly every row that is read lies in the reader's area.
    "the area is asked before the person": """
        SELECT o.relname || ' ' || area.polname FROM ours o
        JOIN pg_policy area ON area.polrelid = o.oid
        JOIN pg_policy self ON self.polrelid = o.oid
        WHERE area.polpermissive AND self.polpermissive
        AND area.polcmd IN ('r', '*') AND self.polcmd IN ('r', '*')
        AND pg_get_expr(area.polqual, o.oid) LIKE '%xunge.scope%'
        AND pg_get_expr(self.polqual, o.oid) LIKE '%xunge.person%'
        AND area.polname < self.polname""",
    "everybody's policy is nobody's": """
        SELECT o.relname || ' ' || p.polname FROM ours o
        JOIN pg_policy p ON p.polrelid = o.oid WHERE 0 = ANY (p.polroles)""",
    "a partition is reached through its parent only": """
        SELECT DISTINCT o.relname FROM ours o, aclexplode(o.relacl) g
        WHERE o.relispartition AND g.grantee <> o.relowner
        UNION SELECT o.relname FROM ours o
        JOIN pg_attribute a ON a.attrelid = o.oid
        WHERE o.relispartition AND a.attacl IS NOT NULL""",
    "serving roles own nothing": f"""
        SELECT relname FROM pg_class JOIN pg_roles r ON r.oid = relowner
        WHERE rolname IN {SERVING}""",
    "no right is everybody's": """
        SELECT o.relname FROM ours o, aclexplode(o.relacl) g WHERE g.grantee = 0
        UNION SELECT o.relname FROM ours o
        JOIN pg_attribute a ON a.attrelid = o.oid, aclexplode(a.attacl) g
        WHERE g.grantee = 0""",
    "a view asks with the reader's rights": """
        SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.objid = c.oid AND d.deptype = 'e')
        AND (relkind = 'm' OR relkind = 'v'
            AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))""",
    # Not set_config: it does not reach the shards of a distributed database.
    "no function says who asks": """
        SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.objid = p.oid AND d.deptype = 'e')
        AND prosrc ~* '(set_config *\\(|set +(local +)?xunge[.])'""",
    "a function with its owner's rights is closed and has a fixed path": """
        SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.objid = p.oid AND d.deptype = 'e')
        AND prosecdef AND (NOT coalesce(array_to_string(proconfig, ',')
                LIKE '%search_path=pg_catalog, public, pg_temp%', false)
            OR proacl IS NULL
            OR EXISTS (SELECT FROM aclexplode(proacl) g WHERE g.grantee = 0))""",
}

BROKEN = {
    "county_id is there and never empty": ["CREATE TABLE bad (id uuid PRIMARY KEY)"],
    "the primary key begins with county_id": [
        "CREATE TABLE bad (county_id uuid, id uuid, PRIMARY KEY (id, county_id))"
    ],
    "what is unique is unique inside a county": [
        "CREATE UNIQUE INDEX bad ON people (phone)"
    ],
    "a foreign key pairs the county": [
        "CREATE TABLE target (id uuid PRIMARY KEY)",
        "CREATE TABLE bad (county_id uuid NOT NULL, id uuid REFERENCES target)",
    ],
    "a foreign key never empties a column": [
        "ALTER TABLE cases ADD FOREIGN KEY (county_id, handler_id) "
        "REFERENCES people (county_id, id) ON DELETE SET NULL"
    ],
    "no number is counted by the database": ["CREATE TABLE bad (n serial)"],
    "no table has a trigger": [
        "CREATE TRIGGER bad BEFORE INSERT ON people FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ],
    "a table is cut into ranges or not at all": [
        "CREATE TABLE bad (county_id uuid NOT NULL) PARTITION BY LIST (county_id)"
    ],
    "row-level security is on and binds the owner": [
        "ALTER TABLE people NO FORCE ROW LEVEL SECURITY"
    ],
    "requests are bound to their county": ["DROP POLICY county_app ON people"],
    "jobs are bound to their county": [
        "CREATE POLICY bad ON people TO xunge_jobs USING (code > 0)"
    ],
    "a policy reads the row and one setting": [
        "CREATE POLICY bad ON people FOR SELECT TO xunge_app "
        "USING (EXISTS (SELECT FROM accounts a WHERE a.person_id = people.id))"
    ],
    "the area is asked before the person": [
        "ALTER POLICY within_app ON people RENAME TO area_app"
    ],
    "everybody's policy is nobody's": ["CREATE POLICY bad ON people USING (true)"],
    "a partition is reached through its parent only": [
        "CREATE TABLE bad (county_id uuid NOT NULL) PARTITION BY LIST (county_id)",
        "CREATE TABLE bad_rest PARTITION OF bad DEFAULT",
        "GRANT SELECT ON bad_rest TO xunge_app",
    ],
    "serving roles own nothing": [
        "GRANT CREATE ON SCHEMA public TO xunge_app",
        "CREATE TABLE bad ()",
        "ALTER TABLE bad OWNER TO xunge_app",
    ],
    "no right is everybody's": ["GRANT SELECT ON people TO PUBLIC"],
    "a view asks with the reader's rights": ["CREATE VIEW bad AS TABLE people"],
    "no function says who asks": [
        "CREATE FUNCTION bad() RETURNS text LANGUAGE sql AS "
        "$$SELECT set_config('xunge.scope', '{[0,9)}', true)$$"
    ],
    "a function with its owner's rights is closed and has a fixed path": [
        "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    ],
}


def offenders(connection, rule: str) -> list[str]:
    return sorted(connection.scalars(text(OURS + RULES[rule])))


@pytest.fixture(scope="module")
def admin(cluster, fresh_database):
    """A connection of the superuser to an empty migrated database with partitions."""
    engine = engine_of(cluster.admin_url(fresh_database.app.url.database))
    with engine.begin() as connection:
        for table in ("journal", "day_tracks"):
            connection.execute(
                text("SELECT make_day_partitions(:table, :first, :last)"),
                {"table": table, "first": date(2026, 5, 1), "last": date(2026, 5, 3)},
            )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("rule", RULES)
def test_nothing_breaks_the_rule_that(admin, rule):
    assert offenders(admin, rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_it_is_noticed_when_something_breaks_the_rule_that(admin, rule):
    admin.rollback()
    for statement in BROKEN[rule]:
        admin.execute(text(statement))
    found = offenders(admin, rule)
    admin.rollback()
    assert found


def test_tries_to_sign_in_are_out_of_everybodys_reach(admin):
    rights = admin.scalars(
        text(
            "SELECT grantee FROM information_schema.role_table_grants "
            "WHERE table_name = 'login_tries' AND grantee <> 'xunge_owner'"
        )
    ).all()
    bound = admin.scalar(
        text(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE oid = 'login_tries'::regclass"
        )
    )
    assert (rights, bound) == ([], True)


def test_serving_roles_are_ordinary(admin):
    rows = admin.execute(
        text(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'xunge_%' "
            "AND rolname <> 'xunge_admin' AND (rolsuper OR rolbypassrls "
            "OR rolcreaterole OR rolcreatedb OR rolreplication)"
        )
    ).all()
    assert rows == []


def test_only_the_service_may_log_in(admin):
    rows = admin.scalars(
        text(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'xunge_%' AND rolcanlogin"
        )
    )
    assert set(rows) == {"xunge_admin", "xunge_service", *clusters.LOGINS.values()}


@pytest.mark.parametrize(
    "table", ["case_events", "audit_log", "audit_heads", "counties", "sessions"]
)
def test_no_serving_role_may_delete_from(admin, table):
    rights = admin.scalars(
        text(
            f"SELECT grantee FROM information_schema.role_table_grants "
            f"WHERE table_name = :table AND grantee IN {SERVING} "
            "AND privilege_type IN ('DELETE', 'TRUNCATE')"
        ),
        {"table": table},
    )
    assert rights.all() == []


def test_the_models_are_the_tables(cluster, fresh_database, capfd):
    migrate.check(cluster.admin_url(fresh_database.app.url.database))
    assert "spatial_ref_sys" not in capfd.readouterr().out
