"""Journal and day tracks, quarantine, newest positions and the cells of a day."""

from alembic import op

from geo.db.migrations.guard import begin, drop, grant, guard, owner_may, run

revision = "0005_tracks"
down_revision = "0004_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    run("0005_tracks.sql")
    run("0005_functions.sql")
    for table in ("latest_fixes", "journal"):
        guard(table, area=True, person="person_id")
        owner_may(table)
        owner_may(table, "INSERT")
    owner_may("latest_fixes", "UPDATE")
    guard("day_tracks", area=True, person="person_id")
    # The partitions' function looks which days lie in the default partition.
    owner_may("day_tracks")
    guard("quarantined_fixes", area=True)
    owner_may("quarantined_fixes")
    owner_may("quarantined_fixes", "INSERT")
    guard("track_cells", area=True)
    grant("latest_fixes", app="SELECT", jobs="SELECT, UPDATE (merged_seq)")
    grant("journal", app="SELECT", jobs="SELECT")
    grant("quarantined_fixes", app="SELECT", jobs="SELECT")
    grant("day_tracks", app="SELECT", jobs="SELECT, INSERT, UPDATE, DELETE")
    grant("track_cells", app="SELECT", jobs="SELECT, INSERT")


def downgrade() -> None:
    begin()
    op.execute("DROP FUNCTION make_day_partitions(text, date, date)")
    op.execute(
        "DROP FUNCTION ingest_quarantine(bytea, bigint, bigint[], text[], bigint[], "
        "bytea[])"
    )
    op.execute(
        "DROP FUNCTION ingest_append(bytea, bigint, bigint, uuid, bigint, bigint, "
        "bigint[], bytea, bigint, double precision, double precision, "
        "double precision, double precision)"
    )
    drop("track_cells", "quarantined_fixes", "day_tracks", "journal", "latest_fixes")
