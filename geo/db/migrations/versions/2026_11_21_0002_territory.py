"""Regions, settlements, lines, sites, plans and grids."""

from geo.db.migrations.guard import begin, drop, grant, guard, run

revision = "0002_territory"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None

_AREAS = (
    "regions",
    "settlements",
    "landscape_lines",
    "imports",
    "plans",
    "plan_grids",
    "plan_units",
    "grids",
    "grid_versions",
    "sites",
)


def upgrade() -> None:
    begin()
    run("0002_territory.sql")
    guard("region_lineage")
    for table in _AREAS:
        guard(table, area=True)
    _grant_rights()


def _grant_rights() -> None:
    change = "SELECT, INSERT, UPDATE"
    for table in ("regions", "settlements", "landscape_lines", "sites"):
        # A layer is loaded anew by a job; what is no longer in it goes.
        grant(table, app=change, jobs=f"{change}, DELETE")
    for table in ("plans", "plan_grids", "plan_units"):
        grant(table, app=f"{change}, DELETE", jobs=f"{change}, DELETE")
    grant("imports", app="SELECT, INSERT", jobs="SELECT, INSERT")
    grant("region_lineage", app="SELECT", jobs="SELECT, INSERT")
    grant("grids", app="SELECT, INSERT", jobs="SELECT, INSERT")
    # What a verdict was judged by is never overwritten: a version can only end.
    ending = "SELECT, INSERT, UPDATE (valid)"
    grant("grid_versions", app=ending, jobs=ending)


def downgrade() -> None:
    begin()
    drop("sites", "grid_versions", "grids", "plan_units", "plan_grids", "plans")
    drop("imports", "landscape_lines", "settlements", "region_lineage", "regions")
