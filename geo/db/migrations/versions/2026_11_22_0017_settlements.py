"""Units of a plan tell the settlement that they were cut from.

Plans that are there already do not know it: each of their units counts as its own.
"""

from alembic import op

from geo.db.migrations.guard import begin

revision = "0017_settlements"
down_revision = "0016_subjects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    op.execute("ALTER TABLE plan_units ADD COLUMN settlement text")


def downgrade() -> None:
    begin()
    op.execute("ALTER TABLE plan_units DROP COLUMN settlement")
