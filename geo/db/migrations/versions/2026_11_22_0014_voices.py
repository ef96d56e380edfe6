"""Spoken reports beside the photos of a case."""

from geo.db.migrations.guard import begin, drop, grant, guard, run

revision = "0014_voices"
down_revision = "0012_keeping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0014_voices.sql")
    guard("case_voices", area=True, participants=True)
    history = "SELECT, INSERT, UPDATE (participants)"
    grant("case_voices", app=history, jobs=f"{history}, DELETE")


def downgrade() -> None:
    begin()
    drop("case_voices")
