"""Jobs that are watched, edits of plans, comments and the answers of villages."""

from alembic import op

from geo.db.migrations.guard import begin, drop, grant, guard, run, unforced

revision = "0013_drafts"
down_revision = "0011_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0013_drafts.sql")
    with unforced("plan_units"):
        op.execute("UPDATE plan_units SET drawn_code = code")
    op.execute("ALTER TABLE plan_units ALTER COLUMN drawn_code SET NOT NULL")
    for table in ("jobs", "plan_edits", "plan_comments", "plan_answers"):
        guard(table, area=True)
    grant("jobs", app="SELECT, INSERT, UPDATE (cancel_asked_at)")
    grant("jobs", jobs="SELECT, UPDATE, DELETE")
    grant("plan_edits", app="SELECT, INSERT", jobs="SELECT, INSERT")
    resolve = "SELECT, INSERT, UPDATE (resolved_at, resolved_by_name)"
    grant("plan_comments", app=resolve, jobs="SELECT")
    grant("plan_answers", app="SELECT, INSERT", jobs="SELECT")


def downgrade() -> None:
    begin()
    drop("plan_answers", "plan_comments", "plan_edits", "jobs")
    for column in ("households", "name", "drawn_code"):
        op.execute(f"ALTER TABLE plan_units DROP COLUMN {column}")
    for column in ("settled_version", "version"):
        op.execute(f"ALTER TABLE plans DROP COLUMN {column}")
