"""${message}."""

import sqlalchemy as sa
from alembic import op

from geo.db.migrations.guard import begin

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    begin()
    ${downgrades if downgrades else "pass"}
