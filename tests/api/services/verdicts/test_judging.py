"""Which days are judged, and again when: data, inputs, deadlines, and late data."""

from datetime import date, timedelta
from uuid import uuid4

import numpy as np
import pytest
import shapely
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from api.services.positions.merging import merge_pending, resplit_day
from api.services.verdicts import judging as judging_service
from api.services.verdicts.judging import judge_day, judge_due
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Grid, GridVersion, PatrolRule, Verdict
from geo.db.store import judging
from geo.localtime import day_start_ms, from_ms
from tests.api.conftest import _square
from tests.api.services.positions.test_tracks import CODE, Phone, packed_tracks
from tracking.formats.reading import Upload
from tracking.simulate import honest_day
from tracking.storage.fixblock import COLUMN, FIELDS, UNKNOWN_ALTITUDE, FixBlock

DAY = date(2026, 5, 20)
START = day_start_ms(DAY)
HOUR_MS = 3_600_000
SIDE, WEST, SOUTH = 0.01, 111.90, 34.00
EVENING = from_ms(START + 23 * HOUR_MS)
DEADLINE = from_ms(START + 48 * HOUR_MS)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def worker(database, county):
    """A phone whose carrier is on duty in one grid, with a rule of the county."""
    phone = Phone(database, county)
    with as_job(database, county) as session:
        grid = uuid4()
        session.add(Grid(county_id=county, id=grid, qr_id=uuid4(), code=CODE))
        session.flush()
        session.add(
            GridVersion(
                county_id=county,
                grid_id=grid,
                valid=Range(date(2020, 1, 1), None),
                code=CODE,
                kind="base",
                name="",
                village_code=padded(str(CODE)[:12]),
                load=1.0,
                properties={},
                geom=_square(WEST, SIDE),
            )
        )
        session.execute(
            text(
                "INSERT INTO assignments (county_id, id, person_id, grid_id, code, "
                "role, is_lead, valid) VALUES (:county, :id, :person, :grid, :code, "
                "'worker', true, '[2020-01-01,)')"
            ),
            {
                "county": county,
                "id": uuid4(),
                "person": phone.person,
                "grid": grid,
                "code": CODE,
            },
        )
    return phone


def walk(phone, received=None, day=DAY, north_m=0.0):
    """Send an honest day of three rounds; each fix is received at once, or then."""
    grid = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    fixes = honest_day("w", grid, day, np.random.default_rng(7))
    values = np.zeros((len(fixes), len(FIELDS)), np.int64)
    values[:, COLUMN["t_ms"]] = fixes["t_ms"]
    values[:, COLUMN["received_ms"]] = fixes["t_ms"] + 1000
    if received is not None:
        values[:, COLUMN["received_ms"]] = received
    values[:, COLUMN["lon_e7"]] = np.rint(fixes["lon"] * 1e7)
    values[:, COLUMN["lat_e7"]] = np.rint(fixes["lat"] * 1e7 + 90 * north_m)
    values[:, COLUMN["accuracy_cm"]] = np.rint(fixes["accuracy_m"] * 100)
    for name in ("speed_mmps", "heading_cdeg", "battery_permille", "mock"):
        values[:, COLUMN[name]] = -1
    values[:, COLUMN["altitude_cm"]] = UNKNOWN_ALTITUDE
    phone.upload(Upload(FixBlock(values)))


def verdicts(database, county, day=DAY):
    """Return each revision of a day: what its windows came to."""
    with as_job(database, county) as session:
        rows = session.scalars(
            select(Verdict).where(Verdict.day == day).order_by(Verdict.revision)
        ).all()
    return [[p["verdict"] for p in row.body["patrols"]] for row in rows]


def newest(database, county):
    with as_job(database, county) as session:
        query = select(Verdict).where(Verdict.day == DAY)
        return session.scalars(query.order_by(Verdict.revision.desc())).first()


def cycle(database, county, now):
    merge_pending(database, county, now)
    return judge_due(database, county, now)


def test_a_day_is_judged_when_fixes_came_and_not_twice(worker, database, county):
    walk(worker)
    assert DAY in cycle(database, county, EVENING)
    assert verdicts(database, county) == [["verified"] * 3]
    assert DAY not in cycle(database, county, EVENING + MINUTE)


