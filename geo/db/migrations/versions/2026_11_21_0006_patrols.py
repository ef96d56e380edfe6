"""Rules of areas and the verdicts that were made by them, every revision kept."""

from geo.db.migrations.guard import begin, drop, grant, guard, run

revision = "0006_patrols"
down_revision = "0005_tracks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0006_patrols.sql")
    guard("rules")
    guard("verdicts", area=True, person="person_id")
    grant("rules", app="SELECT", jobs="SELECT, INSERT, UPDATE")
    grant("verdicts", app="SELECT", jobs="SELECT, INSERT")


def downgrade() -> None:
    begin()
    drop("verdicts", "rules")
