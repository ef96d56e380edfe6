"""Vector tiles: outlines as tiles are cut from, and the functions that cut them."""

from alembic import op

from geo.db.migrations.guard import begin, owner_may, run

revision = "0015_tiles"
down_revision = "0014_voices"
branch_labels = None
depends_on = None

_LEVELS = ("tile_full", "tile_mid", "tile_low")


def upgrade() -> None:
    begin()
    # For site_tile alone; the grids and regions have theirs for locate.
    owner_may("sites")
    run("0015_tiles.sql")


def downgrade() -> None:
    begin()
    for name in ("site_tile", "region_tile", "grid_tile"):
        op.execute(f"DROP FUNCTION {name}(integer, integer, integer, date)")
    op.execute("DROP POLICY owner_select ON sites")
    for table in ("regions", "grid_versions"):
        for column in _LEVELS:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
