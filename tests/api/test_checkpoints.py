"""Points to reach: set, ended, and of whoever has the ground on which they stand."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import shapely
from geoalchemy2 import WKTElement
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from api.services.rules.day_roster import roster_on
from geo.codes import padded, range_of
from geo.db.door import as_job
from geo.db.models import Assignment, GridVersion, StandIn
from geo.db.store import plans
from geo.localtime import local_date
from tests.api.conftest import FAR, NEAR, SIDE, SOUTH, middle_of

POINTS = "/api/v1/checkpoints"
TODAY = local_date(datetime.now(UTC))
TOMORROW = TODAY + timedelta(days=1)
WEST, EAST = f"{NEAR}001", f"{NEAR}002"


def day(n):
    return (TODAY + timedelta(days=n)).isoformat()


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


def point(grid=WEST, **changes):
    lon, lat = middle_of(grid)
    body = {"id": str(uuid4()), "ref": uuid4().hex[:12], "name": "桥头"}
    return body | {"lon": lon, "lat": lat, "first": day(1)} | changes


def refs(client, **query):
    return {p["ref"] for p in client.get(POINTS, params=query).json()["checkpoints"]}


def test_a_point_is_set_seen_and_ended(admin, sign_in):
    body = point()
    made = admin.post(POINTS, json=body)
    assert (made.status_code, made.json()["grid_code"]) == (201, WEST)
    assert admin.post(POINTS, json=body).status_code == 200
    assert admin.post(POINTS, json=body | {"name": "村口"}).status_code == 409
    worker = sign_in("near_worker")
    assert body["ref"] in refs(worker, date=day(1))
    assert body["ref"] not in refs(worker, date=day(0))
    assert body["ref"] not in refs(sign_in("far_boss"), date="all")
    end = f"{POINTS}/{body['id']}/end"
    assert worker.post(end, json={"last": day(3)}).status_code == 403
    assert admin.post(end, json={"last": day(0)}).status_code == 422
    assert admin.post(end, json={"last": day(3)}).json()["last"] == day(3)
    assert body["ref"] not in refs(admin, date=day(4))


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"first": day(0)}, 422), ({"lat": SOUTH - 1}, 404), ({"ref": ""}, 422)],
)
def test_a_point_that_cannot_be_is_refused(admin, changes, status):
    assert admin.post(POINTS, json=point(**changes)).status_code == status


def test_a_ref_is_of_one_point_at_a_time(admin):
    body = point(last=day(2))
    assert admin.post(POINTS, json=body).status_code == 201
    again = point(EAST, ref=body["ref"])
    assert admin.post(POINTS, json=again | {"first": day(2)}).status_code == 409
    assert admin.post(POINTS, json=again | {"first": day(3)}).status_code == 201


def test_a_point_in_a_shifted_datum_is_stored_where_it_is(admin):
    body = point(EAST, coord_type="gcj02")
    found = admin.post(POINTS, json=body).json()
    assert 1e-4 < abs(found["lon"] - body["lon"]) < 0.01
    assert admin.post(POINTS, json=body).status_code == 200


def test_after_a_redraw_a_point_is_of_whoever_has_its_ground(
    admin, world, fresh_database
):
    body = point()
    admin.post(POINTS, json=body)

    def owner(session):
        roster = roster_on(session, world.county_id, TOMORROW)
        return {p.checkpoint_id: p.grid_code for p in roster.checkpoints}[body["ref"]]

    with as_job(fresh_database, world.county_id) as session:
        assert owner(session) == WEST
        # The western grid keeps a strip; all else becomes the eastern one's.
        shapes = {WEST: (111.90, 111.902), EAST: (111.902, 111.92)}
        old = {v.code: v for v in session.scalars(select(GridVersion))}
        plans.end_versions(session, world.county_id, (range_of(NEAR),), TOMORROW)
        for code, (west, east) in shapes.items():
            shape = shapely.MultiPolygon([shapely.box(west, SOUTH, east, SOUTH + SIDE)])
            kept = ("county_id", "grid_id", "kind", "name", "village_code", "load")
            row = {name: getattr(old[padded(code)], name) for name in kept}
            row |= {"code": padded(code), "properties": {}}
            geom = WKTElement(shape.wkt, srid=4326)
            session.add(GridVersion(**row, valid=Range(TOMORROW, None), geom=geom))
        session.flush()
        assert owner(session) == EAST
        session.rollback()


def test_whoever_has_a_stand_in_everywhere_owes_no_round(world, fresh_database):
    away, other = world.people[WEST], world.people[f"{FAR}001"]
    first = date(2026, 5, 20)
    with as_job(fresh_database, world.county_id) as session:
        duty = session.scalars(
            select(Assignment).where(Assignment.person_id == away)
        ).one()
        session.add(
            StandIn(
                county_id=world.county_id,
                id=uuid4(),
                assignment_id=duty.id,
                person_id=other,
                code=padded(WEST),
                valid=Range(first, first + timedelta(days=1)),
            )
        )
        session.flush()

        def excused(person: UUID, on: date):
            roster = roster_on(session, world.county_id, on)
            assert [e.worker_id for e in roster.calendar] in ([], [str(away)])
            return [e.kind for e in roster.calendar if e.worker_id == str(person)]

        assert excused(away, first) == ["stand_in"]
        assert excused(away, first + timedelta(days=1)) == []
        assert excused(other, first) == []
        session.rollback()
