"""Replay, exports, looks, progress and visits of a day that a phone sent."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import httpx
import numpy as np
import pytest
import shapely
from geoalchemy2 import WKTElement
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from api.services.access.session import SignedIn
from api.services.positions.position_files import read_positions
from api.services.rules.day_roster import roster_on
from api.services.verdicts.judging import judge_day
from api.services.verdicts.progress import my_progress
from api.services.verdicts.visits import find_day
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import AuditEntry, Site
from geo.localtime import at_local, local_date
from tests.api.conftest import FAR, GRIDS, SIDE, SINCE, SOUTH
from tracking.cases.roles import Role
from tracking.gpx import read_gpx
from tracking.rules.policy import DEFAULT_RULE
from tracking.simulate import honest_day
from tracking.verdict.verify import verify_days

WALKED = f"{FAR}001"


@pytest.fixture(scope="module")
def day():
    return local_date(datetime.now(UTC)) - timedelta(days=1)


@pytest.fixture(scope="module")
def fixes(day):
    west = GRIDS[WALKED]
    grid = shapely.box(west, SOUTH, west + SIDE, SOUTH + SIDE)
    return honest_day("w", grid, day, np.random.default_rng(7))


@pytest.fixture(scope="module")
def walked(address, world, fresh_database, day, fixes):
    """A day that was walked, with a site where the worker lives, judged."""
    home = fixes.iloc[len(fixes) // 3]
    with as_job(fresh_database, world.county_id) as session:
        for ref, lon in (("K1", home.lon), ("K2", home.lon + SIDE)):
            session.add(_site(world.county_id, ref, float(lon), float(home.lat)))
    body = [
        {"t": int(f.t_ms), "lon": f.lon, "lat": f.lat, "accuracy": f.accuracy_m}
        for f in fixes.itertuples()
    ]
    night = at_local(day, time(2))
    body.append({"t": night.isoformat(), "lon": home.lon, "lat": home.lat})
    headers = {"Authorization": f"Bearer {world.token}"}
    with httpx.Client(base_url=address, timeout=60, headers=headers) as phone:
        for start in range(0, len(body), 4000):
            answer = phone.post(
                "/api/v1/fixes", json={"fixes": body[start : start + 4000]}
            )
            assert answer.status_code == 200
    judge_day(
        fresh_database, world.county_id, day, datetime.now(UTC) + timedelta(minutes=5)
    )
    find_day(fresh_database, world.county_id, day)
    return world.people[WALKED]


def _site(county_id, ref, lon, lat):
    return Site(
        county_id=county_id,
        id=uuid4(),
        ref=ref,
        kind="mine_opening",
        name=f"{ref}硐口",
        code=padded(WALKED),
        attrs={},
        valid=Range(SINCE, None),
        geom=WKTElement(f"POINT({lon!r} {lat!r})", srid=4326),
    )


def looks(database, county_id, person):
    with as_job(database, county_id) as session:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.object == f"track/{person}")
            .order_by(AuditEntry.seq)
        ).all()
        return [(r.actor_id, r.detail["how"]) for r in rows]


def replayed(sign_in, person, day, login="boss"):
    query = {"worker_id": str(person), "date": day.isoformat()}
    return sign_in(login).get("/api/v1/replay", params=query)


def test_a_day_is_replayed_in_true_time_with_its_verdict(sign_in, walked, day):
    found = replayed(sign_in, walked, day).json()
    times = [p["t"] for p in found["points"]]
    assert times == sorted(times)
    assert [p["verdict"] for p in found["patrols"]] == ["verified"] * 3
    assert found["patrols"][0]["evidence"]["line"]


def test_nothing_off_duty_is_shown(sign_in, walked, day):
    found = replayed(sign_in, walked, day).json()
    assert found["off_duty"] >= 1
    low, high = (datetime.fromisoformat(t) for t in found["span"])
    assert (low, high) == (
        at_local(day, time(5, 30)),
        at_local(day, time(22, 30)),
    )
    moments = [datetime.fromisoformat(p["t"]) for p in found["points"]]
    assert all(low <= t < high for t in moments)


def test_a_look_is_on_the_record_and_the_worker_can_see_it(
    sign_in, walked, day, world, fresh_database
):
    before = looks(fresh_database, world.county_id, walked)
    replayed(sign_in, walked, day)
    after = looks(fresh_database, world.county_id, walked)
    assert after == [*before, (world.people["boss"], "replay")]


def test_a_look_that_is_refused_shows_nothing(sign_in, walked, day, world):
    assert replayed(sign_in, walked, day, "near_worker").status_code == 404
    assert replayed(sign_in, walked, day, "desk").status_code == 403
    unknown = replayed(sign_in, uuid4(), day)
    assert unknown.status_code == 404


def test_the_look_stands_even_when_the_reading_fails(
    app, sign_in, walked, day, world, fresh_database, monkeypatch
):
    before = looks(fresh_database, world.county_id, walked)
    monkeypatch.setattr("api.services.verdicts.replay.replay", lambda *_: 1 / 0)
    assert replayed(sign_in, walked, day).status_code == 500
    assert len(looks(fresh_database, world.county_id, walked)) == len(before) + 1


def test_the_own_track_is_no_look(sign_in, world, day, fresh_database):
    own = world.people["near_worker"]
    assert replayed(sign_in, own, day, "near_worker").status_code == 200
    assert looks(fresh_database, world.county_id, own) == []


def test_a_worker_sees_who_looked(sign_in, world, day):
    own = world.people["near_worker"]
    replayed(sign_in, own, day)
    found = sign_in("near_worker").get("/api/v1/me/looks").json()["looks"]
    assert [(k["name"], k["how"], k["date"]) for k in found] == [
        ("人员boss", "replay", day.isoformat())
    ]
    assert sign_in("boss").get("/api/v1/me/looks").json() == {"looks": []}


def test_a_track_goes_out_as_gpx_and_comes_back(sign_in, walked, day, fixes):
    path = f"/api/v1/tracks/{walked}/{day}"
    answer = sign_in("boss").get(path, params={"format": "gpx"})
    back = read_gpx(answer.content, "w").fixes
    assert 0.9 * len(fixes) < len(back) <= len(fixes) + 1
    assert set(back["t_ms"]) <= set(fixes["t_ms"])


def test_a_track_goes_out_as_geojson_with_its_times(sign_in, walked, day):
    answer = sign_in("boss").get(f"/api/v1/tracks/{walked}/{day}")
    for feature in answer.json()["features"]:
        places = feature["geometry"]["coordinates"]
        assert len(places) == len(feature["properties"]["times"])


def test_a_track_goes_out_as_csv_and_is_judged_alike_by_anybody(
    sign_in, walked, world, fresh_database, day, tmp_path
):
    boss = sign_in("boss")
    answer = boss.get(f"/api/v1/tracks/{walked}/{day}", params={"format": "csv"})
    (tmp_path / "positions.csv").write_bytes(answer.content)
    query = {"worker_id": str(walked), "date": str(day)}
    told = boss.get("/api/v1/patrols", params=query).json()["patrols"][0]
    with as_job(fresh_database, world.county_id) as session:
        roster = roster_on(session, world.county_id, day, walked)
    (again,) = verify_days(
        read_positions(tmp_path / "positions.csv"), roster, DEFAULT_RULE, days=[day]
    )
    for ours, theirs in zip(again["patrols"], told["patrols"], strict=True):
        # Of all that was judged only the nights and the days around are not told.
        for patrol in (ours, theirs):
            patrol["evidence"].pop("input_hash")
            patrol["provisional"] = False
        assert ours == theirs


def test_visits_of_a_day_have_their_evidence(sign_in, walked, day, world):
    found = sign_in("boss").get("/api/v1/visits", params={"date": str(day)}).json()
    mine = [v for v in found["visits"] if v["point_id"] == "site/mine_opening/K1"]
    assert mine
    assert mine[0]["worker_id"] == str(walked)
    assert mine[0]["dwell_s"] >= 120
    assert mine[0]["distance_m"] <= 30
    assert mine[0]["is_proven"]
    assert mine[0]["evidence"]["nearest"]["t"].startswith(day.isoformat())
    near = sign_in("near_worker").get("/api/v1/visits", params={"date": str(day)})
    assert near.json()["visits"] == []


def test_finding_visits_again_changes_nothing(
    sign_in, walked, day, world, fresh_database
):
    boss = sign_in("boss")
    before = boss.get("/api/v1/visits", params={"date": str(day)}).json()
    find_day(fresh_database, world.county_id, day)
    assert boss.get("/api/v1/visits", params={"date": str(day)}).json() == before


def test_a_visited_point_is_in_time_and_the_other_overdue(sign_in, walked, day):
    query = {"only_due": False}
    found = sign_in("boss").get("/api/v1/visits/due", params=query).json()
    states = {p["point_id"]: (p["state"], p["visited_on"]) for p in found["points"]}
    assert states["site/mine_opening/K1"] == ("in_time", day.isoformat())
    assert states["site/mine_opening/K2"] == ("overdue", None)
    assert (found["watched"], found["overdue"]) == (2, 1)
    due = sign_in("boss").get("/api/v1/visits/due").json()["points"]
    assert [p["point_id"] for p in due] == ["site/mine_opening/K2"]


def test_a_worker_without_rounds_has_no_progress(sign_in, world):
    assert sign_in("boss").get("/api/v1/me/progress").status_code == 404


def test_nobody_replays_without_a_session(client, world, day):
    query = {"worker_id": str(world.people[WALKED]), "date": str(day)}
    assert client.get("/api/v1/replay", params=query).status_code == 401


def test_progress_is_of_the_own_day_so_far(walked, world, fresh_database):
    morrow = local_date(datetime.now(UTC)) + timedelta(days=1)
    me = SignedIn(world.county_id, walked, (), Role.WORKER, "某人")
    found = my_progress(fresh_database, me, at_local(morrow, time(7)))
    assert (found.done, found.required, found.window) == (0, 3, "morning")
    assert [need.missing for need in found.to_go] == [15, 500]
    assert found.text.startswith("今日 0/3 巡；早巡（至 11:00）：再走 15 分钟")
    # Window by window, as judged just now: the page need not wait for what is stored.
    windows = ["morning", "afternoon", "evening"]
    assert [p.window for p in found.patrols] == windows
    assert {p.verdict for p in found.patrols} == {"no_data"}


def test_a_phone_that_asks_reads_the_grids_of_its_villages_only(
    world, walked, fresh_database, day
):
    with as_job(fresh_database, world.county_id) as session:
        own = roster_on(session, world.county_id, day, walked)
        whole = roster_on(session, world.county_id, day)
    assert own.assignments == [
        a for a in whole.assignments if a.worker_id == str(walked)
    ]
    codes = {version.grid_code for version in whole.versions}
    near = {code for code in codes if code.startswith(FAR)}
    assert {version.grid_code for version in own.versions} == near != codes
