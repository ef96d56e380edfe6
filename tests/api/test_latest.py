import time

import pytest

from geo.db.door import as_job
from tests.api.conftest import all_day


@pytest.fixture(scope="module", autouse=True)
def on_duty(world, fresh_database):
    with as_job(fresh_database, world.county_id) as session:
        session.add(all_day(world.county_id))


def send(device, grid_middle):
    lon, lat = grid_middle
    fix = {"t": time.time_ns() // 1_000_000, "lon": lon, "lat": lat, "accuracy": 5}
    answer = device.post("/api/v1/fixes", json={"fixes": [fix]})
    assert answer.status_code == 200, answer.text
    return fix


def test_a_supervisor_sees_where_a_worker_was_last(device, sign_in):
    fix = send(device, (111.925, 34.005))
    [feature] = sign_in("boss").get("/api/v1/latest").json()["features"]
    assert feature["geometry"]["coordinates"] == [fix["lon"], fix["lat"]]
    properties = feature["properties"]
    assert properties["grid_code"] == "410399100201001"
    assert properties["accuracy_m"] == 5
    assert properties["battery_pct"] is None
    assert 0 <= properties["age_s"] < 60


def test_a_worker_of_another_grid_does_not_see_it(device, sign_in):
    send(device, (111.925, 34.005))
    assert sign_in("near_worker").get("/api/v1/latest").json()["features"] == []


def test_a_device_reads_no_position(device, sign_in):
    assert device.get("/api/v1/latest").status_code == 403


def test_nobody_reads_no_position(client):
    assert client.get("/api/v1/latest").status_code == 401


def test_a_batch_too_large_for_the_application_is_413(device):
    def endless():
        for _ in range(100):
            yield b" " * 100_000

    for content in (b" " * 2_000_001, endless()):
        answer = device.post("/api/v1/fixes", content=content)
        assert answer.status_code == 413
