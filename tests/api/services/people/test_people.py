"""People are posted to grids, given accounts and devices; secrets are told once."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.security.credentials import hash_token, is_password
from api.services.people.people import (
    Posting,
    add_person,
    assign,
    enrol_devices,
    open_account,
    staff_grids,
)
from geo.db.door import as_job, as_nobody
from geo.db.models import (
    Assignment,
)
from geo.db.store import people
from geo.errors import BadInput
from tracking.cases.roles import Role

GRIDS = ("410399100200001", "410399100200002", "410399100201001")
DAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, tzinfo=UTC)


def count(session, model, *where):
    return len(session.scalars(select(model).where(*where)).all())


@pytest.fixture
def job(fresh_database, world):
    """A transaction of a job; each test works with people of its own."""
    with as_job(fresh_database, world.county_id) as session:
        yield session


@pytest.fixture
def person(job, world):
    return add_person(job, world.county_id, name="某人", code=GRIDS[0])


def test_every_grid_has_one_lead_after_staffing(job, world):
    leads = job.scalars(select(Assignment).where(Assignment.is_lead)).all()
    assert len(leads) == len(GRIDS)
    assert {a.person_id for a in leads} == {world.people[code] for code in GRIDS}


def test_a_second_lead_of_a_grid_is_refused(fresh_database, world):
    with (
        pytest.raises(BadInput, match="lead"),
        as_job(fresh_database, world.county_id) as session,
    ):
        staff_grids(session, world.county_id, [Posting(GRIDS[0], "二号")], DAY)


def test_a_grid_that_is_not_valid_that_day_is_named(job, world):
    wrong = [Posting("410399100200009", "某人")]
    with pytest.raises(BadInput, match=r"410399100200009.*2026-05-20"):
        staff_grids(job, world.county_id, wrong, DAY)


def test_a_helper_stands_beside_the_lead(job, world, person):
    assign(job, world.county_id, person, GRIDS[0], DAY)
    posted = select(Assignment).where(Assignment.person_id == person)
    assert not job.scalars(posted).one().is_lead


def test_an_account_is_found_with_its_generated_password(fresh_database, world):
    login = f"login-{uuid4()}"
    with as_job(fresh_database, world.county_id) as session:
        someone = add_person(session, world.county_id, name="某人", code=GRIDS[0])
        password = open_account(
            session,
            world.county_id,
            someone,
            login=login,
            role=Role.WORKER,
            areas=[GRIDS[0]],
        )
    with as_nobody(fresh_database) as session:
        (found,) = people.find_accounts(session, login)
    assert found.person_id == someone
    assert is_password(password, found.password_hash)


def test_a_login_that_is_taken_is_named(fresh_database, world):
    with as_job(fresh_database, world.county_id) as session:
        someone = add_person(session, world.county_id, name="某人", code=GRIDS[0])
    taken = {"login": "desk", "role": Role.WORKER, "areas": [GRIDS[0]]}
    with (
        pytest.raises(BadInput, match="'desk'"),
        as_job(fresh_database, world.county_id) as session,
    ):
        open_account(session, world.county_id, someone, **taken)


def test_a_device_stands_for_its_carrier(fresh_database, world):
    with as_job(fresh_database, world.county_id) as session:
        someone = add_person(session, world.county_id, name="某人", code=GRIDS[1])
        tokens = enrol_devices(session, world.county_id, [someone], NOW)
    with as_nobody(fresh_database) as session:
        found = people.find_device(session, hash_token(tokens[someone]))
    assert found is not None
    assert found.person_id == someone


def test_a_device_needs_a_person(job, world):
    with pytest.raises(BadInput, match="no person"):
        enrol_devices(job, world.county_id, [uuid4()], NOW)
