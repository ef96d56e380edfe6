"""What a verdict was judged by is never overwritten; nothing holds twice at a time."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError, ProgrammingError

from geo.codes import padded, range_of
from geo.db.door import Viewer, as_job, as_viewer
from geo.db.models import (
    Account,
    Assignment,
    AuditEntry,
    Case,
    CaseCategory,
    CaseEvent,
    Grid,
    GridVersion,
    Person,
)

VILLAGE = "410325105200"
GRID = padded(f"{VILLAGE}001")
SQUARE = "SRID=4326;MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)))"
SPRING = Range(date(2026, 3, 1), date(2026, 6, 1))
SUMMER = Range(date(2026, 6, 1), None)


def grid(county, code=GRID):
    return Grid(county_id=county, id=uuid4(), qr_id=uuid4(), code=code)


def version(made: Grid, valid, **changes):
    columns = {
        "kind": "base",
        "name": "第一网格",
        "code": GRID,
        "village_code": padded(VILLAGE),
        "load": 1.0,
        "geom": SQUARE,
    }
    return GridVersion(
        county_id=made.county_id, grid_id=made.id, valid=valid, **columns | changes
    )


def person(county, **columns):
    return Person(county_id=county, id=uuid4(), name="某人", code=GRID, **columns)


def lead(somebody, made, valid):
    return Assignment(
        county_id=made.county_id,
        id=uuid4(),
        person_id=somebody.id,
        grid_id=made.id,
        code=GRID,
        role="worker",
        is_lead=True,
        valid=valid,
    )


def whole(county, somebody=None):
    return Viewer(county, somebody and somebody.id, (range_of("410325"),))


def test_versions_of_a_grid_follow_each_other(session, county):
    made = grid(county)
    session.add(made)
    session.flush()
    session.add_all([version(made, SPRING), version(made, SUMMER)])
    session.flush()
    on = date(2026, 5, 20)
    found = session.scalars(select(GridVersion).where(GridVersion.valid.contains(on)))
    assert [row.valid for row in found] == [SPRING]


def test_versions_of_a_grid_cannot_overlap(session, county):
    made = grid(county)
    session.add(made)
    session.flush()
    late_spring = Range(date(2026, 5, 31), None)
    other_kind = version(
        made, late_spring, code=GRID + 1, kind="exclusive", category="mine"
    )
    session.add_all([version(made, SPRING), other_kind])
    with pytest.raises(IntegrityError, match="ex_grid_versions_grid_id"):
        session.flush()


def test_two_grids_cannot_have_one_code_at_a_time(session, county):
    first, second = grid(county), grid(county)
    session.add_all([first, second])
    session.flush()
    session.add_all([version(first, SPRING), version(second, SPRING)])
    with pytest.raises(IntegrityError, match="ex_grid_versions_code"):
        session.flush()


def test_a_micro_grid_carries_the_code_of_its_grid(session, county):
    outer, inner = grid(county), grid(county)
    session.add_all([outer, inner])
    session.flush()
    session.add_all(
        [
            version(outer, SPRING),
            version(inner, SPRING, kind="micro", parent_grid_id=outer.id),
        ]
    )
    session.flush()


def test_a_grid_has_one_lead_at_a_time(session, county):
    made, one, other = grid(county), person(county), person(county)
    session.add_all([made, one, other])
    session.flush()
    session.add_all([lead(one, made, SPRING), lead(other, made, SUMMER)])
    session.flush()
    session.add(lead(other, made, SPRING))
    with pytest.raises(IntegrityError, match="ex_assignments_lead"):
        session.flush()


@pytest.mark.parametrize("change", [{"load": 2.0}, {"geom": SQUARE}, {"code": 1}])
def test_a_version_of_a_grid_cannot_be_changed(database, county, change):
    for door in (as_job(database, county), as_viewer(database, whole(county))):
        with pytest.raises(ProgrammingError, match="permission denied"), door as live:
            live.execute(update(GridVersion).values(**change))


def test_a_version_of_a_grid_can_end(database, county):
    made = grid(county)
    with as_job(database, county) as session:
        session.add(made)
        session.flush()
        session.add(version(made, Range(date(2026, 3, 1), None)))
    with as_viewer(database, whole(county)) as session:
        session.execute(update(GridVersion).values(valid=SPRING))
    with as_viewer(database, whole(county)) as session:
        assert session.scalars(select(GridVersion.valid)).all() == [SPRING]


@pytest.fixture
def case(database, county):
    """A case of its reporter, with one event, outside of any area of theirs."""
    reporter = person(county)
    moment = func.now()
    key = {"county_id": county, "participants": [reporter.id], "code": GRID}
    report = Case(
        id=uuid4(),
        kind="hazard",
        state="reported",
        category="fire",
        level="general",
        text="通道堵塞",
        geom="SRID=4326;POINT(111.9 34.2)",
        reporter_id=reporter.id,
        reported_at=moment,
        received_at=moment,
        version=1,
        **key,
    )
    event = CaseEvent(
        case_id=report.id,
        seq=1,
        event="report",
        to_state="reported",
        actor_id=reporter.id,
        at=moment,
        **key,
    )
    category = CaseCategory(
        county_id=county,
        code="fire",
        name="消防",
        level="general",
        accept_minutes=15,
        handle_minutes=1440,
        clock="clock",
    )
    with as_job(database, county) as session:
        session.add_all([reporter, category])
        session.flush()
        session.add(report)
        session.flush()
        session.add(event)
    return report


def test_a_participant_sees_a_case_wherever_it_lies(database, county, case):
    mine = Viewer(county, case.reporter_id, ())
    with as_viewer(database, mine) as session:
        assert session.scalars(select(Case.id)).all() == [case.id]
        assert session.scalars(select(CaseEvent.seq)).all() == [1]
    with as_viewer(database, Viewer(county, uuid4(), ())) as session:
        assert session.scalars(select(Case.id)).all() == []
        assert session.scalars(select(CaseEvent.seq)).all() == []


@pytest.mark.parametrize(
    "statement",
    [update(CaseEvent).values(note="anders"), delete(CaseEvent), delete(Case)],
    ids=["change an event", "delete an event", "delete a case"],
)
def test_the_history_of_a_case_is_append_only(database, county, case, statement):
    for door in (as_job(database, county), as_viewer(database, whole(county))):
        with pytest.raises(ProgrammingError, match="permission denied"), door as live:
            live.execute(statement)


def test_nobody_hands_out_a_wider_area_than_their_own(database, county):
    somebody = person(county)
    account = {"county_id": county, "person_id": somebody.id, "login": "w", "role": "x"}
    town = Viewer(county, None, (range_of(VILLAGE[:9]),))
    with as_job(database, county) as session:
        session.add(somebody)
    with as_viewer(database, town) as session:
        session.add(
            Account(**account, password_hash="-", code=GRID, scope=(range_of(VILLAGE),))
        )
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        as_viewer(database, town) as session,
    ):
        session.execute(update(Account).values(scope=(range_of("410325"),)))


def test_a_request_cannot_read_a_password_hash(database, county):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        as_viewer(database, whole(county)) as session,
    ):
        session.scalars(select(Account.password_hash)).all()


def append(session, action, detail="{}"):
    return session.scalar(
        text("SELECT audit_append(:action, 'track', cast(:detail AS jsonb))"),
        {"action": action, "detail": detail},
    )


def test_audit_rows_form_a_chain_per_county(database, county, make_county):
    other = make_county(database)
    with as_viewer(database, whole(county)) as session:
        assert [append(session, "look"), append(session, "export")] == [1, 2]
    with as_job(database, other) as session:
        assert append(session, "look") == 1
    with as_job(database, county) as session:
        first, second = session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
        assert second.previous_hash == first.hash
        assert first.hash == bytes(session.scalar(text(RECOMPUTED), {"seq": 1}))


# Written out once more: what the chain promises, and not what the function does.
RECOMPUTED = """
    SELECT sha256(convert_to(jsonb_build_array(
        county_id, seq, extract(epoch FROM at), actor_id, action, object, detail,
        encode(previous_hash, 'hex'))::text, 'UTF8'))
    FROM audit_log WHERE seq = :seq
"""


def test_an_audit_row_without_a_county_is_refused(database):
    with (
        pytest.raises(Exception, match="names no county"),
        database.app.begin() as connection,
    ):
        connection.execute(text("SELECT audit_append('look', 'track')"))


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO audit_log DEFAULT VALUES", "DELETE FROM audit_log",
     "UPDATE audit_log SET action = 'x'", "UPDATE audit_heads SET seq = 0"],
)  # fmt: skip
def test_an_audit_row_is_written_by_its_function_alone(database, county, statement):
    for door in (as_job(database, county), as_viewer(database, whole(county))):
        with pytest.raises(ProgrammingError, match="permission denied"), door as live:
            live.execute(text(statement))
