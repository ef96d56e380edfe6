"""The record cannot be bent unseen: changed, thinned out, or cut off at its end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.services.upkeep.audit import Anchoring, read_anchors, verify
from geo.db.door import as_job
from geo.db.engine import engine_of
from geo.db.store import audit
from geo.errors import BadInput

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.fixture
def chain(database, county):
    """A county with ten links."""
    with as_job(database, county) as session:
        for number in range(10):
            audit.append(
                session, "look", f"track/{number}", {"how": "replay", "n": 1.5}
            )
    return county


@pytest.fixture
def tamper(cluster, database):
    """Return a function that does as an administrator what nobody else may."""
    engine = engine_of(cluster.admin_url(database.app.url.database))

    def act(statement, county):
        with engine.begin() as connection:
            connection.execute(text(statement), {"county": county})

    yield act
    engine.dispose()


def troubles(database, county, anchors=()):
    return next(c.troubles for c in verify(database, anchors) if c.county_id == county)


def test_a_chain_that_nobody_touched_is_sound(database, chain):
    found = next(c for c in verify(database) if c.county_id == chain)
    assert (found.links, found.troubles) == (10, [])


@pytest.mark.parametrize(
    "change",
    [
        "detail = '{}'",
        "actor_id = gen_random_uuid()",
        "at = at - interval '1 microsecond'",
        "object = 'track/x'",
        "action = 'sign_in'",
        "hash = sha256('x')",
    ],
)
def test_a_changed_link_is_told(database, chain, tamper, change):
    where = "WHERE county_id = :county AND seq = 4"
    tamper(f"UPDATE audit_log SET {change} {where}", chain)
    assert "4 was changed" in troubles(database, chain)


def test_a_link_that_is_gone_is_told(database, chain, tamper):
    tamper("DELETE FROM audit_log WHERE county_id = :county AND seq = 4", chain)
    assert "4 to 4 are missing" in troubles(database, chain)


def test_an_end_that_was_cut_off_is_told_by_the_anchor_alone(
    database, chain, tamper, tmp_path
):
    path = tmp_path / "outside" / "anchors.jsonl"
    Anchoring(path)(database, chain, NOW)
    tamper("DELETE FROM audit_log WHERE county_id = :county AND seq > 7", chain)
    assert troubles(database, chain) == []
    assert troubles(database, chain, read_anchors(path)) == [
        f"10 was there at {NOW.isoformat()} and is gone"
    ]


def test_a_county_is_anchored_once_an_hour(database, chain, tmp_path):
    path = tmp_path / "anchors.jsonl"
    work = Anchoring(path)
    for minutes in (0, 1, 59, 60, 61, 120):
        work(database, chain, NOW + timedelta(minutes=minutes))
    assert [anchor.at[11:16] for anchor in read_anchors(path)] == [
        "00:00",
        "01:00",
        "02:00",
    ]


def test_a_file_that_holds_no_anchors_is_refused(tmp_path):
    (tmp_path / "x").write_text("{}\n")
    with pytest.raises(BadInput, match="no file of anchors"):
        read_anchors(tmp_path / "x")
