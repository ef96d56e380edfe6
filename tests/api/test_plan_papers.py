"""Plans beside each other, in files, on paper, and talked about."""

import csv
import io
from uuid import uuid4

import pytest

from geo.db.door import as_job
from geo.db.store import plans
from planning.account.whynot import BLOCKS
from tests.api.conftest import FAR, NEAR
from tests.api.test_drafts import PATH, Page, homes, plan_id, settled

__all__ = ["plan_id", "settled"]


@pytest.fixture
def page(plan_id, sign_in):
    return Page(sign_in("admin"), plan_id)


@pytest.fixture
def other(page):
    """A copy of the plan in which a unit has another grid."""
    copy = page.client.post(f"{page.path}/copy", json={"name": "另一稿"}).json()
    other = Page(page.client, copy["id"])
    first, second = other.grids()[:2]
    other.send("move", units=other.units_of(first)[:1], to=second)
    other.load()
    return other


def test_plans_stand_side_by_side_with_their_bounds(page, other):
    ids = f"{page.path[len(PATH) + 1 :]},{other.path[len(PATH) + 1 :]}"
    body = page.client.get(f"{PATH}/compare", params={"ids": ids}).json()
    assert len(body["plans"]) == 2
    groups = list(dict.fromkeys(row["group"] for row in body["rows"]))
    assert groups[:3] == ["balance", "bounds", "manageability"]
    rows = {row["key"]: row for row in body["rows"]}
    assert rows["max_deviation_pct"]["name"] == "最大偏差"
    assert rows["max_deviation_pct"]["better"] == "low"
    assert len(set(rows["max_deviation_pct"]["values"])) == 2
    assert "bounds" in {row["group"] for row in body["rows"]}


def test_the_difference_is_the_units_that_are_elsewhere(page, other):
    against = {"against": page.path[len(PATH) + 1 :]}
    body = other.client.get(f"{other.path}/difference", params=against).json()
    (unit,) = body["units"]
    before, after = homes(page.draft), homes(other.draft)
    assert (unit["from"], unit["to"]) == (
        before[unit["unit_id"]],
        after[unit["unit_id"]],
    )
    assert body["load"] == unit["load"]
    assert body["geometry"]["features"][0]["geometry"]["type"].endswith("Polygon")


def test_who_moves_is_told_in_households(page, other):
    against = {"against": page.path[len(PATH) + 1 :]}
    body = other.client.get(f"{other.path}/moves", params=against).json()
    (stream,) = body["streams"]
    assert stream["units"] == 1
    assert stream["village_name"] == f"村{stream['village_code'][-3:]}"
    assert body["households"] == stream["households"] > 0
    assert 0 < body["people_share_pct"] < 50


def test_against_must_be_a_plan_or_today(page):
    answer = page.client.get(f"{page.path}/moves", params={"against": "gestern"})
    assert answer.status_code == 422


def test_an_assignment_goes_out_and_in_without_loss(page, other):
    content = other.client.get(f"{other.path}/assignment.csv").content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {r["unit_id"]: r["grid_id"] for r in rows} == homes(other.draft)
    put = page.client.put(
        f"{page.path}/assignment",
        params={"version": page.version},
        content=content,
        headers={"content-type": "text/csv"},
    )
    assert put.status_code == 200, put.text
    assert homes(page.load()) == homes(other.draft)
    assert page.step("undo").status_code == 200
    layer = other.client.get(f"{other.path}/units.geojson").content
    put = page.client.put(
        f"{page.path}/assignment", params={"version": page.version}, content=layer
    )
    assert put.status_code == 200, put.text
    assert homes(page.load()) == homes(other.draft)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"unit,grid\n", "unit_id"),
        (b"unit_id,grid_id\nV00,x\n", "第 2 行"),
        (b"unit_id,grid_id\nV00,\nV00,\n", "第 3 行"),
        (b'{"features": [{"properties": {}}]}', "GeoJSON"),
        (b"unit_id,grid_id\nnobody,410399100200001\n", "没有单元"),
        ("unit_id,grid_id\n村,\n".encode("gbk"), "UTF-8"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_by_its_line(page, content, words):
    answer = page.client.put(
        f"{page.path}/assignment",
        params={"version": 0},
        content=content,
        headers={"content-type": "text/csv"},
    )
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]


