"""Journal, day tracks and newest positions, through the ingestion as phones use it."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import select, text

from api.ingest.pool import Post
from api.ingest.writing import write_posts
from api.security.credentials import hash_token, new_token
from api.services.positions.merging import merge_pending
from api.services.positions.tracks import fixes_of, latest_positions
from geo.db.door import Viewer, as_job, as_viewer
from geo.db.models import JournalRow
from geo.db.store import tracks as store
from geo.localtime import day_start_ms, from_ms, to_ms
from tracking.formats.reading import Upload
from tracking.ground.cells import cells_in_box
from tracking.storage.fixblock import COLUMN, FIELDS, UNKNOWN_ALTITUDE, FixBlock

DAY = date(2026, 5, 20)
START = day_start_ms(DAY)
MORNING = START + 9 * 3_600_000
NOW = datetime(2026, 5, 20, 20, tzinfo=UTC)
CODE = 410325105200001


class Phone:
    """A device that somebody carries; others may carry it later."""

    def __init__(self, database, county, during="(,)", code=CODE):
        self.database, self.county = database, county
        self.id, self.token = uuid4(), hash_token(new_token())
        self._run(
            "INSERT INTO devices (county_id, id, token_hash, label, code, created_at) "
            "VALUES (:county, :device, :token, '手机', :code, now())",
            token=self.token,
            code=CODE,
        )
        self.person = self.give_to(during, code)

    def give_to(self, during, code=CODE) -> UUID:
        person = uuid4()
        self._run(
            "INSERT INTO people (county_id, id, name, code) "
            "VALUES (:county, :person, '网格员', :code)",
            person=person,
            code=code,
        )
        self._run(
            "INSERT INTO device_bindings (county_id, device_id, person_id, during, "
            "code) VALUES (:county, :device, :person, :during, :code)",
            person=person,
            during=during,
            code=code,
        )
        return person

    def send(self, times, *, received=None, lon=111.9, batch=""):
        values = np.zeros((len(times), len(FIELDS)), np.int64)
        values[:, COLUMN["t_ms"]] = times
        values[:, COLUMN["received_ms"]] = received or max(times) + 1000
        values[:, COLUMN["lon_e7"]] = round(lon * 1e7)
        values[:, COLUMN["lat_e7"]] = 341_000_000
        values[:, COLUMN["accuracy_cm"]] = 500
        for name in ("speed_mmps", "heading_cdeg", "battery_permille", "mock"):
            values[:, COLUMN[name]] = -1
        values[:, COLUMN["altitude_cm"]] = UNKNOWN_ALTITUDE
        return self.upload(Upload(FixBlock(values), batch_id=batch))

    def upload(self, upload):
        at = int(upload.block.column("received_ms")[0])
        [receipt] = write_posts(self.database, [Post(self.token, at, upload)])
        return receipt

    def _run(self, statement, **values):
        values |= {"county": self.county, "device": self.id}
        with as_job(self.database, self.county) as session:
            session.execute(text(statement), values)


@pytest.fixture
def phone(database, county):
    return Phone(database, county)


def times(count, start=START):
    return [start + i * 10_000 for i in range(count)]


def read(database, county, day=DAY, person_ids=None):
    with as_job(database, county) as session:
        return fixes_of(session, day, person_ids)


def packed_tracks(database, county):
    with as_job(database, county) as session:
        rows = session.execute(
            text(
                "SELECT fix_on, device_id, person_id, code, fix_count, packed "
                "FROM day_tracks ORDER BY 1, 2, 3"
            )
        ).all()
    return [(*row[:-1], bytes(row.packed)) for row in rows]


def test_fixes_read_the_same_before_half_way_and_after_the_merge(
    phone, database, county
):
    phone.send(times(10))
    before = read(database, county)
    merge_pending(database, county, NOW)
    pd_equal(read(database, county), before)
    phone.send(times(10, START + 5))
    half = read(database, county)
    assert len(half) == 20
    merge_pending(database, county, NOW)
    pd_equal(read(database, county), half)


def pd_equal(found, expected):
    assert found.equals(expected)
    assert (found.dtypes == expected.dtypes).all()


def test_a_day_track_has_the_same_bytes_however_the_fixes_came(
    database, county, make_county
):
    one, other = Phone(database, county), Phone(database, county)
    rng = random.Random(1)
    whole = times(60)
    one.send(whole, received=START + 9_000_000)
    merge_pending(database, county, NOW)
    for _ in range(12):
        part = rng.sample(whole, rng.randint(1, 30))
        other.send(part, received=START + 9_000_000)
        if rng.random() < 0.4:
            merge_pending(database, county, NOW)
    other.send(whole, received=START + 9_000_000)
    merge_pending(database, county, NOW)
    packed = {row[1]: row[-1] for row in packed_tracks(database, county)}
    assert packed[one.id] == packed[other.id]


def test_merging_again_changes_nothing(phone, database, county):
    phone.send(times(10))
    assert merge_pending(database, county, NOW).device_days == {(phone.id, DAY)}
    before = packed_tracks(database, county)
    assert merge_pending(database, county, NOW).devices == 0
    assert packed_tracks(database, county) == before


def test_a_merge_that_died_before_its_mark_is_repeated_without_harm(
    phone, database, county
):
    phone.send(times(10))
    merge_pending(database, county, NOW)
    before = packed_tracks(database, county)
    with as_job(database, county) as session:
        session.execute(text("UPDATE latest_fixes SET merged_seq = 0"))
    merge_pending(database, county, NOW)
    assert packed_tracks(database, county) == before
    assert len(read(database, county)) == 10


def test_a_fix_belongs_to_the_local_day_of_its_own_time(phone, database, county):
    phone.send([START - 1, START])
    merge_pending(database, county, NOW)
    assert read(database, county)["t_ms"].tolist() == [START]
    assert len(read(database, county, DAY - timedelta(days=1))) == 1


def test_a_shared_phone_gives_each_person_their_own_hours(database, county):
    noon = from_ms(START + 43_200_000)
    phone = Phone(database, county, during=f"(,{noon.isoformat()})")
    second = phone.give_to(f"[{noon.isoformat()},)", CODE + 1)
    phone.send([START, START + 43_199_999, START + 43_200_000])
    for _ in range(2):
        found = read(database, county)
        by_person = found.groupby("worker_id")["t_ms"].count().to_dict()
        assert by_person == {str(phone.person): 2, str(second): 1}
        only = read(database, county, person_ids=[second])
        assert only["worker_id"].tolist() == [str(second)]
        merge_pending(database, county, NOW)
    assert {row[3] for row in packed_tracks(database, county)} == {CODE, CODE + 1}


def test_a_phone_that_nobody_carries_loses_nothing(database, county):
    phone = Phone(database, county, during="(,2000-01-01)")
    assert phone.send(times(3)).accepted == 3
    merge_pending(database, county, NOW)
    assert read(database, county).empty
    assert [row[4] for row in packed_tracks(database, county)] == [3]


def test_an_area_sees_its_own_tracks_and_newest_positions_only(phone, database, county):
    elsewhere = Phone(database, county, code=410325106200001)
    for one in (phone, elsewhere):
        one.send(times(3, MORNING))
    near = Viewer(county, None, ((410325105000000, 410325106000000),))
    nobody = Viewer(county, None, ())
    own = Viewer(county, elsewhere.person, ())
    for _ in range(2):
        assert seen(database, near) == {str(phone.person)}
        assert seen(database, nobody) == set()
        assert seen(database, own) == {str(elsewhere.person)}
        merge_pending(database, county, NOW)


def seen(database, viewer):
    with as_viewer(database, viewer, read_only=True) as session:
        tracks = set(fixes_of(session, DAY)["worker_id"])
        latest = {str(row.person_id) for row in latest_positions(session, NOW)}
    assert tracks == latest
    return latest


def test_the_newest_position_moves_forward_in_time_only(phone, database, county):
    phone.send([MORNING + 60_000], lon=111.9)
    phone.send([MORNING + 30_000], lon=111.8, received=MORNING + 120_000)
    with as_job(database, county) as session:
        [found] = latest_positions(session, from_ms(MORNING + 90_000))
    assert (found.lon, found.age_s, found.grid_code) == (111.9, 30, str(CODE))


def test_a_position_from_the_future_is_not_shown(phone, database, county):
    phone.send([MORNING + 400_000], received=MORNING)
    phone.send([MORNING + 200_000], received=MORNING)
    with as_job(database, county) as session:
        [found] = latest_positions(session, NOW)
    assert to_ms(found.t) == MORNING + 200_000


def test_who_is_off_duty_is_not_shown_not_even_where_they_were_before(
    phone, database, county
):
    evening = START + 22 * 3_600_000
    phone.send([evening, evening + 1_799_000])
    with as_job(database, county) as session:
        assert len(latest_positions(session, NOW)) == 1
    phone.send([evening + 1_800_000])
    with as_job(database, county) as session:
        assert latest_positions(session, NOW) == []


def test_a_box_finds_the_devices_that_were_in_it(phone, database, county):
    phone.send(times(3), lon=111.9)
    merge_pending(database, county, NOW)
    near = cells_in_box(111.89, 34.09, 111.91, 34.11).tolist()
    far = cells_in_box(112.89, 34.09, 112.91, 34.11).tolist()
    with as_job(database, county) as session:
        assert store.devices_in_cells(session, DAY, near) == {phone.id}
        assert store.devices_in_cells(session, DAY, far) == set()


def test_day_partitions_are_made_ahead_without_grants_and_behind_policies(
    database, county
):
    merge_pending(database, county, NOW)
    with database.app.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT relname, relrowsecurity AND relforcerowsecurity AS guarded, "
                "has_table_privilege('xunge_app', oid, 'SELECT') AS open "
                "FROM pg_class WHERE relispartition AND relkind = 'r' "
                "AND relname ~ '_202605[0-9]{2}$'"
            )
        ).all()
    names = {row.relname for row in rows}
    assert {"journal_20260528", "day_tracks_20260511"} <= names
    assert all(row.guarded and not row.open for row in rows)


def test_a_day_without_a_partition_loses_nothing(phone, database, county):
    old = day_start_ms(date(2010, 8, 5))
    phone.send([old])
    merge_pending(database, county, datetime(2010, 8, 5, 12, tzinfo=UTC))
    assert len(read(database, county, date(2010, 8, 5))) == 1


def test_the_journal_keeps_rows_of_a_device_day(phone, database, county):
    phone.send(times(3))
    phone.send(times(3, START + 86_400_000))
    with as_job(database, county) as session:
        start = day_start_ms(DAY)
        kept = select(JournalRow).where(
            JournalRow.device_id == phone.id,
            JournalRow.last_ms >= start,
            JournalRow.first_ms < start + 86_400_000,
        )
        assert len(session.scalars(kept).all()) == 1
