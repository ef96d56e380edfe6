"""Long work of the desks: days judged again, files made and fetched; each on record."""

import io
import json
from datetime import datetime

import openpyxl
import pytest

from api.services.works.exports import STATE_NAMES
from geo.localtime import local_date
from tests.api.test_layers import do_next, finish  # noqa: F401
from tests.api.test_patrols import judged, noon, yesterday  # noqa: F401
from tracking.cases.cases import CaseState


@pytest.fixture
def day(judged, yesterday):  # noqa: F811
    return {"first": yesterday.isoformat(), "last": yesterday.isoformat()}


def ask(client, kind, /, **body):
    return client.post(f"/api/v1/jobs/{kind}", json=body)


def test_the_rounds_of_a_day_are_a_file_for_who_asked_alone(sign_in, finish, day):  # noqa: F811
    boss = sign_in("boss")
    job = finish(boss, ask(boss, "export", what="rounds", format="xlsx", **day))
    board = boss.get("/api/v1/board", params={"date": day["first"]}).json()
    rounds = [patrol for row in board["rows"] for patrol in row["patrols"]]
    assert (job["state"], job["result"]["rows"]) == ("done", len(rounds))
    answer = boss.get(f"/api/v1/jobs/{job['id']}/file")
    assert "filename*=utf-8''" in answer.headers["content-disposition"].lower()
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[5] for row in rows].count("有效") == 3
    assert len(rows) == len(rounds) + 1
    # Another one of the same areas sees that there is a job, and gets no file.
    admin = sign_in("admin")
    assert admin.get(f"/api/v1/jobs/{job['id']}").status_code in (200, 404)
    assert admin.get(f"/api/v1/jobs/{job['id']}/file").status_code == 404
    record = admin.get("/api/v1/audit", params={"action": "export"}).json()["entries"]
    assert {"export/rounds", f"export/{job['id']}"} <= {e["object"] for e in record}


def test_who_sees_a_village_exports_a_village(sign_in, finish, day):  # noqa: F811
    far = sign_in("far_boss")
    job = finish(far, ask(far, "export", what="rounds", format="csv", **day))
    text = far.get(f"/api/v1/jobs/{job['id']}/file").content.decode("utf-8-sig")
    codes = {line.split(",")[2] for line in text.splitlines()[1:]}
    assert codes == {"410399100201001"}


def test_who_lost_the_right_to_export_fetches_no_file_of_before(
    sign_in,
    finish,  # noqa: F811
    day,
    world,
):
    far, admin = sign_in("far_boss"), sign_in("admin")
    job = finish(far, ask(far, "export", what="rounds", format="csv", **day))
    path = f"/api/v1/jobs/{job['id']}/file"
    assert far.get(path).status_code == 200
    account = f"/api/v1/people/{world.people['far_boss']}/account"
    assert admin.patch(account, json={"role": "duty_desk"}).status_code == 200
    assert far.get(path).status_code == 404
    assert admin.patch(account, json={"role": "supervisor"}).status_code == 200
    assert far.get(path).status_code == 200


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "csv"])
def test_hazards_are_a_layer_or_a_table(sign_in, report, finish, kind):  # noqa: F811
    boss = sign_in("boss")
    sent = report("410399100200001") | {"text": "=1+1 不是公式"}
    assert sign_in("near_worker").post("/api/v1/hazards", json=sent).status_code == 201
    when = local_date(datetime.fromisoformat(sent["reported_at"])).isoformat()
    on = {"first": when, "last": when}
    job = finish(boss, ask(boss, "export", what="hazards", format=kind, **on))
    assert job["state"] == "done", job["error"]
    content = boss.get(f"/api/v1/jobs/{job['id']}/file").content
    if kind == "geojson":
        texts = [f["properties"]["内容"] for f in json.loads(content)["features"]]
        assert "=1+1 不是公式" in texts
    elif kind == "gpkg":
        assert content.startswith(b"SQLite format 3")
    else:
        assert "'=1+1 不是公式" in content.decode("utf-8-sig")


def test_judging_a_day_again_changes_nothing_where_nothing_changed(
    sign_in,
    finish,  # noqa: F811
    day,
):
    boss = sign_in("boss")
    # The days were judged at noon: after their deadline they are provisional no more.
    finish(boss, ask(boss, "rejudge", **day))
    job = finish(boss, ask(boss, "rejudge", **day))
    assert job["result"] == {"days": 1, "judged": 3, "changed": 0}


def test_what_cannot_be_is_refused_with_its_field(sign_in, day):
    boss = sign_in("boss")
    asked = {"what": "rounds", "format": "gpkg", **day}
    assert ask(boss, "export", **asked).json()["error"]["field"] == "format"
    backwards = {"first": day["last"], "last": "2020-01-01"}
    assert ask(boss, "rejudge", **backwards).json()["error"]["field"] == "last"
    old = {"first": "2020-01-01", "last": "2020-01-02"}
    assert ask(boss, "rejudge", **old).json()["error"]["field"] == "first"
    assert ask(sign_in("desk"), "export", **asked).status_code == 403


def test_who_asked_for_a_job_may_cancel_it(sign_in, day, do_next):  # noqa: F811
    boss = sign_in("boss")
    job = ask(boss, "export", what="rounds", format="csv", **day).json()
    path = f"/api/v1/jobs/{job['id']}/cancel"
    assert sign_in("desk").post(path, json={}).status_code == 403
    assert boss.post(path, json={}).status_code == 200
    do_next()


def test_every_state_of_a_case_has_a_word():
    assert set(STATE_NAMES) == set(CaseState)