def test_grids_and_units_go_out_as_geojson(page):
    grids = page.client.get(f"{page.path}/grids.geojson")
    assert "attachment" in grids.headers["content-disposition"]
    codes = {f["properties"]["grid_code"] for f in grids.json()["features"]}
    units = page.client.get(f"{page.path}/units.geojson").json()["features"]
    assert {f["properties"]["grid_id"] for f in units} == codes


def test_the_report_names_the_workers_between_whom_households_move(page, monkeypatch):
    before, now = f"{NEAR}001", page.grids()[0]
    moved = dict.fromkeys(homes(page.draft), int(before))
    monkeypatch.setattr(plans, "unit_grids_in", lambda *_: moved)
    report = page.client.get(f"{page.path}/report").text
    assert f"<td>{before}（网格员 {before}）</td><td>{now}</td>" in report


def test_the_pages_of_a_plan_are_there_to_print(page):
    report = page.client.get(f"{page.path}/report")
    assert report.status_code == 200
    assert "证明单" in report.text
    assert "sandbox" in report.headers["content-security-policy"]
    village = page.client.get(f"{page.path}/villages/{NEAR}")
    assert village.status_code == 200
    assert "村200" in village.text
    assert page.client.get(f"{page.path}/villages/410399100999").status_code == 404


def test_a_grid_outside_after_an_edit_has_its_reason(page):
    unit = page.units_of(page.grids()[0])[0]
    code = page.send("new_grid", units=[unit]).json()["moved"][0]["grid"]
    answer = page.client.get(f"{page.path}/why-not").json()
    assert answer["version"] == page.version
    reason = next(row for row in answer["grids"] if row["grid"] == code)
    assert reason["deviation_pct"] < -30
    assert reason["blocked_by"] in BLOCKS
    assert reason["ways"][-1]["relax"] == "tolerance"


def test_the_ways_out_name_units_and_villages(page, plan_id, world, fresh_database):
    unit, name = (page.draft["units"][key][1] for key in ("id", "name"))
    ways = [
        {"relax": "split_unit", "gives_pct": 3.0, "unit": unit, "count": 2},
        {"relax": "village_line", "gives_pct": 4.0, "other": FAR},
    ]
    row = {"grid_id": "x", "deviation_pct": 9.0, "blocked_by": "few_units"}
    with as_job(fresh_database, world.county_id) as session:
        plan = plans.find_plan(session, world.county_id, plan_id)
        plan.report = plan.report | {"why_not": [row | {"ways": ways}]}
    (told,) = page.client.get(f"{page.path}/why-not").json()["grids"]
    assert [(way["unit"], way["other"]) for way in told["ways"]] == [
        (name, None),
        (None, "村201"),
    ]
    assert name != unit


def test_a_draft_that_cannot_be_drawn_says_of_which_version_its_reasons_are(page):
    page.send("unassign", units=[0])
    answer = page.client.get(f"{page.path}/why-not").json()
    assert (answer["version"], page.version) == (0, 1)


def test_a_comment_has_a_place_and_is_resolved(page, sign_in):
    boss = sign_in("boss")
    said = {"id": str(uuid4()), "text": "这条路修好了", "lon": 111.905, "lat": 34.005}
    path = f"{page.path}/comments"
    assert boss.post(path, json=said).status_code == 201
    assert boss.post(path, json=said).status_code == 200
    assert boss.post(path, json={**said, "text": "别的"}).status_code == 409
    assert page.client.post(f"{path}/{said['id']}/resolve", json={}).status_code == 200
    (comment,) = page.client.get(path).json()
    assert (comment["by"], comment["resolved_by"]) == ("人员boss", "人员admin")
    assert comment["lon"] == said["lon"]


def test_each_village_answers_while_the_plan_is_put_to_it(page):
    path = f"{page.path}/answers"
    said = {"village_code": NEAR, "answer": "object", "note": "两组不同意"}
    assert page.client.post(path, json=said).status_code == 409
    page.client.post(f"{page.path}/events", json={"event": "consult"})
    assert page.client.post(path, json=said).status_code == 201
    assert page.client.post(path, json={**said, "answer": "agree"}).status_code == 201
    told = {row["village_code"]: row for row in page.client.get(path).json()}
    assert told[NEAR]["answer"] == "agree"
    assert told[FAR]["answer"] == "none"
