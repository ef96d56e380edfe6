"""Finding out who asks, before anything is known about them."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import ProgrammingError

from geo.codes import padded, range_of
from geo.db.door import Viewer, as_ingest, as_job, as_viewer
from geo.db.models import (
    Account,
    Areas,
    Device,
    DeviceBinding,
    LoginSession,
    Person,
    RegionLineage,
)

VILLAGE = "410325105200"
TOKEN = sha256(b"secret").digest()
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def worker(database, county):
    """A person with an account that sees one village."""
    person = Person(county_id=county, id=uuid4(), name="某人", code=padded(VILLAGE))
    account = Account(
        county_id=county,
        person_id=person.id,
        login=f"w-{county.hex}",
        password_hash="argon2",
        role="worker",
        scope=(range_of(VILLAGE),),
        code=padded(VILLAGE),
    )
    with as_job(database, county) as session:
        session.add(person)
        session.flush()
        session.add(account)
    return account


def log_in(database, worker, ends=HOUR, token=TOKEN):
    """Begin a session as the log-in does: as the person, who sees nothing else."""
    with as_viewer(database, Viewer(worker.county_id, worker.person_id, ())) as session:
        session.add(
            LoginSession(
                county_id=worker.county_id,
                id=uuid4(),
                token_hash=token,
                person_id=worker.person_id,
                created_at=NOW,
                expires_at=NOW + ends,
            )
        )


def look_up(database, county, token=TOKEN):
    query = text("SELECT * FROM session_lookup(:token)").columns(scope=Areas)
    with database.app.connect() as connection:
        rows = connection.execute(query, {"token": token}).all()
    return [row for row in rows if row.county_id == county]


def test_an_account_is_found_by_its_login(database, worker):
    with database.app.connect() as connection:
        row = connection.execute(
            text("SELECT * FROM account_lookup(:login)"), {"login": worker.login}
        ).one()
    assert (row.person_id, row.password_hash) == (worker.person_id, "argon2")


def test_a_session_is_found_by_its_token(database, worker):
    log_in(database, worker)
    (row,) = look_up(database, worker.county_id)
    assert (row.person_id, row.role, row.scope, row.name) == (
        worker.person_id,
        "worker",
        (range_of(VILLAGE),),
        "某人",
    )


def test_a_session_that_has_ended_is_not_found(database, worker):
    log_in(database, worker, ends=-HOUR)
    assert look_up(database, worker.county_id) == []


def test_a_revoked_session_is_not_found(database, worker):
    log_in(database, worker)
    mine = Viewer(worker.county_id, worker.person_id, ())
    with as_viewer(database, mine) as session:
        session.execute(update(LoginSession).values(revoked_at=NOW))
    assert look_up(database, worker.county_id) == []


def test_disabling_an_account_ends_its_sessions(database, worker):
    log_in(database, worker)
    with as_job(database, worker.county_id) as session:
        session.execute(update(Account).values(disabled_at=NOW))
    assert look_up(database, worker.county_id) == []


def test_nobody_begins_a_session_for_somebody_else(database, worker):
    other = Viewer(worker.county_id, uuid4(), (range_of("410325"),))
    row = LoginSession(
        county_id=worker.county_id,
        id=uuid4(),
        token_hash=TOKEN,
        person_id=worker.person_id,
        created_at=NOW,
        expires_at=NOW + HOUR,
    )
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        as_viewer(database, other) as session,
    ):
        session.add(row)


def succeed(session, county, predecessor, successor):
    session.add(
        RegionLineage(
            county_id=county,
            id=uuid4(),
            predecessor_code=padded(predecessor),
            successor_code=padded(successor),
            share=1.0,
            changed_on=NOW.date(),
        )
    )


def test_a_scope_includes_the_villages_that_were_taken_over(database, worker):
    """Also those that these had taken over before, and none of another county."""
    county, elsewhere = worker.county_id, "410325106201"
    with as_job(database, county) as session:
        succeed(session, county, "410325105207", VILLAGE)
        succeed(session, county, "410325106300", "410325105207")
        succeed(session, county, elsewhere, "410325106202")
    log_in(database, worker)
    (row,) = look_up(database, county)
    expected = [range_of(code) for code in (VILLAGE, "410325105207", "410325106300")]
    assert row.scope == tuple(sorted(expected))


@pytest.mark.parametrize("code", ["410326", "410325107", "410325107200"])
def test_a_predecessor_is_taken_over_whole_at_every_level(database, worker, code):
    with as_job(database, worker.county_id) as session:
        succeed(session, worker.county_id, code, VILLAGE)
    log_in(database, worker)
    (row,) = look_up(database, worker.county_id)
    assert row.scope == tuple(sorted([range_of(VILLAGE), range_of(code)]))


@pytest.fixture
def device(database, county):
    """A device that nobody carries yet."""
    row = Device(
        county_id=county,
        id=uuid4(),
        token_hash=sha256(county.bytes).digest(),
        label="手机",
        code=padded("410325"),
        created_at=NOW,
    )
    with as_job(database, county) as session:
        session.add(row)
    return row


def find_device(database, device):
    with as_ingest(database) as session:
        return session.execute(
            text("SELECT * FROM device_lookup(:token)"), {"token": device.token_hash}
        ).one_or_none()


def bind(database, device, worker, begins, ends):
    with as_job(database, device.county_id) as session:
        session.add(
            DeviceBinding(
                county_id=device.county_id,
                device_id=device.id,
                person_id=worker.person_id,
                during=Range(begins, ends),
                code=padded(VILLAGE),
            )
        )


def test_a_device_without_a_person_lies_in_its_own_area(database, device):
    row = find_device(database, device)
    assert (row.county_id, row.device_id, row.person_id, row.code) == (
        device.county_id,
        device.id,
        None,
        padded("410325"),
    )


def test_a_device_belongs_to_who_carries_it_now(database, device, worker):
    bind(database, device, worker, NOW - HOUR, None)
    row = find_device(database, device)
    assert (row.person_id, row.code) == (worker.person_id, padded(VILLAGE))


def test_a_device_is_nobodys_after_it_was_given_back(database, device, worker):
    bind(database, device, worker, NOW - 2 * HOUR, NOW - HOUR)
    assert find_device(database, device).person_id is None


def test_a_revoked_device_is_not_found(database, device):
    county = device.county_id
    with as_viewer(database, Viewer(county, None, (range_of("410325"),))) as session:
        session.execute(update(Device).values(revoked_at=NOW))
    assert find_device(database, device) is None
