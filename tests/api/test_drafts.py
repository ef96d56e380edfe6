"""Plans under edit over HTTP: edit, undo, redo, two planners, settle, publish."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import shapely
from sqlalchemy import delete

from api.services.people.people import add_person, open_account
from api.services.plans.plans import plan_territory
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import LandscapeLine, Plan, Settlement, Site
from geo.db.store import territory
from geo.errors import BadInput
from planning.units.territory import PlanPolicy
from tests.api.conftest import FAR, NEAR, SIDE, SOUTH, TOWN
from tracking.cases.roles import Role

PATH = "/api/v1/plans"
WEST = 111.90
NOW = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def settled(world, fresh_database):
    """Twelve settlements in two villages, and a second planner."""
    rows = [
        {
            "ref": f"V{i:02d}",
            "name": f"{i}组",
            "code": padded(NEAR if i < 8 else FAR),
            "population": 40 + 5 * (i % 3),
            "households": 10,
            "geometry": shapely.Point(
                WEST
                + SIDE * (i % 4 + 0.5) / (2 if i < 8 else 4)
                + (0.02 if i > 7 else 0),
                SOUTH + SIDE * (0.25 if i % 8 < 4 else 0.75),
            ),
        }
        for i in range(12)
    ]
    with as_job(fresh_database, world.county_id) as session:
        territory.add_rows(session, Settlement, world.county_id, rows)
        person = add_person(session, world.county_id, name="李四", code=TOWN)
        world.passwords["planner"] = open_account(
            session,
            world.county_id,
            person,
            login="planner",
            role=Role.PLANNER,
            areas=[TOWN],
        )


@pytest.fixture
def plan_id(settled, world, fresh_database) -> UUID:
    """A new draft of five grids."""
    with as_job(fresh_database, world.county_id) as session:
        policy = PlanPolicy(grids=5, tolerance=0.3)
        return plan_territory(session, world.county_id, TOWN, policy, NOW)


class Page:
    """A planner's page: knows its version, and sends edits."""

    def __init__(self, client, plan_id):
        self.client, self.path = client, f"{PATH}/{plan_id}"
        self.load()

    def load(self):
        answer = self.client.get(f"{self.path}/draft")
        assert answer.status_code == 200, answer.text
        self.draft = answer.json()
        self.version = self.draft["version"]
        return self.draft

    def send(self, kind, **fields):
        body = {"version": self.version, "edit": {"kind": kind, **fields}}
        return self.took(self.client.post(f"{self.path}/edits", json=body))

    def step(self, name):
        body = {"version": self.version}
        return self.took(self.client.post(f"{self.path}/{name}", json=body))

    def took(self, answer):
        if answer.status_code == 200:
            self.version = answer.json()["version"]
        return answer

    def grids(self):
        return self.draft["grids"]["code"]

    def units_of(self, code):
        at = self.grids().index(code)
        return [u for u, g in enumerate(self.draft["units"]["grid"]) if g == at]


@pytest.fixture
def page(plan_id, sign_in):
    return Page(sign_in("admin"), plan_id)


UNCROSSED = PlanPolicy(grids=6, tolerance=0.3, forbidden=("river",))


@pytest.fixture
def river(settled, world, fresh_database):
    """A river between the two rows of settlements; its latitude."""
    middle = SOUTH + SIDE / 2
    ends = [(WEST - 0.01, middle), (WEST + SIDE + 0.01, middle)]
    row = {
        "ref": "R1",
        "kind": "river",
        "code": padded(NEAR),
        "geometry": shapely.LineString(ends),
    }
    with as_job(fresh_database, world.county_id) as session:
        territory.add_rows(session, LandscapeLine, world.county_id, [row])
    yield middle
    with as_job(fresh_database, world.county_id) as session:
        session.execute(delete(LandscapeLine))


def test_a_river_that_is_not_there_cannot_be_forbidden(settled, world, fresh_database):
    with as_job(fresh_database, world.county_id) as session:
        with pytest.raises(BadInput, match="no river is known to forbid"):
            plan_territory(session, world.county_id, TOWN, UNCROSSED, NOW)


