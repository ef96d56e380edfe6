"""Who sees what when areas are several, apart, taken over, or left behind."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from geoalchemy2 import WKTElement
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from api.services.positions.merging import merge_pending
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Grid, GridVersion, RegionLineage
from geo.localtime import local_date
from tests.api.conftest import COUNTY, FAR, NEAR, SINCE, all_day

PEOPLE = "/api/v1/people"
NEAR_1, NEAR_2, FAR_1 = f"{NEAR}001", f"{NEAR}002", f"{FAR}001"
# A mine's own grid in another town, beside it the town's.
MINE, BESIDE = f"{COUNTY}101200001", f"{COUNTY}101200002"


@pytest.fixture(scope="module")
def other_town(fresh_database, world):
    """Two grids of another town, one of them exclusive."""
    with as_job(fresh_database, world.county_id) as session:
        session.add(all_day(world.county_id))
        for code, kind, west in ((MINE, "exclusive", 112.0), (BESIDE, "base", 112.01)):
            grid = uuid4()
            session.add(
                Grid(
                    county_id=world.county_id, id=grid, qr_id=uuid4(), code=padded(code)
                )
            )
            session.flush()
            east = west + 0.01
            ring = f"{west} 34,{east} 34,{east} 34.01,{west} 34.01,{west} 34"
            session.add(
                GridVersion(
                    county_id=world.county_id,
                    grid_id=grid,
                    valid=Range(SINCE, None),
                    code=padded(code),
                    kind=kind,
                    category="mine" if kind == "exclusive" else None,
                    name=f"网格{code[-3:]}",
                    village_code=padded(code[:12]),
                    load=1.0,
                    properties={},
                    geom=WKTElement(f"MULTIPOLYGON((({ring})))", srid=4326),
                )
            )


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def sign_in_new(admin, address, other_town):
    """Return a function (role, *areas) -> client of somebody new with those areas."""
    opened = []

    def begin(role, *areas):
        body = {"id": str(uuid4()), "name": "新人", "code": areas[0]}
        person = admin.post(PEOPLE, json=body).json()["id"]
        account = {"login": f"l{uuid4().hex[:10]}", "role": role, "scope": list(areas)}
        told = admin.post(f"{PEOPLE}/{person}/account", json=account).json()
        client = httpx.Client(base_url=address, timeout=120)
        opened.append(client)
        assert client.post("/api/v1/session", json=told).status_code == 200
        return client

    yield begin
    for client in opened:
        client.close()


def grids_of(client):
    layer = client.get("/api/v1/grids").json()
    return {each["properties"]["grid_code"] for each in layer["features"]}


def test_several_areas_are_seen_each_of_them_and_nothing_between(sign_in_new):
    client = sign_in_new("supervisor", NEAR_1, FAR)
    assert grids_of(client) == {NEAR_1, FAR_1}
    assert set(client.get("/api/v1/session").json()["scope"]) == {NEAR_1, FAR}


def test_a_department_has_its_grids_in_every_town_and_no_grid_beside_them(
    sign_in_new, admin, report
):
    department = sign_in_new("handler", NEAR_2, MINE)
    assert grids_of(department) == {NEAR_2, MINE}
    mine = report(NEAR_1) | {"lon": 112.005, "lat": 34.005}
    beside = report(NEAR_1) | {"lon": 112.015, "lat": 34.005}
    for body in (mine, beside, report(NEAR_2), report(NEAR_1)):
        assert admin.post("/api/v1/hazards", json=body).status_code == 201
    seen = department.get("/api/v1/hazards").json()["features"]
    assert {each["properties"]["grid_code"] for each in seen} == {NEAR_2, MINE}
    # The town keeps its exclusive grid: a department does not take it away.
    assert grids_of(sign_in_new("supervisor", f"{COUNTY}101")) == {MINE, BESIDE}


def succeed(database, world, predecessor, successor):
    with as_job(database, world.county_id) as session:
        session.add(
            RegionLineage(
                county_id=world.county_id,
                id=uuid4(),
                predecessor_code=padded(predecessor),
                successor_code=padded(successor),
                share=0.5,
                changed_on=SINCE,
            )
        )


def test_of_villages_that_merged_or_split_each_successor_sees_the_days_before(
    sign_in_new, fresh_database, world
):
    gone, new, twin = f"{COUNTY}101200", f"{COUNTY}101300", f"{COUNTY}101301"
    successors = [sign_in_new("supervisor", code) for code in (new, twin)]
    before = sign_in_new("supervisor", gone)
    assert [grids_of(each) for each in successors] == [set(), set()]
    for code in (new, twin):
        succeed(fresh_database, world, gone, code)
    # At the next request, and who had the old one gets nothing of the new.
    assert [grids_of(each) for each in successors] == [{MINE, BESIDE}] * 2
    assert grids_of(before) == {MINE, BESIDE}
    assert before.get("/api/v1/session").json()["scope"] == [gone]


def send(client, world, at):
    fix = {"t": int(at.timestamp() * 1000), "lon": 111.925, "lat": 34.005}
    headers = {"Authorization": f"Bearer {world.token}"}
    sent = client.post("/api/v1/fixes", json={"fixes": [fix]}, headers=headers)
    assert sent.status_code == 200


def test_who_moves_to_another_village_is_seen_there_from_then_on_and_here_before(
    sign_in, sign_in_new, admin, client, world, fresh_database
):
    person = world.people[FAR_1]
    now = datetime.now(UTC)
    then = now - timedelta(days=1)
    there, here = sign_in("far_boss"), sign_in_new("supervisor", NEAR)
    send(client, world, then)
    moved = admin.patch(f"{PEOPLE}/{person}", json={"code": NEAR_1})
    assert moved.status_code == 200
    send(client, world, datetime.now(UTC))
    merge_pending(fresh_database, world.county_id, datetime.now(UTC))
    with as_job(fresh_database, world.county_id) as session:
        rows = session.execute(
            text("SELECT fix_on, code FROM day_tracks ORDER BY fix_on")
        ).all()
    days = [local_date(then), local_date(now)]
    assert [tuple(row) for row in rows] == [
        (days[0], padded(FAR_1)),
        (days[1], padded(NEAR_1)),
    ]

    def fixes_of(client):
        answers = [client.get(f"/api/v1/tracks/{person}/{day}") for day in days]
        return [
            len(each.json()["features"]) if each.is_success else each.status_code
            for each in answers
        ]

    assert fixes_of(there) == [1, 404]
    assert fixes_of(here) == [0, 1]
    assert there.get(f"{PEOPLE}/{person}").status_code == 404
    assert here.get(f"{PEOPLE}/{person}").status_code == 200
    # A phone is told nothing of it: it goes on sending with the token that it has.
    phones = here.get(f"/api/v1/devices?person_id={person}").json()["devices"]
    assert len(phones) == 1


def test_a_job_about_several_areas_is_seen_by_who_has_all_of_them(sign_in_new):
    both, one = sign_in_new("supervisor", NEAR, FAR), sign_in_new("supervisor", NEAR)
    day = local_date(datetime.now(UTC)).isoformat()
    asked = {"what": "rounds", "format": "csv", "first": day, "last": day}
    job = both.post("/api/v1/jobs/export", json=asked).json()["id"]
    own = one.post("/api/v1/jobs/export", json=asked).json()["id"]

    def seen(client):
        return {each["id"] for each in client.get("/api/v1/jobs").json()}

    assert {job, own} <= seen(both)
    assert own in seen(one)
    assert job not in seen(one)
    assert one.get(f"/api/v1/jobs/{job}").status_code == 404
    assert both.get(f"/api/v1/jobs/{own}").status_code == 200
