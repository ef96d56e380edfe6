"""What goes when, what is kept longer, and a run that was killed midway."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.services.positions.merging import make_partitions, merge_pending
from api.services.positions.tracks import fixes_of, latest_positions
from api.services.upkeep.keeping import (
    Keeping,
    Terms,
    drop_month,
    keep_terms,
    sweep_photos,
)
from geo.codes import padded
from geo.db.door import Viewer, as_job, as_viewer
from geo.db.store import keeping as store
from geo.localtime import day_start_ms, local_date
from tests.api.services.positions.test_tracks import CODE, Phone

# The database lets nothing of the last week go, whatever a clock says: the days of
# these tests are long past by its own.
TERMS = Terms()
TODAY = local_date(datetime.now(UTC)) - timedelta(days=30)
NOW = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=4)
OLD, YOUNG = TODAY - timedelta(days=100), TODAY - timedelta(days=20)
HOUR_MS = 3_600_000


@pytest.fixture
def county(fresh_database, make_county):
    made = make_county(fresh_database)
    yield made
    # The next test's partitions do not wait for this county.
    with as_job(fresh_database, made) as session:
        for table in ("journal", "day_tracks"):
            store.put_mark(session, table, TODAY + timedelta(days=100))


def walked(database, county, day, verdict="verified"):
    """Return a phone that was carried in duty hours of a day, judged and merged."""
    phone = Phone(database, county)
    start = day_start_ms(day) + 9 * HOUR_MS
    then = datetime.fromtimestamp(start / 1000 + 120, UTC)
    make_partitions(database, county, then)
    phone.send([start, start + 1000], received=start + 60_000)
    merge_pending(database, county, then)
    if verdict:
        judge(database, county, phone.person, day, verdict)
    return phone


def judge(database, county, person, day, verdict):
    patrols = [{"window": "morning", "verdict": verdict}]
    run(
        database,
        county,
        "INSERT INTO verdicts (county_id, person_id, day, revision, code, rule_id, "
        "input_hash, body, judged_at) VALUES (:county, :person, :day, 1, :code, 'r', "
        "'', CAST(:body AS json), :at)",
        person=person,
        day=day,
        code=CODE,
        body=str({"patrols": patrols}).replace("'", '"'),
        at=NOW,
    )


def run(database, county, statement, **values):
    with as_job(database, county) as session:
        result = session.execute(text(statement), values | {"county": county})
        return result.all() if result.returns_rows else []


def say(database, county, who, statement, **values):
    """Run a statement as somebody who sees all of the county."""
    viewer = Viewer(county, who, ((0, 10**15),))
    with as_viewer(database, viewer) as session:
        own = {"county": county, "id": uuid4(), "code": CODE, "at": NOW}
        session.execute(text(statement), own | values)


def appeal(database, county, person, day):
    say(
        database,
        county,
        person,
        "INSERT INTO appeals VALUES (:county, :id, :person, :day, 'morning', 1, "
        ":code, 1, 'missed', '', :at, :at)",
        person=person,
        day=day,
    )


def people_with_fixes(database, county, day):
    with as_job(database, county) as session:
        return set(fixes_of(session, day)["worker_id"])


def partitions(database, parent):
    with database.owner.connect() as connection:
        names = connection.scalars(
            text(
                "SELECT inhrelid::regclass::text FROM pg_inherits "
                "WHERE inhparent = CAST(:parent AS regclass)"
            ),
            {"parent": parent},
        )
        return set(names)


def test_after_90_days_only_disputed_days_are_left(fresh_database, county):
    walked(fresh_database, county, OLD)
    doubtful = walked(fresh_database, county, OLD, "suspicious")
    walked(fresh_database, county, OLD, verdict="")
    young = walked(fresh_database, county, YOUNG)
    before = run(fresh_database, county, "SELECT fix_on FROM day_tracks")
    assert len(before) == 4
    keep_terms(fresh_database, county, TERMS, NOW)
    assert people_with_fixes(fresh_database, county, OLD) == {str(doubtful.person)}
    assert people_with_fixes(fresh_database, county, YOUNG) == {str(young.person)}
    assert f"day_tracks_{OLD:%Y%m%d}" not in partitions(fresh_database, "day_tracks")
    assert f"day_tracks_{YOUNG:%Y%m%d}" in partitions(fresh_database, "day_tracks")


def test_a_kept_day_reads_the_same_as_before(fresh_database, county):
    phone = walked(fresh_database, county, OLD, "partial")
    with as_job(fresh_database, county) as session:
        before = fixes_of(session, OLD, [phone.person])
    keep_terms(fresh_database, county, TERMS, NOW)
    with as_job(fresh_database, county) as session:
        after = fixes_of(session, OLD, [phone.person])
    assert len(before) == 2
    assert after.equals(before)


@pytest.mark.parametrize("said", ["appeal", "decision"])
def test_what_was_appealed_or_decided_on_is_kept(fresh_database, county, said):
    phone = walked(fresh_database, county, OLD)
    if said == "appeal":
        appeal(fresh_database, county, phone.person, OLD)
    else:
        other = Phone(fresh_database, county).person
        say(
            fresh_database,
            county,
            other,
            "INSERT INTO decisions VALUES (:county, :id, NULL, NULL, :person, :day, "
            "'morning', :code, 1, 'verified', 'not_verified', '看过', :other, '某人', "
            ":at)",
            person=phone.person,
            day=OLD,
            other=other,
        )
    keep_terms(fresh_database, county, TERMS, NOW)
    assert people_with_fixes(fresh_database, county, OLD) == {str(phone.person)}


def test_a_year_after_the_month_closed_the_disputed_days_go_too(fresh_database, county):
    old = TODAY - timedelta(days=800)
    gone = walked(fresh_database, county, old, "missed")
    then = datetime.combine(old + timedelta(days=95), datetime.min.time(), UTC)
    keep_terms(fresh_database, county, TERMS, then)
    assert people_with_fixes(fresh_database, county, old) == {str(gone.person)}
    month = drop_month(old, TERMS.disputed_months)
    assert f"kept_tracks_{month:%Y%m}" in partitions(fresh_database, "kept_tracks")
    keep_terms(fresh_database, county, TERMS, NOW)
    assert people_with_fixes(fresh_database, county, old) == set()
    assert f"kept_tracks_{month:%Y%m}" not in partitions(fresh_database, "kept_tracks")


def test_the_month_of_a_disputed_day_is_a_year_after_its_own():
    assert drop_month(OLD.replace(year=2026, month=5, day=20), 12).isoformat() == (
        "2027-06-01"
    )
    assert drop_month(OLD.replace(year=2026, month=12, day=31), 1).isoformat() == (
        "2027-02-01"
    )


def test_the_journal_goes_after_8_days_and_the_tracks_stay(fresh_database, county):
    phone = walked(fresh_database, county, YOUNG)
    name = f"journal_{YOUNG:%Y%m%d}"
    assert name in partitions(fresh_database, "journal")
    keep_terms(fresh_database, county, TERMS, NOW)
    assert name not in partitions(fresh_database, "journal")
    assert people_with_fixes(fresh_database, county, YOUNG) == {str(phone.person)}
    # The phone sends all of it once more: it is there once.
    start = day_start_ms(YOUNG) + 9 * HOUR_MS
    phone.send([start, start + 1000], received=day_start_ms(TODAY))
    merge_pending(fresh_database, county, NOW)
    with as_job(fresh_database, county) as session:
        assert len(fixes_of(session, YOUNG)) == 2


def test_nothing_goes_that_no_day_track_holds_yet(fresh_database, county):
    walked(fresh_database, county, YOUNG)
    late = Phone(fresh_database, county)
    start = day_start_ms(YOUNG) + 9 * HOUR_MS
    late.send([start], received=start + 60_000)
    keep_terms(fresh_database, county, TERMS, NOW)
    assert f"journal_{YOUNG:%Y%m%d}" in partitions(fresh_database, "journal")
    merge_pending(fresh_database, county, NOW)
    keep_terms(fresh_database, county, TERMS, NOW)
    assert f"journal_{YOUNG:%Y%m%d}" not in partitions(fresh_database, "journal")
    assert str(late.person) in people_with_fixes(fresh_database, county, YOUNG)


def test_a_partition_waits_for_every_county_with_rows_in_it(
    fresh_database, county, make_county
):
    other = make_county(fresh_database)
    walked(fresh_database, county, OLD)
    walked(fresh_database, other, OLD, "partial")
    keep_terms(fresh_database, county, TERMS, NOW)
    assert f"day_tracks_{OLD:%Y%m%d}" in partitions(fresh_database, "day_tracks")
    keep_terms(fresh_database, other, TERMS, NOW)
    assert f"day_tracks_{OLD:%Y%m%d}" not in partitions(fresh_database, "day_tracks")
    assert len(people_with_fixes(fresh_database, other, OLD)) == 1


def test_nothing_of_the_last_week_is_dropped_whoever_asks(fresh_database, county):
    today = local_date(datetime.now(UTC))
    for parent in ("journal", "day_tracks"):
        with pytest.raises(Exception, match="drop_old_partition"):
            run(
                fresh_database,
                county,
                "SELECT drop_old_partition(:parent, :day)",
                parent=parent,
                day=today - timedelta(days=6),
            )
    with pytest.raises(Exception, match="forget_judged"):
        run(
            fresh_database,
            county,
            "SELECT forget_judged(:day)",
            day=today - timedelta(days=300),
        )


def test_what_comes_after_its_partition_went_is_looked_through_and_goes_too(
    fresh_database, county
):
    phone = walked(fresh_database, county, OLD, "partial")
    verified = walked(fresh_database, county, OLD)
    keep_terms(fresh_database, county, TERMS, NOW)
    start = day_start_ms(OLD) + 9 * HOUR_MS
    for one in (phone, verified):
        one.send([start + 5000], received=day_start_ms(TODAY))
    merge_pending(fresh_database, county, NOW)
    keep_terms(fresh_database, county, TERMS, NOW)
    with as_job(fresh_database, county) as session:
        found = fixes_of(session, OLD)
    assert found["worker_id"].unique().tolist() == [str(phone.person)]
    assert len(found) == 3


def test_verdicts_go_after_three_years_with_all_that_was_said(fresh_database, county):
    old, kept = TODAY - timedelta(days=1200), TODAY - timedelta(days=1000)
    phone = Phone(fresh_database, county)
    for day in (old, kept):
        judge(fresh_database, county, phone.person, day, "missed")
        appeal(fresh_database, county, phone.person, day)
    assert keep_terms(fresh_database, county, TERMS, NOW)["verdicts"] == 1
    for table in ("verdicts", "appeals"):
        days = run(fresh_database, county, f"SELECT day FROM {table}")
        assert [row.day for row in days] == [kept]


def test_where_somebody_was_off_duty_is_forgotten_after_a_week(fresh_database, county):
    phone = Phone(fresh_database, county)
    night = day_start_ms(YOUNG) + 3 * HOUR_MS
    phone.send([night], received=night + 1000)
    keep_terms(fresh_database, county, TERMS, NOW)
    [row] = run(fresh_database, county, "SELECT t_ms, lon FROM latest_fixes")
    assert (row.t_ms, row.lon) == (None, None)
    phone.send([day_start_ms(TODAY) + 9 * HOUR_MS])
    with as_job(fresh_database, county) as session:
        assert len(latest_positions(session, NOW)) == 1


def test_photos_go_with_their_cases_and_files_after_their_rows(
    fresh_database, county, tmp_path
):
    ages = {"gone.jpg": 1200, "kept.jpg": 900}
    for name, days in ages.items():
        for file in (tmp_path / "ab" / name, tmp_path / "voices" / "ab" / name):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"picture or sound")
            long_ago = NOW.timestamp() - 5e7
            os.utime(file, (long_ago, long_ago))
        _add_photo(fresh_database, county, f"ab/{name}", NOW - timedelta(days=days))
    (tmp_path / "ab" / "new.jpg").write_bytes(b"no row yet")
    now_s = datetime.now(UTC).timestamp()
    assert sweep_photos(fresh_database, tmp_path, now_s) == 0
    keep_terms(fresh_database, county, TERMS, NOW)
    assert sweep_photos(fresh_database, tmp_path, now_s) == 2
    left = sorted(path.name for path in tmp_path.glob("**/*.jpg"))
    assert left == ["kept.jpg", "kept.jpg", "new.jpg"]


def _add_photo(database, county, path, closed_at):
    case = {"case": uuid4(), "closed": closed_at, "code": padded("410325105200001")}
    run(
        database,
        county,
        "INSERT INTO case_categories (county_id, code, name, level, accept_minutes, "
        "handle_minutes, clock) VALUES (:county, 'fire', '火情', 'major', 15, 60, "
        "'wall') ON CONFLICT DO NOTHING",
    )
    run(
        database,
        county,
        "INSERT INTO cases (county_id, id, kind, state, category, level, text, code, "
        "geom, participants, reported_at, received_at, closed_at, version) VALUES "
        "(:county, :case, 'hazard', 'closed', 'fire', 'major', '', :code, "
        "ST_SetSRID(ST_MakePoint(111.9, 34.1), 4326), '{}', :closed, :closed, :closed, "
        "1)",
        **case,
    )
    with database.owner.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(
            text(
                "INSERT INTO case_photos VALUES (:county, :id, :case, :sha, :sha, 7, "
                "1, 1, :path, :closed, :code, '{}')"
            ),
            case | {"county": county, "id": uuid4(), "sha": "a" * 64, "path": path},
        )
        connection.execute(
            text(
                "INSERT INTO case_voices VALUES (:county, :id, :case, :sha, "
                "'audio/ogg', 1, :path, :closed, :code, '{}')"
            ),
            case | {"county": county, "id": uuid4(), "sha": "a" * 64, "path": path},
        )


def test_it_is_done_once_a_day(fresh_database, county):
    work = Keeping()
    walked(fresh_database, county, OLD)
    work(fresh_database, county, NOW)
    walked(fresh_database, county, OLD)
    work(fresh_database, county, NOW)
    assert len(people_with_fixes(fresh_database, county, OLD)) == 1
    work(fresh_database, county, NOW + timedelta(days=1))
    assert people_with_fixes(fresh_database, county, OLD) == set()


KILLED = """
import os, signal, sys
from datetime import datetime
from uuid import UUID
from api.services.upkeep import keeping
from geo.db.engine import connect
from geo.db.store import keeping as store
victim, after = sys.argv[3], int(sys.argv[4])
real, calls = getattr(store, victim), []
def killed(*args):
    calls.append(1)
    found = real(*args)
    if len(calls) == after:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
