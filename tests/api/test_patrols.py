"""Patrols over HTTP: fixes in, verdicts and board out, each to whom they concern."""

from datetime import UTC, datetime, time, timedelta

import httpx
import numpy as np
import pytest
import shapely
from sqlalchemy import select

from api.services.verdicts.judging import judge_day, judge_due
from geo.db.door import as_job
from geo.db.models import AuditEntry, Verdict
from geo.localtime import at_local, local_date
from tests.api.conftest import FAR, GRIDS, NEAR, SIDE, SOUTH
from tracking.simulate import honest_day

WALKED = f"{FAR}001"


@pytest.fixture(scope="module")
def yesterday():
    return local_date(datetime.now(UTC)) - timedelta(days=1)


@pytest.fixture(scope="module")
def noon(yesterday):
    """The moment of judging: the next noon, after all uploads, before the deadline."""
    return max(
        at_local(yesterday + timedelta(days=1), time(12)),
        datetime.now(UTC) + timedelta(minutes=5),
    )


@pytest.fixture(scope="module")
def judged(address, world, fresh_database, yesterday, noon):
    """A day that was walked, sent in by the phone, and judged."""
    west = GRIDS[WALKED]
    grid = shapely.box(west, SOUTH, west + SIDE, SOUTH + SIDE)
    fixes = honest_day("w", grid, yesterday, np.random.default_rng(7))
    body = [
        {"t": int(f.t_ms), "lon": f.lon, "lat": f.lat, "accuracy": f.accuracy_m}
        for f in fixes.itertuples()
    ]
    headers = {"Authorization": f"Bearer {world.token}"}
    with httpx.Client(base_url=address, timeout=60, headers=headers) as phone:
        for start in range(0, len(body), 4000):
            answer = phone.post(
                "/api/v1/fixes", json={"fixes": body[start : start + 4000]}
            )
            assert answer.status_code == 200
    return judge_day(fresh_database, world.county_id, yesterday, noon).bodies


def revisions(database, county_id, day):
    with as_job(database, county_id) as session:
        rows = select(Verdict.person_id, Verdict.revision).where(Verdict.day == day)
        return sorted(session.execute(rows).all())


def test_three_walks_sent_by_a_phone_are_three_verified_rounds(judged, world):
    mine = [b for b in judged if b["worker_id"] == str(world.people[WALKED])]
    assert [p["verdict"] for p in mine[0]["patrols"]] == ["verified"] * 3


def test_judging_again_without_news_writes_no_revision(
    judged, world, fresh_database, yesterday, noon
):
    before = revisions(fresh_database, world.county_id, yesterday)
    judge_day(fresh_database, world.county_id, yesterday, noon + timedelta(minutes=1))
    assert revisions(fresh_database, world.county_id, yesterday) == before != []


def test_what_was_just_judged_is_not_judged_again(judged, world, fresh_database):
    with as_job(fresh_database, world.county_id) as session:
        last = session.scalar(select(Verdict.judged_at))
    again = judge_due(fresh_database, world.county_id, last + timedelta(minutes=1))
    assert local_date(last) - timedelta(days=1) not in again


def test_the_api_returns_the_verdicts_as_they_were_judged(judged, sign_in, yesterday):
    answer = sign_in("boss").get("/api/v1/patrols", params={"date": str(yesterday)})
    assert answer.json() == {"patrols": judged}


def test_one_worker_can_be_asked_for(judged, sign_in, world, yesterday):
    query = {"date": str(yesterday), "worker_id": str(world.people[WALKED])}
    found = sign_in("boss").get("/api/v1/patrols", params=query).json()["patrols"]
    assert [b["worker_id"] for b in found] == [str(world.people[WALKED])]


def test_the_board_shows_everybody_on_duty(judged, sign_in, yesterday):
    board = sign_in("boss").get("/api/v1/board", params={"date": str(yesterday)}).json()
    rows = {row["grid_code"]: row for row in board["rows"]}
    assert sorted(rows) == sorted(GRIDS)
    assert rows[WALKED]["verified"] == 3
    assert rows[WALKED]["village_name"] == f"村{FAR[-3:]}"
    assert {p["verdict"] for p in rows[f"{NEAR}001"]["patrols"]} == {"no_data"}
    assert board["totals"] == {"verified": 3, "required": 9, "workers": 3}
    assert [w["name"] for w in board["windows"]] == ["早巡", "午巡", "晚巡"]


def test_everybody_sees_only_the_own_area(judged, sign_in, world, yesterday):
    day = {"date": str(yesterday)}
    far = sign_in("far_boss").get("/api/v1/board", params=day).json()
    assert [row["grid_code"] for row in far["rows"]] == [WALKED]
    # Not a colleague's either, also in the own grid.
    near = sign_in("near_worker").get("/api/v1/patrols", params=day).json()
    assert near["patrols"] == []


def recorded(database, world, login):
    with as_job(database, world.county_id) as session:
        return session.execute(
            select(AuditEntry.action, AuditEntry.object, AuditEntry.detail).where(
                AuditEntry.actor_id == world.people[login],
                AuditEntry.action.in_(["look", "watch"]),
            )
        ).all()


def test_a_look_at_one_persons_verdicts_is_on_record_each_time(
    judged, sign_in, world, yesterday, fresh_database
):
    person = str(world.people[WALKED])
    query = {"date": str(yesterday), "worker_id": person}
    detail = {"date": str(yesterday), "how": "verdict"}
    before = len(recorded(fresh_database, world, "far_boss"))
    client = sign_in("far_boss")
    for _ in range(2):
        client.get("/api/v1/patrols", params=query)
    hidden = query | {"worker_id": str(world.people[f"{NEAR}001"])}
    assert client.get("/api/v1/patrols", params=hidden).json()["patrols"] == []
    found = recorded(fresh_database, world, "far_boss")[before:]
    assert found == [("look", f"track/{person}", detail)] * 2


def test_a_list_of_everybody_is_on_record_once_an_hour(
    judged, sign_in, world, yesterday, fresh_database
):
    client = sign_in("auditor")
    for _ in range(3):
        client.get("/api/v1/patrols", params={"date": str(yesterday)})
        client.get("/api/v1/latest")
    found = recorded(fresh_database, world, "auditor")
    # An hour may turn in between.
    assert {row.detail["what"] for row in found} == {"patrols", "latest"}
    assert len(found) <= 4


def test_nobody_reads_verdicts_without_a_session(client, world):
    assert client.get("/api/v1/patrols").status_code == 401
    token = {"Authorization": f"Bearer {world.token}"}
    assert client.get("/api/v1/board", headers=token).status_code == 403


def test_a_worker_id_that_is_none_is_refused_with_one_field(sign_in):
    answer = sign_in("boss").get("/api/v1/patrols", params={"worker_id": "x"})
    assert answer.status_code == 422
