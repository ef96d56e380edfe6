"""A plan over HTTP: asked for, made by the runner, taken to publication."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import shapely

from api.services.plans import plans
from api.services.rules.fitness import walk_published
from api.services.works.job_runner import PLANNING, JobRunner
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Settlement
from geo.db.store import territory
from tests.api.conftest import FAR, NEAR, SIDE, SOUTH, TOWN
from tests.api.doing import doing

PATH = "/api/v1/plans"
JOBS = "/api/v1/jobs"
WEST = 111.90


@pytest.fixture(scope="module")
def runner(fresh_database, tmp_path_factory):
    """Does one job when asked to, in a process; nothing runs by itself."""
    return JobRunner(fresh_database, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def do_next(fresh_database, world, tmp_path_factory):
    """A function that does the next job here."""
    folder = tmp_path_factory.mktemp("data")
    with doing(fresh_database, world.county_id, folder) as do:
        yield do


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


@pytest.fixture(scope="module")
def plan_of(do_next):
    """Return a function (client, **wishes) -> the plan that was made."""

    def make(client, **more):
        asked = ask(client, **more)
        assert asked.status_code == 202, asked.text
        do_next()
        job = client.get(f"{JOBS}/{asked.json()['id']}").json()
        assert (job["state"], job["percent"]) == ("done", 100), job
        return client.get(f"{PATH}/{job['result']['plan_ids'][0]}").json()

    return make


def test_a_planner_gets_a_draft_with_its_report_and_grids(settled, sign_in, plan_of):
    plan = plan_of(sign_in("admin"), name="初稿")
    assert (plan["state"], plan["name"], plan["region_code"]) == ("draft", "初稿", TOWN)
    assert plan["report"]["proof"]["holds"]
    loads = [f["properties"]["load"] for f in plan["grids"]["features"]]
    assert loads == [100, 100, 100]


def test_a_worker_may_not_plan(settled, sign_in):
    assert ask(sign_in("near_worker")).status_code == 403


def test_a_number_that_cannot_be_met_fails_with_its_reason(settled, sign_in, runner):
    client = sign_in("admin")
    asked = ask(client, grids=1).json()
    assert (asked["state"], asked["stage_name"]) == ("queued", "排队等候")
    assert runner.run_next()
    job = client.get(f"{JOBS}/{asked['id']}").json()
    assert job["state"] == "failed"
    assert "至少要 2 格" in job["error"]


def test_a_job_that_waits_is_cancelled(settled, sign_in, runner):
    client = sign_in("admin")
    asked = ask(client).json()
    cancel = f"{JOBS}/{asked['id']}/cancel"
    assert client.post(cancel, json={}).status_code == 200
    assert not runner.run_next()
    assert client.get(f"{JOBS}/{asked['id']}").json()["state"] == "cancelled"
    assert client.post(cancel, json={}).status_code == 409
    listed = client.get(JOBS, params={"state": "cancelled"}).json()
    assert asked["id"] in {job["id"] for job in listed}


def test_a_plan_waits_for_the_runner_of_plans_only(
    settled, sign_in, fresh_database, tmp_path
):
    client = sign_in("admin")
    asked = ask(client).json()
    job = f"{JOBS}/{asked['id']}"
    client.post(f"{job}/cancel", json={})
    JobRunner(fresh_database, tmp_path, but=PLANNING).run_next()
    assert client.get(job).json()["state"] == "queued"
    JobRunner(fresh_database, tmp_path, only=PLANNING).run_next()
    assert client.get(job).json()["state"] == "cancelled"


def test_a_plan_goes_step_by_step_into_force(settled, sign_in, plan_of):
    client = sign_in("admin")
    plan = plan_of(client)
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
    # One honest round was walked in every grid, and a hundredth of a degree is enough.
    assert published["unfit"] == []
    told = client.get(f"{PATH}/{plan['id']}").json()
    assert told["report"]["feasibility"] == {"walked": 3, "unfit": []}
    grids = client.get("/api/v1/grids", params={"on": day.isoformat()}).json()
    assert len(grids["features"]) == 3
    before = client.get("/api/v1/grids", params={"on": date(2026, 1, 1).isoformat()})
    assert {f["properties"]["grid_code"] for f in before.json()["features"]}
    assert client.get(PATH).json()[0]["id"] == plan["id"]


def test_a_plan_too_large_to_be_walked_at_once_is_walked_soon(
    settled, sign_in, plan_of, monkeypatch, fresh_database, world
):
    monkeypatch.setattr(plans, "_WALKED_AT_ONCE", 2)
    client = sign_in("admin")
    plan = plan_of(client)
    events = f"{PATH}/{plan['id']}/events"
    for event in ("consult", "approve", "announce"):
        assert client.post(events, json={"event": event}).status_code == 200
    day = (datetime.now(UTC) + timedelta(days=60)).date()
    publish = {"event": "publish", "effective_on": day.isoformat()}
    assert client.post(events, json=publish).json()["unfit"] is None
    walked = walk_published(fresh_database, world.county_id, datetime.now(UTC))
    assert walked == [UUID(plan["id"])]
    report = client.get(f"{PATH}/{plan['id']}").json()["report"]
    assert report["feasibility"] == {"walked": 3, "unfit": []}
    assert walk_published(fresh_database, world.county_id, datetime.now(UTC)) == []