def test_no_edit_takes_a_grid_across_a_river_that_the_plan_does_not_cross(
    river, world, fresh_database, sign_in
):
    with as_job(fresh_database, world.county_id) as session:
        plan_id = plan_territory(session, world.county_id, TOWN, UNCROSSED, NOW)
    page = Page(sign_in("admin"), plan_id)
    assert page.draft["breaches"] == []
    ids = page.draft["units"]["id"]
    north = next(name for name in ids if name.startswith("V04"))
    south = [i for i, name in enumerate(ids) if name.startswith("V00")]
    to = homes(page.draft)[north]
    answer = page.send("move", units=south, to=to).json()
    crossed = [b for b in answer["breaches"] if b["kind"] == "crossed_line"]
    assert {b["grid"] for b in crossed} == {to}
    assert crossed[0]["lat"] == pytest.approx(river, abs=1e-5)
    refused = page.client.post(
        f"{page.path}/events", json={"event": "consult", "version": page.version}
    )
    assert refused.status_code == 422
    assert "不得跨越的线" in refused.json()["error"]["message"]


def homes(draft):
    codes = [*draft["grids"]["code"], None]
    ids = draft["units"]["id"]
    return dict(zip(ids, (codes[g] for g in draft["units"]["grid"]), strict=True))


def test_a_draft_tells_who_is_where(page):
    draft = page.draft
    assert (draft["version"], draft["may_edit"], draft["can_undo"]) == (0, True, False)
    assert len(draft["units"]["id"]) >= 12
    assert draft["summary"]["grids"] == len(draft["grids"]["code"]) == 5
    assert sum(draft["grids"]["load"]) == pytest.approx(sum(draft["units"]["load"]))
    assert sum(draft["grids"]["households"]) == pytest.approx(120, abs=0.5)
    assert draft["breaches"] == []
    assert draft["load_name"] == "population"
    # What was cut from one settlement tells which.
    assert set(draft["units"]["settlement"]) == {f"V{i:02d}" for i in range(12)}


