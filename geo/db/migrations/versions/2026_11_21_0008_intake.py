"""Many packed rows go into the journal by one call."""

from alembic import op

from geo.db.migrations.guard import begin, run

revision = "0008_intake"
down_revision = "0007_fairness"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begin()
    op.execute(
        "DROP FUNCTION ingest_append(bytea, bigint, bigint, uuid, bigint, bigint, "
        "bigint[], bytea, bigint, double precision, double precision, "
        "double precision, double precision)"
    )
    run("0008_append_all.sql")


def downgrade() -> None:
    begin()
    op.execute(
        "DROP FUNCTION ingest_append_all(bytea[], bigint[], bigint[], uuid[], "
        "bigint[], bigint[], bigint[], integer[], bytea, integer[], bigint[], "
        "double precision[], double precision[], double precision[], "
        "double precision[])"
    )
    run("0008_append_one.sql")
