"""The ways of rounds, so that a copy is recognised for a month."""

from geo.db.migrations.guard import begin, drop, grant, guard, run

revision = "0010_digests"
down_revision = "0009_windows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0010_digests.sql")
    guard("round_digests")
    grant("round_digests", jobs="SELECT, INSERT, DELETE")


def downgrade() -> None:
    begin()
    drop("round_digests")
