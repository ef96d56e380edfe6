"""德亭镇, built but not played: what the table says of given layers."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.demo import deting
from api.demo.book import Book
from geo.db.engine import Database

SINCE = date(2026, 5, 20)
NOW = datetime(2026, 5, 21, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(fresh_database: Database) -> Callable[[Path], dict[str, float]]:
    """Return a function: a folder of layers -> our figure of each row."""

    def build(folder: Path) -> dict[str, float]:
        plan_id, town = deting.build(
            fresh_database, folder, SINCE, NOW, lambda _line: None
        )
        book = Book(town.county_id, plan_id, SINCE, town.logins)
        return {row.label: row.ours for row in deting.rows(fresh_database, book)}

    return build
