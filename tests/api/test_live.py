"""The live stream over a real port: what moved, for whom, and until when."""

import asyncio
import json
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from api.services.access.session import SignedIn
from api.services.positions import live
from geo.db.door import as_job
from geo.db.models import AuditEntry
from tests.api.conftest import all_day
from tracking.cases.roles import Role


@pytest.fixture(scope="module", autouse=True)
def on_duty(world, fresh_database):
    with as_job(fresh_database, world.county_id) as session:
        session.add(all_day(world.county_id))


class Stream:
    """Events of an open stream, one after the other."""

    def __init__(self, answer):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        self.lines = answer.iter_lines()
        self.last_id = ""

    def next(self):
        kind = ""
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                self.last_id = value
            elif name == "data":
                return kind, json.loads(value)
        return None


@contextmanager
def watching(client, last_id="", **query):
    headers = {"last-event-id": last_id} if last_id else {}
    with client.stream(
        "GET", "/api/v1/live", params=query, headers=headers, timeout=20
    ) as answer:
        yield Stream(answer)


def move(device, lon, lat, ago_s=0):
    t = time.time_ns() // 1_000_000 - ago_s * 1000
    body = {"fixes": [{"t": t, "lon": lon, "lat": lat, "accuracy": 5}]}
    assert device.post("/api/v1/fixes", json=body).status_code == 200


def places(message):
    return [tuple(line[4:6]) for line in message["people"]]


def test_who_watches_is_told_all_at_first_and_then_what_moves(device, sign_in):
    move(device, 111.925, 34.005, ago_s=30)
    with watching(sign_in("boss")) as stream:
        kind, first = stream.next()
        assert (kind, first["whole"]) == ("live", True)
        assert places(first) == [(111.925, 34.005)]
        move(device, 111.926, 34.006)
        _, second = stream.next()
        assert second["whole"] is False
        assert places(second) == [(111.926, 34.006)]


def test_who_comes_back_is_told_only_what_changed(device, sign_in):
    boss, other = sign_in("boss"), sign_in("boss")
    move(device, 111.925, 34.005, ago_s=20)
    with watching(other) as keeper:
        keeper.next()
        with watching(boss) as stream:
            stream.next()
            has = stream.last_id
        move(device, 111.927, 34.005)
        with watching(boss, last_id=has) as stream:
            _, message = stream.next()
            assert (message["whole"], places(message)) == (False, [(111.927, 34.005)])


def test_a_supervisor_of_another_village_and_a_worker_see_nobody_elses(device, sign_in):
    move(device, 111.925, 34.005)
    with watching(sign_in("far_boss"), seconds=0) as stream:
        assert len(stream.next()[1]["people"]) == 1
    with watching(sign_in("near_worker"), seconds=0) as stream:
        assert stream.next()[1]["people"] == []


def test_the_stream_ends_with_the_session(device, sign_in):
    boss = sign_in("boss")
    with watching(boss) as stream:
        stream.next()
        headers = {"cookie": f"xunge_session={boss.cookies['xunge_session']}"}
        assert boss.request("DELETE", "/api/v1/session", headers=headers).is_success
        assert stream.next() == ("end", {})


def test_a_new_hazard_is_told_without_being_asked_for(sign_in, report):
    with watching(sign_in("boss")) as stream:
        stream.next()
        body = report("410399100200001", text="有人求助")
        assert sign_in("near_worker").post("/api/v1/hazards", json=body).is_success
        assert stream.next()[1]["cases"] is True


def test_viewers_with_the_same_rights_share_one_reading(sign_in, monkeypatch):
    read = live._read
    asked = []

    def counted(database, rights, *rest):
        asked.append(rights)
        return read(database, rights, *rest)

    monkeypatch.setattr(live, "_read", counted)
    first, second = sign_in("boss"), sign_in("boss")
    with watching(first) as one, watching(second) as two:
        one.next()
        two.next()
        began = len(asked)
        time.sleep(2.5)
        assert 1 <= len(asked) - began <= 4


def test_one_person_opens_only_so_many_streams(sign_in, monkeypatch):
    monkeypatch.setattr(live, "MOST_PER_PERSON", 1)
    # The last test's streams may not be gone yet: they were somebody else's.
    boss = sign_in("far_boss")
    with watching(boss) as stream:
        stream.next()
        answer = boss.get("/api/v1/live", params={"seconds": 0})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "30"


def test_streams_that_one_person_opens_at_once_are_no_more(app, world, monkeypatch):
    monkeypatch.setattr(live, "MOST_PER_PERSON", 2)
    who = world.people["desk"]
    boss = SignedIn(world.county_id, who, (), Role.SUPERVISOR, "")
    caster = app.state.live

    async def open_five():
        # All were asked for before the first had begun.
        streams = [caster.stream(boss, b"%d" % n, "", 60) for n in range(5)]
        first = await asyncio.gather(*(anext(each) for each in streams))
        for each in streams:
            await each.aclose()
        return first

    first = asyncio.run(open_five())
    assert first.count(b"retry: 5000\n\n") == 2
    assert sum(b"event: end" in message for message in first) == 3


def test_who_comes_while_a_reading_is_under_way_is_not_sent_away(
    device, sign_in, monkeypatch
):
    read = live._read
    first, second = sign_in("boss"), sign_in("boss")
    began, may_end = threading.Event(), threading.Event()

    def slow(database, rights, tokens, *rest):
        found = read(database, rights, tokens, *rest)
        if len(tokens) == 1:
            began.set()
            may_end.wait(10)
        return found

    with watching(first) as one:
        one.next()
        monkeypatch.setattr(live, "_read", slow)
        assert began.wait(10)
        with watching(second) as two:
            assert two.next()[0] == "live"
            may_end.set()
            move(device, 111.928, 34.005)
            assert two.next()[0] == "live"


def test_watching_is_on_the_record(sign_in, fresh_database, world):
    with watching(sign_in("auditor"), seconds=0) as stream:
        stream.next()
    who = world.people["auditor"]
    with as_job(fresh_database, world.county_id) as session:
        actions = select(AuditEntry.action).where(AuditEntry.actor_id == who)
        assert "watch" in session.scalars(actions).all()


@pytest.mark.parametrize("last_id", ["", "other-3", "x", "-", "9-99999"])
def test_a_step_that_is_not_known_gets_everything(last_id):
    feed = live.Feed(live.Rights(None, (), None), step=2)
    assert feed.resume(last_id) == 0
    assert feed.resume(f"{feed.name}-2") == 2
