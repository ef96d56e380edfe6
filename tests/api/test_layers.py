"""Layers from a browser: looked into, tried, loaded; each step a job."""

import io
import zipfile

import geopandas as gpd
import pytest
import shapely

from geo.db.door import as_job
from geo.db.store import territory
from tests.api.conftest import NEAR, SIDE, SOUTH
from tests.api.doing import doing

PATH = "/api/v1/layers"
HEADERS = {"content-type": "application/octet-stream", "x-requested-with": "test"}


@pytest.fixture
def do_next(fresh_database, world, app):
    """A function that does the next job here."""
    folder = app.state.settings.data_dir
    with doing(fresh_database, world.county_id, folder) as do:
        yield do


@pytest.fixture
def finish(do_next):
    """Return a function (client, answer) -> the job, done."""

    def wait(client, answer):
        assert answer.status_code == 202, answer.text
        do_next()
        return client.get(f"/api/v1/jobs/{answer.json()['id']}").json()

    return wait


def settlements(**columns):
    """Three settlements of the near village as GeoJSON."""
    frame = gpd.GeoDataFrame(
        {"编号": ["A1", "A2", "A3"], "自然村": ["东组", "西组", "南组"], **columns},
        geometry=[
            shapely.Point(111.90 + SIDE * (i + 0.5) / 3, SOUTH + SIDE / 2)
            for i in range(3)
        ],
        crs=4326,
    )
    return frame.to_json().encode()


def send(client, content, layer="settlements", name="点.geojson"):
    params = {"layer": layer, "name": name}
    return client.post(PATH, params=params, content=content, headers=HEADERS)


def test_a_file_is_shown_before_it_is_loaded(sign_in, finish, world, fresh_database):
    client = sign_in("admin")
    answer = send(client, settlements(人口=[30, 40, 50]))
    seen = finish(client, answer)["result"]
    assert (seen["rows"], seen["shape"], seen["problem"]) == (3, "point", None)
    assert seen["mapping"] == {"ref": "编号", "name": "自然村", "population": "人口"}
    assert seen["missing"] == []
    assert {"name": "人口", "samples": ["30", "40", "50"]} in seen["columns"]
    assert [f["geometry"]["type"] for f in seen["sample"]["features"]] == ["Point"] * 3
    assert "位置核对过：100% 落在应在的地方" in seen["report"]["notes"]
    assert seen["report"]["counts"] == {"new": 3, "changed": 0, "same": 0, "gone": 0}
    with as_job(fresh_database, world.county_id) as session:
        assert territory.settlements_of(session, world.county_id).empty


def test_a_column_that_is_not_guessed_is_mapped_and_loaded(sign_in, finish):
    client = sign_in("admin")
    seen = finish(client, send(client, settlements(口数=[30, 40, 50])))["result"]
    assert seen["missing"] == ["population"]
    assert "找不到" in seen["problem"]
    upload = f"{PATH}/{seen['upload_id']}"
    how = {"layer": "settlements", "mapping": {"population": "口数"}}
    seen = finish(client, client.post(f"{upload}/preview", json=how))["result"]
    assert seen["problem"] is None
    done = finish(client, client.post(f"{upload}/load", json=how))
    assert (done["state"], done["result"]["counts"]["new"]) == ("done", 3)
    late = finish(client, client.post(f"{upload}/load", json=how))
    assert (late["state"], late["error"]) == (
        "failed",
        "上传的文件已清理，请重新上传",
    )


def test_what_is_no_layer_is_told_and_not_loaded(sign_in, finish):
    client = sign_in("admin")
    job = finish(client, send(client, b"not a layer"))
    assert job["state"] == "failed"
    assert job["error"]


def test_a_zip_leads_nowhere_outside_its_folder(sign_in, finish, app):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../evil.geojson", settlements(人口=[1, 2, 3]))
    client = sign_in("admin")
    finish(client, send(client, out.getvalue(), name="../../x.zip"))
    kept = app.state.settings.data_dir / "uploads"
    inside = {path.name for path in kept.rglob("*.zip")}
    assert inside == {"x.zip"}
    assert not list(kept.parent.parent.rglob("evil.geojson"))


def test_a_layer_outside_the_own_area_is_refused(
    sign_in, finish, world, fresh_database
):
    from api.services.people.people import add_person, open_account
    from tracking.cases.roles import Role

    with as_job(fresh_database, world.county_id) as session:
        person = add_person(session, world.county_id, name="王五", code=NEAR)
        world.passwords["far_planner"] = open_account(
            session,
            world.county_id,
            person,
            login="far_planner",
            role=Role.PLANNER,
            areas=["410399100201"],
        )
    client = sign_in("far_planner")
    seen = finish(client, send(client, settlements(人口=[30, 40, 50])))["result"]
    assert NEAR in seen["problem"]
    assert "不在您的辖区内" in seen["problem"]


def test_the_kinds_of_layers_tell_their_fields(sign_in):
    kinds = {kind["name"]: kind for kind in sign_in("boss").get(f"{PATH}/kinds").json()}
    assert kinds["villages"]["shapes"] == ["area"]
    needed = [f["name"] for f in kinds["villages"]["fields"] if f["required"]]
    assert needed == ["code", "name"]


def test_an_upload_that_is_too_large_is_not_parsed(sign_in):
    client = sign_in("admin")
    answer = send(client, b"\0" * 64_000_001)
    assert answer.status_code == 413
