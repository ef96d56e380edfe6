"""Cases, their append-only history, their photos and their categories."""

from alembic import op

from geo.db.migrations.guard import begin, drop, grant, guard, owner_may, run

revision = "0004_cases"
down_revision = "0003_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0004_cases.sql")
    run("0004_locate.sql")
    # For locate alone.
    for table in ("grid_versions", "regions"):
        owner_may(table)
    guard("case_categories")
    for table in ("cases", "case_events", "case_photos"):
        guard(table, area=True, participants=True)
    grant("case_categories", app="SELECT", jobs="SELECT, INSERT, UPDATE")
    change = "SELECT, INSERT, UPDATE"
    grant("cases", app=change, jobs=change)
    # What happened stays as it was written; only who may read it grows, when a case
    # gets a new handler.
    history = "SELECT, INSERT, UPDATE (participants)"
    for table in ("case_events", "case_photos"):
        grant(table, app=history, jobs=history)


def downgrade() -> None:
    begin()
    op.execute("DROP FUNCTION locate(double precision, double precision, date)")
    for table in ("grid_versions", "regions"):
        op.execute(f"DROP POLICY owner_select ON {table}")
    drop("case_photos", "case_events", "cases", "case_categories")