def test_the_land_is_sent_once(page):
    answer = page.client.get(f"{page.path}/land")
    land = answer.json()
    assert len(land["polygons"]) == len(page.draft["units"]["id"])
    again = {"if-none-match": answer.headers["etag"]}
    assert page.client.get(f"{page.path}/land", headers=again).status_code == 304
    used = {
        v for parts in land["polygons"] for rings in parts for r in rings for v in r
    }
    assert used == set(range(len(land["vertices"]) // 2))


def test_an_edit_is_there_after_a_reload(page):
    first, second = page.grids()[:2]
    unit = page.units_of(first)[0]
    change = page.send("move", units=[unit], to=second).json()
    assert change["version"] == 1
    assert change["moved"] == [{"grid": second, "units": [unit]}]
    assert {row["code"] for row in change["grids"]} == {first, second}
    draft = page.load()
    assert draft["version"] == 1
    assert homes(draft)[draft["units"]["id"][unit]] == second


def test_undo_and_redo_go_through_all_edits(page):
    seen = [homes(page.draft)]
    page.send("split_even", grid=page.grids()[0])
    seen.append(homes(page.load()))
    page.send("merge", grids=page.grids()[1:2], into=page.grids()[0])
    seen.append(homes(page.load()))
    for before in (seen[1], seen[0]):
        assert page.step("undo").status_code == 200
        assert homes(page.load()) == before
    assert page.step("undo").status_code == 409
    for after in (seen[1], seen[2]):
        assert page.step("redo").status_code == 200
        assert homes(page.load()) == after
    assert page.step("redo").status_code == 409


def test_a_draft_is_made_again_from_its_rows(page, app):
    page.send("split_even", grid=page.grids()[0])
    page.send("lock", grids=page.grids()[2:3])
    page.step("undo")
    page.send("unassign", units=[0])
    before = page.load()
    app.state.drafts._kept.clear()
    after = page.load()
    assert after == before
    assert page.step("undo").status_code == 200


def test_a_gap_is_told_with_the_grid_that_its_units_are_in_now(page, app):
    page.send("move_vertex", vertex=0, lon=WEST + 0.001, lat=SOUTH + 0.001)
    (gap,) = page.load()["breaches"]
    other = next(code for code in page.grids() if code[:12] == gap["grid"][:12])
    if other == gap["grid"]:
        other = next(code for code in page.grids()[::-1] if code[:12] == other[:12])
    page.send("merge", grids=[gap["grid"]], into=other)
    warm = page.load()["breaches"]
    assert {b["grid"] for b in warm if b["kind"] == gap["kind"]} == {other}
    app.state.drafts._kept.clear()
    assert page.load()["breaches"] == warm


def test_the_second_of_two_planners_is_told(page, plan_id, sign_in):
    other = Page(sign_in("planner"), plan_id)
    first, second = page.grids()[:2]
    page.send("move", units=page.units_of(first)[:1], to=second)
    refused = other.send("lock", grids=[first])
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert (error["code"], error["version"], error["by"]) == (
        "stale_version",
        1,
        "人员admin",
    )
    missed = other.client.get(f"{other.path}/edits", params={"since": 0}).json()
    assert [c["version"] for c in missed["changes"]] == [1]
    other.version = missed["version"]
    assert other.send("lock", grids=[first]).status_code == 200


def test_a_version_that_nobody_made_yet_is_stale(page):
    page.version += 1
    assert page.step("undo").json()["error"]["code"] == "stale_version"


def test_of_many_edits_at_once_one_is_made(page):
    grids = page.grids()

    def lock(code):
        body = {"version": 0, "edit": {"kind": "lock", "grids": [code]}}
        return page.client.post(f"{page.path}/edits", json=body).status_code

    with ThreadPoolExecutor(5) as pool:
        statuses = sorted(pool.map(lock, grids))
    assert statuses == [200, 409, 409, 409, 409]
    assert page.load()["grids"]["locked"].count(True) == 1


def test_a_locked_grid_is_refused_in_words(page):
    first, second = page.grids()[:2]
    page.send("lock", grids=[first])
    answer = page.send("move", units=page.units_of(first)[:1], to=second)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "refused_edit"
    assert first in answer.json()["error"]["message"]
    assert page.load()["version"] == 1


def test_a_moved_vertex_is_found_with_its_place_and_taken_back(page):
    land = page.client.get(f"{page.path}/land").json()
    change = page.send("move_vertex", vertex=0, lon=WEST + 0.001, lat=SOUTH + 0.001)
    assert change.status_code == 200, change.text
    kinds = {b["kind"] for b in change.json()["breaches"]}
    assert "gap" in kinds
    assert page.load()["moved_vertices"] == [[0, WEST + 0.001, SOUTH + 0.001]]
    assert page.client.get(f"{page.path}/land").json() == land
    page.step("undo")
    after = page.load()
    assert (after["moved_vertices"], after["breaches"]) == ([], [])


def test_an_edited_plan_is_drawn_and_published(page, world):
    unit = page.units_of(page.grids()[0])[0]
    made = page.send("new_grid", units=[unit]).json()
    code = made["moved"][0]["grid"]
    plan = page.client.get(page.path).json()
    drawn = {f["properties"]["grid_code"]: f for f in plan["grids"]["features"]}
    assert code in drawn
    assert plan["report"]["proof"]["holds"]
    assert plan["report"]["grids"]["base"] == 6
    assert plan["base_grids"] == 6
    outside = {row["grid_id"] for row in plan["report"]["why_not"]}
    assert outside == {g for g in drawn if drawn[g]["properties"]["reason"]}
    assert code in outside
    assert plan["edited_by"] == "人员admin"
    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    events = f"{page.path}/events"
    stale = page.client.post(events, json={"event": "consult", "version": 0})
    assert stale.status_code == 409
    for event in ("consult", "approve", "announce"):
        assert page.client.post(events, json={"event": event}).status_code == 200
    published = {"event": "publish", "effective_on": day}
    answer = page.client.post(events, json=published)
    assert answer.status_code == 200, answer.text
    grids = page.client.get("/api/v1/grids", params={"on": day}).json()["features"]
    assert code in {f["properties"]["grid_code"] for f in grids}
    assert page.send("lock", grids=[code]).json()["error"]["code"] == "not_editable"


def test_of_many_who_publish_at_once_one_does_and_the_others_are_told(page):
    day = (datetime.now(UTC) + timedelta(days=80)).date().isoformat()
    events = f"{page.path}/events"
    for event in ("consult", "approve", "announce"):
        page.client.post(events, json={"event": event})

    def publish(_number):
        step = {"event": "publish", "effective_on": day}
        answer = page.client.post(events, json=step)
        return answer.status_code, answer.json().get("error", {}).get("code")

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(publish, range(8)))
    assert [status for status, _ in answers] == [200, *[409] * 7]
    assert {code for _, code in answers[1:]} <= {"conflict", "event_not_allowed"}


def test_a_plan_that_states_nothing_of_itself_has_a_report(page, world, fresh_database):
    with as_job(fresh_database, world.county_id) as session:
        session.get_one(Plan, (world.county_id, UUID(page.path[-36:]))).report = {}
    for _ in range(2):
        assert page.client.get(f"{page.path}/report").status_code == 200
        answer = page.client.get(f"{page.path}/villages/{NEAR}")
        assert answer.status_code == 200, answer.text
        page.send("new_grid", units=[page.units_of(page.grids()[0])[0]])


def test_a_broken_plan_does_not_go_on(page):
    page.send("unassign", units=[0])
    answer = page.client.post(f"{page.path}/events", json={"event": "consult"})
    assert answer.status_code == 422
    assert answer.json()["error"]["breach"]["kind"] == "unassigned"


def test_a_copy_begins_with_the_edits_and_goes_its_own_way(page):
    page.send("split_even", grid=page.grids()[0])
    before = homes(page.load())
    copy = page.client.post(f"{page.path}/copy", json={"name": "另一稿"})
    assert copy.status_code == 201, copy.text
    other = Page(page.client, copy.json()["id"])
    assert homes(other.draft) == before
    assert other.version == 0
    other.send("merge", grids=other.grids()[1:2], into=other.grids()[0])
    assert homes(page.load()) == before


def test_who_may_not_plan_may_look(plan_id, sign_in):
    page = Page(sign_in("boss"), plan_id)
    assert page.draft["may_edit"] is False
    assert page.send("lock", grids=page.grids()[:1]).status_code == 403


def test_a_plan_elsewhere_is_not_there(plan_id, sign_in):
    client = sign_in("far_boss")
    for path in ("draft", "land", "edits", "history"):
        assert client.get(f"{PATH}/{plan_id}/{path}").status_code == 404
    assert client.get(f"{PATH}/{uuid4()}/draft").status_code == 404


def test_an_exclusive_grid_keeps_its_borders_through_an_edit(
    settled, world, fresh_database, sign_in
):
    mine = {
        "ref": "Z1",
        "kind": "exclusive_area",
        "name": "一矿",
        "code": padded(NEAR),
        "is_exclusive": True,
        "category": "矿山",
        "geometry": shapely.box(WEST + 0.004, 34.004, WEST + 0.006, 34.006),
    }
    with as_job(fresh_database, world.county_id) as session:
        territory.add_rows(session, Site, world.county_id, [mine], date(2026, 1, 1))
        policy = PlanPolicy(grids=5, tolerance=0.3)
        plan_id = plan_territory(session, world.county_id, TOWN, policy, NOW)
    page = Page(sign_in("admin"), plan_id)

    def beside():
        features = page.client.get(page.path).json()["grids"]["features"]
        borders = {f["properties"]["grid_code"]: f["properties"] for f in features}
        (own,) = [code for code, p in borders.items() if p["kind"] == "exclusive"]
        here = sum(b["length_m"] for b in borders[own]["borders"] if b["to"])
        there = sum(
            b["length_m"]
            for p in borders.values()
            for b in p["borders"]
            if b["to"] == own
        )
        return here, there

    before = beside()
    page.send("new_grid", units=[page.units_of(page.grids()[0])[0]])
    assert beside() == pytest.approx(before, abs=1.0)
    assert before[0] == pytest.approx(before[1], abs=1.0) != 0
