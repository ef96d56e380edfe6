"""Who sees which rows, through the only door."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError, InternalError, ProgrammingError
from sqlalchemy.orm import Session

from geo.codes import padded, range_of
from geo.db.door import Viewer, as_ingest, as_job, as_viewer, multirange, within
from geo.db.engine import engine_of
from geo.db.models import Person, parse_areas

ROOT = Path(__file__).parents[3]
EAST, WEST = "410325105", "410325106"
BOTH_VILLAGES = [f"{EAST}200", f"{EAST}201", f"{WEST}200"]


@pytest.fixture
def people(database, county):
    """Three people: two in the east town, one in the west."""
    ids = [uuid4() for _ in BOTH_VILLAGES]
    with as_job(database, county) as session:
        for person, code in zip(ids, BOTH_VILLAGES, strict=True):
            session.add(
                Person(county_id=county, id=person, name="某人", code=padded(code))
            )
    return ids


def seen(session: Session) -> set:
    return set(session.scalars(select(Person.id)))


def viewer(county, *codes, person=None):
    return Viewer(county, person, tuple(range_of(code) for code in codes))


def test_a_viewer_of_a_town_sees_its_villages_only(database, county, people):
    with as_viewer(database, viewer(county, EAST)) as session:
        assert seen(session) == set(people[:2])


def test_several_areas_are_seen_in_one_transaction(database, county, people):
    areas = viewer(county, f"{EAST}201", WEST)
    with as_viewer(database, areas) as session:
        assert seen(session) == set(people[1:])


def test_without_an_area_a_person_sees_only_themself(database, county, people):
    with as_viewer(database, viewer(county, person=people[2])) as session:
        assert seen(session) == {people[2]}


def test_another_county_is_not_seen_even_with_the_same_codes(
    database, county, people, make_county
):
    other = make_county(database)
    with as_viewer(database, viewer(other, EAST)) as session:
        assert seen(session) == set()
    with as_job(database, other) as session:
        assert seen(session) == set()


def test_a_session_that_names_nobody_sees_no_row(database, people):
    with Session(database.app) as session:
        assert seen(session) == set()


def test_a_used_connection_that_forgets_its_viewer_sees_no_row(
    database, county, people
):
    with database.app.connect() as connection:
        with Session(connection) as session, session.begin():
            session.execute(text(f"SET LOCAL xunge.county = '{county}'"))
            session.execute(text("SET LOCAL xunge.scope = '{[0,999999999999999)}'"))
            assert len(seen(session)) == 3
        left = connection.scalar(text("SELECT current_setting('xunge.scope', true)"))
        assert left == ""
        with Session(connection) as session:
            assert seen(session) == set()


def test_a_connection_forgets_who_came_through_the_door(database, county, people):
    """One connection for both, so that the second is given the used one."""
    url = database.app.url.render_as_string(hide_password=False)
    alone = engine_of(url, "xunge_app", pool_size=1)
    one = replace(database, app=alone)
    with as_viewer(one, viewer(county, "410325")) as session:
        assert seen(session) == set(people)
        first = session.scalar(select(func.pg_backend_pid()))
    with Session(alone) as session:
        assert session.scalar(select(func.pg_backend_pid())) == first
        settings = "SELECT current_setting('xunge.' || name, true) FROM unnest(:names)"
        names = {"names": ["county", "person", "scope"]}
        assert set(session.scalars(text(settings + " AS name"), names)) == {""}
        assert seen(session) == set()
    alone.dispose()


def test_the_door_alone_says_who_asks_and_never_by_set_config():
    files = [*ROOT.glob("geo/**/*.py"), *ROOT.glob("api/**/*.py")]
    files += [*ROOT.glob("geo/**/*.sql"), *ROOT.glob("api/**/*.sql")]
    said = {path: path.read_text(encoding="utf-8") for path in files}
    assert [p for p, text in said.items() if "set_config(" in text] == []
    setting = [p.name for p, text in said.items() if "SET LOCAL xunge." in text]
    assert setting == ["door.py"]


def test_a_scope_that_is_no_scope_is_an_error(database, county, people):
    with Session(database.app) as session:
        session.execute(text(f"SET LOCAL xunge.county = '{county}'"))
        session.execute(text("SET LOCAL xunge.scope = 'everything'"))
        with pytest.raises(DataError, match="malformed multirange"):
            seen(session)


def test_a_row_outside_the_area_cannot_be_added(database, county):
    row = Person(county_id=county, id=uuid4(), name="某人", code=padded(f"{WEST}200"))
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        as_viewer(database, viewer(county, EAST)) as session,
    ):
        session.add(row)


def test_a_row_of_another_county_cannot_be_added(database, county, make_county):
    other = make_county(database)
    row = Person(county_id=other, id=uuid4(), name="某人", code=padded(f"{EAST}200"))
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        as_viewer(database, viewer(county, EAST)) as session,
    ):
        session.add(row)


def test_a_reading_viewer_cannot_write(database, county):
    with (
        pytest.raises(InternalError, match="read-only"),
        as_viewer(database, viewer(county, EAST), read_only=True) as session,
    ):
        session.add(
            Person(county_id=county, id=uuid4(), name="某人", code=padded(EAST))
        )


def test_an_error_leaves_nothing_behind(database, county):
    def add_and_fail():
        with as_job(database, county) as session:
            session.add(
                Person(county_id=county, id=uuid4(), name="某人", code=padded(EAST))
            )
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()
    with as_job(database, county) as session:
        assert seen(session) == set()


def test_ingestion_may_not_read_people(database):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        as_ingest(database) as session,
    ):
        seen(session)


def test_a_serving_login_can_become_neither_owner_nor_administrator(database):
    for role in ("xunge_owner", "xunge_admin"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            database.app.connect() as connection,
        ):
            connection.execute(text(f"SET ROLE {role}"))


def test_a_reset_connection_stays_in_its_role(database):
    with database.app.connect() as connection:
        connection.execute(text("RESET ROLE"))
        assert connection.scalar(select(func.current_user())) == "xunge_app"


def test_within_asks_for_no_row_where_there_is_no_area(session, county):
    session.add(Person(county_id=county, id=uuid4(), name="某人", code=padded(EAST)))
    assert session.scalars(select(Person).where(within(Person.code, ()))).all() == []


def test_within_finds_the_rows_that_the_policy_shows(session, county):
    for code in BOTH_VILLAGES:
        session.add(
            Person(county_id=county, id=uuid4(), name="某人", code=padded(code))
        )
    areas = (range_of(f"{EAST}201"), range_of(WEST))
    found = session.scalars(select(Person.code).where(within(Person.code, areas))).all()
    assert sorted(found) == [padded(code) for code in BOTH_VILLAGES[1:]]


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**15))))
def test_areas_survive_the_way_to_text_and_back(pairs):
    areas = tuple(pairs)
    assert parse_areas(multirange(areas)) == areas
