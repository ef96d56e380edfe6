"""Second factors, tries that survive a restart, and what administration may change."""

from alembic import op

from geo.db.migrations.guard import PERSON, begin, drop, grant, guard, owner_may, run

revision = "0011_access"
down_revision = "0010_digests"
branch_labels = None
depends_on = None

_OWN = f"person_id = {PERSON}"
_TRIES = ("SELECT", "INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    begin()
    run("0011_access.sql")
    run("0011_functions.sql")
    for table in ("second_factors", "recovery_codes"):
        _guard_own(table)
    op.execute("ALTER TABLE login_tries ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE login_tries FORCE ROW LEVEL SECURITY")
    for action in _TRIES:
        owner_may("login_tries", action)
    _grant_rights()


def _guard_own(table: str) -> None:
    """Let a second factor be its person's alone, to make, use and throw away."""
    guard(table, person="person_id")
    for name, action in (("begin", "INSERT"), ("change", "UPDATE"), ("end", "DELETE")):
        using = "" if action == "INSERT" else f" USING ({_OWN})"
        check = "" if action == "DELETE" else f" WITH CHECK ({_OWN})"
        op.execute(
            f"CREATE POLICY {name}_app ON {table} FOR {action} TO xunge_app"
            f"{using}{check}"
        )


def _grant_rights() -> None:
    seen = "password_is_initial, sessions_since, second_factor_at"
    grant("accounts", app=f"SELECT ({seen}), UPDATE ({seen})")
    changed = "salt, pending_salt, last_step"
    grant("second_factors", app=f"SELECT, INSERT, UPDATE ({changed}), DELETE")
    grant("recovery_codes", app="SELECT, INSERT, UPDATE (used_at), DELETE")
    grant("case_categories", app="INSERT, UPDATE")
    # Only what has not begun may go: what has, a day may have been judged by.
    grant("calendar_entries", app="DELETE")
    op.execute(
        "CREATE POLICY ahead_app ON calendar_entries AS RESTRICTIVE FOR DELETE "
        "TO xunge_app USING (lower(during) > clock_timestamp())"
    )


def downgrade() -> None:
    begin()
    op.execute("DROP POLICY ahead_app ON calendar_entries")
    op.execute("REVOKE DELETE ON calendar_entries FROM xunge_app")
    op.execute("REVOKE INSERT, UPDATE ON case_categories FROM xunge_app")
    op.execute("DROP FUNCTION take_try(bytea, integer, interval)")
    op.execute("DROP FUNCTION give_back_try(bytea)")
    op.execute(
        "DROP FUNCTION audit_page(timestamptz, timestamptz, uuid, text, text, bigint, "
        "integer)"
    )
    op.execute("DROP FUNCTION account_lookup(text)")
    op.execute("DROP FUNCTION session_lookup(bytea)")
    op.execute("DROP FUNCTION waiting_session_lookup(bytea)")
    run("0011_lookups_before.sql")
    drop("login_tries", "recovery_codes", "second_factors")
    op.execute("ALTER TABLE sessions DROP COLUMN step")
    op.execute(
        "ALTER TABLE accounts DROP COLUMN password_is_initial, "
        "DROP COLUMN sessions_since, DROP COLUMN second_factor_at"
    )