setattr(store, victim, killed)
county, now = UUID(sys.argv[2]), datetime.fromisoformat(sys.argv[1])
keeping.keep_terms(connect(os.environ["ADDRESS"]), county, keeping.Terms(), now)
"""


@pytest.mark.parametrize(
    ("victim", "after"), [("put_kept", 2), ("put_mark", 1), ("drop_old_partition", 2)]
)
def test_a_run_that_is_killed_midway_loses_nothing_and_goes_on(
    fresh_database, county, victim, after
):
    disputed = {
        str(walked(fresh_database, county, OLD - timedelta(days=n), "partial").person)
        for n in range(3)
    }
    walked(fresh_database, county, OLD)
    address = fresh_database.app.url.render_as_string(hide_password=False)
    said = [NOW.isoformat(), str(county), victim, str(after)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *said],
        env=os.environ | {"ADDRESS": address},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert disputed <= _everybody(fresh_database, county)
    keep_terms(fresh_database, county, TERMS, NOW)
    assert _everybody(fresh_database, county) == disputed
    left = {name for name in partitions(fresh_database, "day_tracks") if "_20" in name}
    limit = f"day_tracks_{TODAY - timedelta(days=90):%Y%m%d}"
    assert all(name >= limit for name in left)


def _everybody(database, county):
    days = [OLD - timedelta(days=n) for n in range(3)]
    return set().union(*(people_with_fixes(database, county, day) for day in days))
