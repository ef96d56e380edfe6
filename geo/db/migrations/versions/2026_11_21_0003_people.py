"""People, their accounts, duties, groups, calendar, checkpoints and devices."""

from alembic import op

from geo.db.migrations.guard import (
    AREA,
    PERSON,
    begin,
    drop,
    grant,
    guard,
    owner_may,
    run,
    unforced,
)

revision = "0003_people"
down_revision = "0002_territory"
branch_labels = None
depends_on = None

# Seen in an area, and by the person whom the row is about.
_ABOUT_A_PERSON = (
    "assignments",
    "stand_ins",
    "patrol_group_members",
    "calendar_entries",
    "device_bindings",
)
_READ_BY_LOOKUPS = (
    "region_lineage",
    "people",
    "accounts",
    "sessions",
    "devices",
    "device_bindings",
)
# Nobody hands out an area that is wider than their own.
_WITHIN_OWN = (
    f"{AREA} AND scope <@ nullif(current_setting('xunge.scope', true), '')"
    "::int8multirange"
)


def upgrade() -> None:
    begin()
    run("0003_people.sql")
    run("0003_lookups.sql")
    guard("people", area=True, person="id")
    for table in _ABOUT_A_PERSON:
        guard(table, area=True, person="person_id")
    for table in ("patrol_groups", "checkpoints", "devices"):
        guard(table, area=True)
    _guard_accounts()
    for table in _READ_BY_LOOKUPS:
        owner_may(table)
    _grant_rights()
    with unforced("plans", "people"):
        op.execute(
            "ALTER TABLE plans ADD CONSTRAINT fk_plans_county_id_made_by "
            "FOREIGN KEY (county_id, made_by) REFERENCES people (county_id, id)"
        )


def _guard_accounts() -> None:
    guard("accounts", area=True, person="person_id")
    op.execute(f"ALTER POLICY area_app ON accounts WITH CHECK ({_WITHIN_OWN})")
    # A session is its person's alone, to begin and to end.
    guard("sessions", person="person_id")
    own = f"person_id = {PERSON}"
    op.execute(
        "CREATE POLICY begin_app ON sessions FOR INSERT TO xunge_app "
        f"WITH CHECK ({own})"
    )
    op.execute(
        "CREATE POLICY end_app ON sessions FOR UPDATE TO xunge_app "
        f"USING ({own}) WITH CHECK ({own})"
    )


def _grant_rights() -> None:
    change = "SELECT, INSERT, UPDATE"
    for table in ("people", "patrol_groups", "calendar_entries"):
        grant(table, app=change, jobs=change)
    for table in ("assignments", "stand_ins", "patrol_group_members", "checkpoints"):
        # Who was on duty where is what a verdict was judged by: it can only end.
        ending = "SELECT, INSERT, UPDATE (valid)"
        grant(table, app=ending, jobs=ending)
    grant(
        "accounts",
        # The hash is read by account_lookup alone.
        app="SELECT (county_id, person_id, login, role, scope, code, disabled_at), "
        "INSERT, UPDATE (login, password_hash, role, scope, code, disabled_at)",
        jobs=change,
    )
    grant("sessions", app="SELECT, INSERT, UPDATE (revoked_at)")
    grant("devices", app="SELECT, INSERT, UPDATE (label, app, code, revoked_at)")
    grant("devices", jobs="SELECT, INSERT")
    binding = "SELECT, INSERT, UPDATE (during)"
    grant("device_bindings", app=binding, jobs=binding)


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE plans DROP CONSTRAINT fk_plans_county_id_made_by")
    op.execute("DROP FUNCTION device_lookup(bytea)")
    op.execute("DROP FUNCTION session_lookup(bytea)")
    op.execute("DROP FUNCTION account_lookup(text)")
    op.execute("DROP FUNCTION with_predecessors(uuid, int8multirange)")
    op.execute("DROP POLICY owner_select ON region_lineage")
    drop("device_bindings", "devices", "checkpoints", "calendar_entries")
    drop("patrol_group_members", "patrol_groups", "stand_ins", "assignments")
    drop("sessions", "accounts", "people")
