"""Roles, extensions, counties, and the chained record of who looked at what."""

from alembic import op

from geo.db.migrations.guard import begin, drop, grant, guard, owner_may, run

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As the login: only it may create roles and extensions.
    run("0001_roles.sql")
    begin()
    run("0001_tables.sql")
    run("0001_audit_append.sql")
    guard("audit_heads")
    guard("audit_log")
    for table in ("audit_heads", "audit_log"):
        owner_may(table)
        owner_may(table, "INSERT")
    owner_may("audit_heads", "UPDATE")
    # A small shared table: it holds no row of any tenant, so it has no policy.
    grant("counties", app="SELECT", ingest="SELECT", jobs="SELECT, INSERT, UPDATE")
    grant("audit_log", jobs="SELECT")


def downgrade() -> None:
    # Roles and extensions stay: other databases of the server may use them.
    begin()
    op.execute("DROP FUNCTION audit_append(text, text, jsonb)")
    drop("audit_log", "audit_heads", "counties")
