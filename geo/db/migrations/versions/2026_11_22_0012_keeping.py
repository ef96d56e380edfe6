"""What is kept how long, which days are to be judged again, and rules by season."""

from alembic import op

from geo.db.migrations.guard import begin, drop, grant, guard, owner_may, run

revision = "0012_keeping"
down_revision = "0013_drafts"
branch_labels = None
depends_on = None

_JUDGED = ("decisions", "appeals", "visits", "judged_days", "verdicts")


def upgrade() -> None:
    begin()
    run("0012_keeping.sql")
    guard("kept_tracks", area=True, person="person_id")
    guard("retention_marks")
    owner_may("retention_marks")
    guard("judged_days")
    for table in _JUDGED:
        owner_may(table)
        owner_may(table, "DELETE")
    grant("kept_tracks", app="SELECT", jobs="SELECT, INSERT, UPDATE")
    grant("retention_marks", jobs="SELECT, INSERT, UPDATE")
    grant("judged_days", app="SELECT", jobs="SELECT, INSERT, UPDATE")
    grant("rules", app="INSERT, UPDATE (valid)")
    grant("quarantined_fixes", jobs="DELETE")
    grant("track_cells", jobs="DELETE")
    grant("case_photos", jobs="SELECT, DELETE")
    shown = "t_ms, received_ms, lon, lat, accuracy_m, battery_pct"
    grant("latest_fixes", jobs=f"UPDATE ({shown})")


def downgrade() -> None:
    begin()
    for function in (
        "forget_judged(date)",
        "empty_default_journal(date)",
        "drop_old_partition(text, date)",
        "make_keep_partition(date)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in _JUDGED:
        if table != "judged_days":
            op.execute(f"DROP POLICY owner_select ON {table}")
            op.execute(f"DROP POLICY owner_delete ON {table}")
    op.execute("REVOKE INSERT, UPDATE (valid) ON rules FROM xunge_app")
    op.execute("REVOKE DELETE ON quarantined_fixes, track_cells FROM xunge_jobs")
    op.execute("REVOKE DELETE ON case_photos FROM xunge_jobs")
    op.execute(
        "REVOKE UPDATE (t_ms, received_ms, lon, lat, accuracy_m, battery_pct) "
        "ON latest_fixes FROM xunge_jobs"
    )
    # A rule of a kind or a season has no place among those without.
    op.execute("ALTER TABLE rules NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM rules WHERE kind <> '' OR season <> ''")
    op.execute("ALTER TABLE rules FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE rules DROP CONSTRAINT ex_rules_code")
    op.execute("ALTER TABLE rules DROP COLUMN kind, DROP COLUMN season")
    op.execute(
        "ALTER TABLE rules ADD CONSTRAINT ex_rules_code EXCLUDE USING gist "
        "(county_id WITH =, code WITH =, digits WITH =, valid WITH &&)"
    )
    drop("judged_days", "retention_marks", "kept_tracks")
