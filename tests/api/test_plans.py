"""A plan over HTTP: asked for, looked at, taken to publication."""

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely

from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Settlement
from geo.db.store import territory
from tests.api.conftest import FAR, NEAR, SIDE, SOUTH, TOWN

PATH = "/api/v1/plans"
WEST = 111.90


@pytest.fixture
def settled(world, fresh_database):
    """Two settlements in each hundredth of a degree of the county."""
    with as_job(fresh_database, world.county_id) as session:
        if len(territory.settlements_of(session, world.county_id)):
            return
        rows = [
            {
                "ref": f"V{i}",
                "name": f"{i}组",
                "code": padded(NEAR if i < 4 else FAR),
                "population": 50,
                "geometry": shapely.Point(
                    WEST + SIDE * (i + 0.5) / 2, SOUTH + SIDE * (0.3 + 0.1 * (i % 3))
                ),
            }
            for i in range(6)
        ]
        territory.add_rows(session, Settlement, world.county_id, rows)


def ask(client, **more):
    return client.post(PATH, json={"region_code": TOWN, "grids": 3, **more})


def test_a_planner_gets_a_draft_with_its_report_and_grids(settled, sign_in):
    answer = ask(sign_in("admin"), name="初稿")
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    assert (plan["state"], plan["name"], plan["region_code"]) == ("draft", "初稿", TOWN)
    assert plan["report"]["proof"]["holds"]
    loads = [f["properties"]["load"] for f in plan["grids"]["features"]]
    assert loads == [100, 100, 100]


def test_a_worker_may_not_plan(settled, sign_in):
    assert ask(sign_in("near_worker")).status_code == 403


def test_a_number_that_cannot_be_met_is_refused(settled, sign_in):
    answer = ask(sign_in("admin"), grids=1)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"


def test_a_plan_goes_step_by_step_into_force(settled, sign_in):
    client = sign_in("admin")
    plan = ask(client).json()
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    events = f"{PATH}/{plan['id']}/events"
    publish = {"event": "publish", "effective_on": day.isoformat()}
    assert client.post(events, json=publish).status_code == 409
    for event in ("consult", "approve", "announce"):
        assert client.post(events, json={"event": event}).status_code == 200
    assert client.post(events, json={"event": "publish"}).status_code == 422
    published = client.post(events, json=publish).json()
    assert (published["state"], published["effective_on"]) == (
        "published",
        day.isoformat(),
    )
    grids = client.get("/api/v1/grids", params={"on": day.isoformat()}).json()
    assert len(grids["features"]) == 3
    before = client.get("/api/v1/grids", params={"on": date(2026, 1, 1).isoformat()})
    assert {f["properties"]["grid_code"] for f in before.json()["features"]}
    assert client.get(PATH).json()[0]["id"] == plan["id"]
