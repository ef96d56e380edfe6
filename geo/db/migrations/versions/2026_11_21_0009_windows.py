"""What sheets read of a verdict, in a column of its own."""

from alembic import op

from geo.db.migrations.guard import begin, run

revision = "0009_windows"
down_revision = "0008_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0009_windows.sql")


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE verdicts DROP COLUMN windows")
    op.execute("DROP FUNCTION verdict_windows(json)")
