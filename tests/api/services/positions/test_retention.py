"""Nobody is followed home: what lies off duty is forgotten after a week."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.services.positions.merging import merge_pending
from api.services.positions.retention import forget_off_duty
from geo.db.door import as_job
from geo.db.store import tracks as store
from geo.localtime import from_ms
from tests.api.services.positions.test_tracks import (
    CODE,
    DAY,
    NOW,
    START,
    Phone,
    packed_tracks,
    read,
)
from tracking.ground.cells import cells_in_box

HOUR_MS = 3_600_000
NIGHT, MORNING = START + 3 * HOUR_MS, START + 9 * HOUR_MS
LATER = NOW + timedelta(days=9)


@pytest.fixture
def phone(database, county):
    made = Phone(database, county)
    made.send([NIGHT, NIGHT + 1000, MORNING, MORNING + 1000])
    merge_pending(database, county, NOW)
    return made


def kept(database, county):
    return read(database, county)["t_ms"].tolist()


def give_task(database, county, person, since_ms):
    values = {
        "county": county,
        "id": uuid4(),
        "person": person,
        "code": CODE,
        "at": from_ms(since_ms),
        "until": from_ms(since_ms + 500),
    }
    with as_job(database, county) as session:
        session.execute(
            text(
                "INSERT INTO case_categories (county_id, code, name, level, "
                "accept_minutes, handle_minutes, clock) "
                "VALUES (:county, 'fire', '火情', 'major', 15, 60, 'wall')"
            ),
            values,
        )
        session.execute(
            text(
                "INSERT INTO cases (county_id, id, kind, state, category, level, text, "
                "code, geom, handler_id, participants, reported_at, received_at, "
                "closed_at, version) VALUES (:county, :id, 'hazard', 'closed', 'fire', "
                "'major', '', :code, ST_SetSRID(ST_MakePoint(111.9, 34.1), 4326), "
                ":person, '{}', :at, :at, :until, 1)"
            ),
            values,
        )


def test_for_a_week_nothing_is_forgotten(phone, database, county):
    assert forget_off_duty(database, county, NOW + timedelta(days=6)) == 0
    assert len(kept(database, county)) == 4


def test_after_a_week_only_what_was_on_duty_is_left(phone, database, county):
    assert forget_off_duty(database, county, LATER) == 2
    assert kept(database, county) == [MORNING, MORNING + 1000]
    once = packed_tracks(database, county)
    assert forget_off_duty(database, county, LATER) == 0
    assert packed_tracks(database, county) == once


def test_a_task_at_night_is_duty(phone, database, county):
    give_task(database, county, phone.person, NIGHT)
    assert forget_off_duty(database, county, LATER) == 1
    assert kept(database, county) == [NIGHT, MORNING, MORNING + 1000]


def test_a_day_without_a_fix_on_duty_leaves_no_track(database, county):
    phone = Phone(database, county)
    phone.send([NIGHT])
    merge_pending(database, county, NOW)
    assert forget_off_duty(database, county, LATER) == 1
    assert packed_tracks(database, county) == []


def test_what_came_late_is_forgotten_by_the_next_run(phone, database, county):
    forget_off_duty(database, county, LATER)
    phone.send([NIGHT + 5000])
    merge_pending(database, county, LATER)
    assert NIGHT + 5000 in kept(database, county)
    assert forget_off_duty(database, county, LATER + timedelta(days=1)) == 1
    assert NIGHT + 5000 not in kept(database, county)


def test_the_cells_of_what_was_forgotten_go_too(database, county):
    phone = Phone(database, county)
    phone.send([MORNING], lon=111.9)
    phone.send([NIGHT], lon=112.9)
    merge_pending(database, county, NOW)
    home = cells_in_box(112.89, 34.09, 112.91, 34.11).tolist()
    beat = cells_in_box(111.89, 34.09, 111.91, 34.11).tolist()
    forget_off_duty(database, county, LATER)
    with as_job(database, county) as session:
        assert store.devices_in_cells(session, DAY, home) == set()
        assert store.devices_in_cells(session, DAY, beat) == {phone.id}
