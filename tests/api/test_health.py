"""Alive, ready, and figures: what operators and probes ask."""

from types import SimpleNamespace

import pytest

from api.services.upkeep import disk
from api.services.upkeep.disk import Disk
from api.services.upkeep.readiness import unready
from geo.db.engine import connect, engine_of
from geo.db.store.health import unguarded_tables, unsafe_logins


def test_a_disk_that_fills_is_told_once_before_anything_is_refused(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(disk, "_REMEMBERED_S", -1.0)
    watched = Disk(tmp_path)
    for used in (79, 81, 85, 70, 82):
        usage = SimpleNamespace(used=used, free=100 - used)
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda _, u=usage: u)
        assert watched.has_room()
    said = [record.getMessage() for record in caplog.records]
    assert said == ["the disk fills: 81 % used", "the disk fills: 82 % used"]


class FullDisk(Disk):
    def used_share(self):
        return 0.95


@pytest.fixture
def roomy(tmp_path):
    return Disk(tmp_path, full_share=1.1)


def test_a_server_whose_commits_a_crash_may_lose_is_not_ready(fresh_database, roomy):
    # The test server is a throw-away one, with fsync off: exactly what must be told.
    assert unready(fresh_database, roomy) == ["database"]


def test_the_answer_names_the_checks_and_nothing_else(client):
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "failed": ["database"]}


def test_a_superuser_is_no_login_to_serve_with(cluster, fresh_database, roomy):
    url = cluster.admin_url(fresh_database.app.url.database)
    database = connect(url)
    try:
        assert "roles" in unready(database, roomy)
    finally:
        database.dispose()


def test_serving_roles_are_tame_and_every_tenant_table_is_guarded(fresh_database):
    with fresh_database.app.connect() as connection:
        assert unsafe_logins(connection) == []
        assert unguarded_tables(connection) == []


def test_a_table_without_its_guard_is_told(cluster, fresh_database):
    engine = engine_of(cluster.admin_url(fresh_database.app.url.database))
    with engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE people NO FORCE ROW LEVEL SECURITY")
        assert unguarded_tables(connection) == ["people"]
        connection.rollback()
    engine.dispose()


def test_no_database_is_not_ready_and_no_error(roomy):
    database = connect("postgresql://nobody@127.0.0.1:1/none")
    assert unready(database, roomy) == ["database", "tables", "roles"]


def test_a_full_disk_takes_no_fixes_and_no_photos_but_all_else(
    app, client, sign_in, monkeypatch, report
):
    monkeypatch.setattr(type(app.state.disk), "has_room", lambda _disk: False)
    refused = client.post("/api/v1/fixes", json={"fixes": []})
    assert refused.status_code == 507
    assert refused.headers["retry-after"] == "60"
    assert refused.json()["error"]["code"] == "disk_full"
    worker = sign_in("near_worker")
    fire = report("410399100200001")
    assert worker.post("/api/v1/hazards", json=fire).status_code == 201
    photo = f"/api/v1/hazards/{fire['id']}/photos/{fire['id']}"
    assert worker.put(photo, content=b"x").status_code == 507
    assert "disk" in client.get("/ready").json()["failed"]


def test_a_disk_beyond_its_mark_has_no_room(tmp_path):
    assert not FullDisk(tmp_path).has_room()
    assert 0 < Disk(tmp_path / "not" / "there").used_share() <= 1


def test_figures_count_requests_by_route_and_never_by_address(client, world):
    client.get(f"/api/v1/hazards/{world.county_id}")
    figures = client.get("/metrics")
    assert figures.status_code == 200
    assert "xunge_requests_total{" in figures.text
    assert 'route="/api/v1/hazards/{case_id}"' in figures.text
    assert str(world.county_id) not in figures.text


def test_figures_are_not_for_whoever_a_proxy_asks_for(client):
    handed_on = {"x-forwarded-for": "203.0.113.9"}
    assert client.get("/metrics", headers=handed_on).status_code == 404
    wrong = handed_on | {"authorization": "Bearer guess"}
    assert client.get("/metrics", headers=wrong).status_code == 404