def test_an_open_day_is_judged_again_after_half_an_hour_of_news(
    worker, database, county
):
    worker.send([START + 8 * HOUR_MS])
    cycle(database, county, EVENING)
    walk(worker)
    assert DAY not in cycle(database, county, EVENING + MINUTE)
    assert DAY in cycle(database, county, EVENING + 31 * MINUTE)
    assert verdicts(database, county)[-1] == ["verified"] * 3


def test_the_ways_of_the_day_before_are_those_of_its_fixes_or_of_its_judging(
    worker, database, county, monkeypatch
):
    walk(worker)
    walk(worker, day=DAY + timedelta(days=1), north_m=2.0)
    late = EVENING + timedelta(days=1)
    merge_pending(database, county, late)

    def lines(asked):
        read = []
        usual = judging_service.ways_between
        with monkeypatch.context() as patched:
            patched.setattr(
                judging_service,
                "ways_between",
                lambda *a: read.append(a[-1]) or usual(*a),
            )
            told = judge_day(database, county, asked, late).lines
        return told, read[0]

    copied = DAY + timedelta(days=1)
    from_fixes, last = lines(copied)
    assert last == DAY - timedelta(days=1)
    assert b"replayed_track" in from_fixes[str(worker.person)]
    lines(DAY)
    from_judging, last = lines(copied)
    assert last == DAY
    assert from_judging == from_fixes


def test_after_the_deadline_what_was_provisional_is_final(worker, database, county):
    worker.send([START + 8 * HOUR_MS])
    cycle(database, county, EVENING)
    before = newest(database, county).body
    assert [p["provisional"] for p in before["patrols"]] == [True] * 3
    assert DAY not in cycle(database, county, DEADLINE - MINUTE)
    assert DAY in cycle(database, county, DEADLINE)
    after = newest(database, county).body
    assert [p["provisional"] for p in after["patrols"]] == [False] * 3
    assert DAY not in cycle(database, county, DEADLINE + MINUTE)


def test_a_day_without_any_fix_is_judged_when_it_is_over(worker, database, county):
    cycle(database, county, from_ms(START + 30 * HOUR_MS))
    assert verdicts(database, county) == [["no_data"] * 3]


def test_after_a_rest_of_the_jobs_every_day_between_is_judged(worker, database, county):
    worker.send([START + 8 * HOUR_MS])
    cycle(database, county, EVENING)
    days = cycle(database, county, EVENING + timedelta(days=4))
    assert days[:4] == [DAY + timedelta(days=n) for n in range(4)]


def test_late_data_leaves_the_verdict_as_closed_in_a_marked_revision(
    worker, database, county
):
    worker.send([START + 8 * HOUR_MS])
    cycle(database, county, EVENING)
    cycle(database, county, DEADLINE)
    closed = verdicts(database, county)[-1]
    walk(worker, received=START + 60 * HOUR_MS)
    assert DAY in cycle(database, county, from_ms(START + 60 * HOUR_MS) + MINUTE)
    assert verdicts(database, county)[-1] == closed
    found = newest(database, county).body
    codes = [{r["code"] for r in p["reasons"]} for p in found["patrols"]]
    assert all("late_upload" in reasons for reasons in codes)


def add_rule(database, county, **body):
    with as_job(database, county) as session:
        session.add(
            PatrolRule(
                county_id=county,
                id=uuid4(),
                rule_id="hard",
                code=padded("410325"),
                digits=6,
                kind="",
                season="",
                valid=Range(DAY, None),
                body=body,
            )
        )


def excuse(database, county, person):
    run(
        database,
        county,
        "INSERT INTO calendar_entries (county_id, id, person_id, code, kind, during) "
        "VALUES (:county, :id, :person, :code, 'leave', tstzrange(:low, :high))",
        person=person,
        low=from_ms(START),
        high=from_ms(START + 24 * HOUR_MS),
    )


def run(database, county, statement, **values):
    own = {"county": county, "id": uuid4(), "code": CODE, "day": DAY}
    with as_job(database, county) as session:
        session.execute(text(statement), own | values)


def change_grid(database, county):
    """Put another outline in place of the grid's from the day on."""
    columns = "county_id, grid_id, code, kind, name, village_code, load, properties"
    until = f"daterange('2020-01-01', '{DAY}')"
    run(database, county, f"UPDATE grid_versions SET valid = {until}")
    run(
        database,
        county,
        f"INSERT INTO grid_versions ({columns}, valid, geom) SELECT {columns}, "
        f"'[{DAY},)', ST_Multi(ST_Translate(geom, 0.1, 0)) FROM grid_versions",
    )


