"""Where a row may be seen for its area or for its person, ask for the area first."""

from geo.db.migrations.guard import ask_area_first, ask_area_last, begin

revision = "0018_area_first"
down_revision = "0017_settlements"
branch_labels = None
depends_on = None

_TABLES = (
    "accounts",
    "appeals",
    "assignments",
    "calendar_entries",
    "case_events",
    "case_photos",
    "case_voices",
    "cases",
    "day_tracks",
    "decisions",
    "device_bindings",
    "journal",
    "kept_tracks",
    "latest_fixes",
    "patrol_group_members",
    "people",
    "stand_ins",
    "verdicts",
    "visits",
)


def upgrade() -> None:
    begin()
    ask_area_first(*_TABLES)


def downgrade() -> None:
    begin()
    ask_area_last(*_TABLES)
