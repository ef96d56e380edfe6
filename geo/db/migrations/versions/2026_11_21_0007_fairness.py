"""Appeals and decisions beside the verdicts, visits, and who looked at a track."""

from alembic import op

from geo.db.migrations.guard import AREA, PERSON, begin, drop, grant, guard, run

revision = "0007_fairness"
down_revision = "0006_patrols"
branch_labels = None
depends_on = None

_OWN = f"person_id = {PERSON}"


def upgrade() -> None:
    begin()
    run("0007_fairness.sql")
    guard("county_policies")
    guard("visits", area=True, person="person_id")
    for table in ("appeals", "decisions"):
        guard(table, person="person_id")
        op.execute(
            f"CREATE POLICY area_app ON {table} FOR SELECT TO xunge_app USING ({AREA})"
        )
    # An appeal is its worker's alone to make; a decision is its decider's, in the area.
    op.execute(
        "CREATE POLICY begin_app ON appeals FOR INSERT TO xunge_app "
        f"WITH CHECK ({_OWN})"
    )
    op.execute(
        "CREATE POLICY decide_app ON decisions FOR INSERT TO xunge_app "
        f"WITH CHECK ({AREA})"
    )
    op.execute(
        "CREATE POLICY signed_app ON decisions AS RESTRICTIVE FOR INSERT TO xunge_app "
        f"WITH CHECK (decided_by = {PERSON})"
    )
    grant("county_policies", app="SELECT", jobs="SELECT, INSERT, UPDATE (valid)")
    grant("appeals", app="SELECT, INSERT", jobs="SELECT")
    grant("decisions", app="SELECT, INSERT", jobs="SELECT")
    grant("visits", app="SELECT", jobs="SELECT, INSERT, DELETE")


def downgrade() -> None:
    begin()
    op.execute("DROP FUNCTION looks_at_me(timestamptz, integer)")
    op.execute("DROP INDEX ix_audit_log_county_id_object_seq")
    drop("visits", "decisions", "appeals", "county_policies")