def change_group(database, county, person):
    run(
        database,
        county,
        "INSERT INTO patrol_groups (county_id, id, name, code, valid) "
        "VALUES (:county, :id, '组', :code, '[2020-01-01,)')",
    )
    run(
        database,
        county,
        "INSERT INTO patrol_group_members "
        "(county_id, group_id, person_id, valid, code) "
        "SELECT county_id, id, :person, '[2020-01-01,)', code FROM patrol_groups",
        person=person,
    )


CHANGES = {
    "rule": lambda d, c, w: add_rule(d, c, distance_m=100_000),
    "calendar": lambda d, c, w: excuse(d, c, w.person),
    "grid": lambda d, c, w: change_grid(d, c),
    "group": lambda d, c, w: change_group(d, c, w.person),
    "duty": lambda d, c, w: run(
        d, c, "UPDATE assignments SET valid = '[2020-01-01,2026-05-20)'"
    ),
    "point": lambda d, c, w: run(
        d,
        c,
        "INSERT INTO checkpoints "
        "(county_id, id, ref, name, grid_id, code, valid, geom) "
        "SELECT :county, :id, 'P', '', grid_id, :code, '[2020-01-01,)', "
        "ST_SetSRID(ST_MakePoint(111.9001, 34.0001), 4326) FROM grid_versions",
    ),
    "binding": lambda d, c, w: give_away(d, c, w),
}


def give_away(database, county, phone):
    run(
        database,
        county,
        "UPDATE device_bindings SET during = tstzrange(NULL, :noon)",
        noon=from_ms(START + 12 * HOUR_MS),
    )


@pytest.mark.parametrize("change", CHANGES)
def test_a_day_is_judged_again_when_its_inputs_change(worker, database, county, change):
    walk(worker)
    cycle(database, county, EVENING)
    late = DEADLINE + timedelta(days=3)
    cycle(database, county, late)
    assert DAY not in cycle(database, county, late + MINUTE)
    CHANGES[change](database, county, worker)
    assert DAY in cycle(database, county, late + 2 * MINUTE)
    assert DAY not in cycle(database, county, late + 3 * MINUTE)


def test_a_changed_rule_changes_the_verdict_and_keeps_the_old_one(
    worker, database, county
):
    walk(worker)
    cycle(database, county, EVENING)
    add_rule(database, county, distance_m=100_000)
    cycle(database, county, EVENING + MINUTE)
    assert verdicts(database, county) == [["verified"] * 3, ["partial"] * 3]


def test_who_ends_a_duty_today_changes_nothing_of_yesterday(worker, database, county):
    with as_job(database, county) as session:
        before = judging.fingerprints(session, DAY, DAY + timedelta(days=9))
    until = f"[2020-01-01,{DAY + timedelta(days=5)})"
    run(database, county, "UPDATE assignments SET valid = :valid", valid=until)
    run(
        database,
        county,
        "UPDATE device_bindings SET during = tstzrange(NULL, :at)",
        at=from_ms(START + 5 * 24 * HOUR_MS + HOUR_MS),
    )
    with as_job(database, county) as session:
        after = judging.fingerprints(session, DAY, DAY + timedelta(days=9))
    changed = {day for day in before if before[day] != after[day]}
    assert changed == {DAY + timedelta(days=n) for n in range(5, 10)}


def test_a_changed_binding_splits_the_track_anew(worker, database, county):
    morning, evening = START + 8 * HOUR_MS, START + 18 * HOUR_MS
    worker.send([morning, evening])
    merge_pending(database, county, EVENING)
    assert resplit_day(database, county, DAY) == []
    give_away(database, county, worker)
    other = worker.give_to(f"[{from_ms(START + 12 * HOUR_MS).isoformat()},)")
    assert resplit_day(database, county, DAY) == [worker.id]
    found = {row[2]: row[4] for row in packed_tracks(database, county)}
    assert found == {worker.person: 1, other: 1}
    assert resplit_day(database, county, DAY) == []


def test_what_came_long_after_is_kept_and_judged_no_more(worker, database, county):
    walk(worker)
    cycle(database, county, EVENING)
    later = EVENING + timedelta(days=70)
    cycle(database, county, later)
    add_rule(database, county, distance_m=100_000)
    assert DAY not in cycle(database, county, later + MINUTE)
    assert verdicts(database, county)[-1] == ["verified"] * 3
