"""A hazard from the phone to closed, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from geo.crs import wgs84_to_gcj02
from geo.db.door import as_job
from geo.db.models import AuditEntry
from tracking.cases.cases import CaseEvent as Event
from tracking.cases.cases import replay

PATH = "/api/v1/hazards"
NEAR_1, NEAR_2, FAR_1 = "410399100200001", "410399100200002", "410399100201001"


def step(client, case, event, **more):
    body = {"event": event, "version": case["version"], **more}
    return client.post(f"{PATH}/{case['id']}/events", json=body)


def taken(client, case, event, **more):
    answer = step(client, case, event, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_report_lies_in_its_grid_and_has_its_deadlines(sign_in, report):
    body = report(NEAR_2)
    answer = sign_in("near_worker").post(PATH, json=body)
    assert answer.status_code == 201
    case = answer.json()
    assert case["id"] == body["id"]
    assert (case["state"], case["version"]) == ("reported", 1)
    assert (case["grid_code"], case["is_outside"]) == (NEAR_2, False)
    assert case["received_at"] < case["accept_due_at"] < case["handle_due_at"]


def test_a_report_sent_twice_exists_once(device, sign_in, report):
    body = report(FAR_1)
    first = device.post(PATH, json=body)
    again = device.post(PATH, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    shown = sign_in("desk").get(PATH).json()["features"]
    assert [f["id"] for f in shown].count(body["id"]) == 1


def at_once(times, call):
    with ThreadPoolExecutor(times) as pool:
        answers = pool.map(lambda _: call(), range(times))
        return sorted(answer.status_code for answer in answers)


def test_a_report_sent_six_times_at_once_exists_once(device, report):
    body = report(FAR_1)
    statuses = at_once(6, lambda: device.post(PATH, json=body))
    assert statuses == [200] * 5 + [201]


def test_of_steps_taken_at_once_only_one_is_taken(sign_in, report):
    desk = sign_in("desk")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    statuses = at_once(4, lambda: step(desk, case, "accept"))
    assert statuses == [200] + [409] * 3


def test_another_report_under_the_same_id_is_a_conflict(device, sign_in, report):
    body = report(FAR_1)
    device.post(PATH, json=body)
    assert device.post(PATH, json=body | {"text": "另一处"}).status_code == 409
    # Somebody who may not see the first one learns no more than that.
    other = sign_in("near_worker").post(PATH, json=body)
    assert other.status_code == 409
    assert "裂缝" not in other.text


def test_a_worker_may_report_from_beyond_their_own_grid(sign_in, report):
    client = sign_in("near_worker")
    body = report(FAR_1)
    assert client.post(PATH, json=body).json()["grid_code"] == FAR_1
    # The reporter takes part in it and sees it; the neighbour's other cases not.
    assert client.get(f"{PATH}/{body['id']}").status_code == 200


def test_a_report_outside_every_grid_is_kept_with_the_nearest_village(sign_in, report):
    body = report(FAR_1, lon=112.30)
    case = sign_in("near_worker").post(PATH, json=body).json()
    assert case["is_outside"]
    assert (case["grid_code"], case["area_code"]) == (None, "410399100201")


def test_a_position_of_a_chinese_map_is_moved_to_where_it_is(sign_in, report):
    body = report(NEAR_1)
    lon, lat = (float(x) for x in wgs84_to_gcj02(body["lon"], body["lat"]))
    moved = body | {"lon": lon, "lat": lat, "coord_type": "gcj02"}
    case = sign_in("near_worker").post(PATH, json=moved).json()
    assert case["grid_code"] == NEAR_1
    assert case["lon"] == pytest.approx(body["lon"], abs=1e-8)


def test_the_whole_way_to_closed_by_different_people(
    sign_in, report, photo, world, fresh_database
):
    worker, desk, hand, boss = map(sign_in, ("near_worker", "desk", "hand", "boss"))
    case = worker.post(PATH, json=report(NEAR_1)).json()
    path = f"{PATH}/{case['id']}"
    # Before it is theirs the department's handler does not even see it.
    assert hand.get(path).status_code == 404
    case = taken(desk, case, "accept")
    case = taken(desk, case, "file")
    case = taken(desk, case, "dispatch", handler_id=str(world.people["hand"]))
    case = taken(hand, case, "handle")
    image = {"content-type": "image/jpeg"}
    sent = hand.put(f"{path}/photos/{uuid4()}", content=photo, headers=image)
    assert sent.status_code == 201
    case = taken(hand, case, "feed_back", note="已封堵")
    assert step(hand, case, "verify").status_code == 403
    case = taken(worker, case, "verify")
    assert step(hand, case, "close").status_code == 403
    case = taken(boss, case, "close")

    assert case["state"] == "closed"
    assert case["closed_at"]
    # A phone that comes back from a valley sends its picture late; none is lost.
    late = worker.put(f"{path}/photos/{uuid4()}", content=photo, headers=image)
    assert late.status_code == 201
    events = [h["event"] for h in case["history"]]
    assert events == [
        "report", "accept", "file", "dispatch", "handle", "feed_back", "verify",
        "close",
    ]  # fmt: skip
    assert replay(map(Event, events)) == "closed"
    assert [h["seq"] for h in case["history"]] == list(range(1, 9))
    with as_job(fresh_database, world.county_id) as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.object == f"case/{case['id']}")
        ).all()
    assert actions == [f"case_{event}" for event in events[1:]]


def test_the_handler_sees_the_whole_history_of_a_case_from_elsewhere(
    sign_in, report, world
):
    desk, hand = sign_in("desk"), sign_in("hand")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    case = taken(desk, case, "accept")
    taken(desk, case, "dispatch", handler_id=str(world.people["hand"]))
    seen = hand.get(f"{PATH}/{case['id']}").json()
    assert [h["event"] for h in seen["history"]] == ["report", "accept", "dispatch"]
    assert seen["events"] == ["return", "handle"]
    listed = {f["id"] for f in hand.get(PATH).json()["features"]}
    assert case["id"] in listed


def dispatched(sign_in, report, world, login="hand"):
    desk = sign_in("desk")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    case = taken(desk, case, "accept")
    return desk, taken(desk, case, "dispatch", handler_id=str(world.people[login]))


def test_closing_needs_a_photo_or_a_check_at_the_place(sign_in, report, world):
    _, case = dispatched(sign_in, report, world)
    hand, boss = sign_in("hand"), sign_in("boss")
    case = taken(hand, case, "handle")
    case = taken(hand, case, "feed_back")
    far = {"lon": case["lon"] + 0.01, "lat": case["lat"], "coord_type": "wgs84"}
    case = taken(boss, case, "verify", place=far)
    refused = step(boss, case, "close")
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "event_incomplete"
    here = far | {"lon": case["lon"]}
    case = taken(boss, case, "close", place=here)
    assert case["state"] == "closed"
    assert case["history"][-1]["attrs"]["place"]["is_there"]


def test_a_photo_of_before_the_handling_does_not_close(sign_in, report, world, photo):
    worker = sign_in("near_worker")
    case = worker.post(PATH, json=report(NEAR_1)).json()
    image = {"content-type": "image/jpeg"}
    path = f"{PATH}/{case['id']}/photos/{uuid4()}"
    assert worker.put(path, content=photo, headers=image).status_code == 201
    desk, hand, boss = map(sign_in, ("desk", "hand", "boss"))
    case = taken(desk, case, "accept")
    case = taken(desk, case, "dispatch", handler_id=str(world.people["hand"]))
    case = taken(hand, case, "handle")
    case = taken(hand, case, "feed_back")
    case = taken(boss, case, "verify")
    assert step(boss, case, "close").status_code == 422


def test_a_step_after_somebody_elses_is_stale(sign_in, report):
    desk, boss = sign_in("desk"), sign_in("boss")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    taken(desk, case, "accept")
    stale = step(desk, case, "reject", note="重复")
    assert stale.status_code == 409
    assert stale.json()["error"]["field"] == "version"
    assert boss.get(f"{PATH}/{case['id']}").json()["state"] == "accepted"


def test_a_step_that_the_state_does_not_know_is_a_conflict(sign_in, report):
    desk = sign_in("desk")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    answer = step(desk, case, "close")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "event_not_allowed"


def test_returning_needs_a_reason(sign_in, report, world):
    _, case = dispatched(sign_in, report, world)
    hand = sign_in("hand")
    assert step(hand, case, "return").status_code == 422
    assert taken(hand, case, "return", note="不属本单位")["state"] == "returned"


def test_a_handler_that_does_not_exist_is_named(sign_in, report):
    desk = sign_in("desk")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    case = taken(desk, case, "accept")
    answer = step(desk, case, "dispatch", handler_id=str(uuid4()))
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "handler_id"
    assert desk.get(f"{PATH}/{case['id']}").json()["state"] == "accepted"


def test_a_pause_moves_the_deadline(sign_in, report, world):
    desk, case = dispatched(sign_in, report, world)
    due = case["handle_due_at"]
    case = taken(desk, case, "suspend", note="等待配件")
    case = taken(desk, case, "resume")
    assert case["state"] == "filed"
    assert case["handle_due_at"] > due


def test_outside_the_area_a_case_does_not_exist(sign_in, report):
    case = sign_in("near_worker").post(PATH, json=report(NEAR_1)).json()
    outsider = sign_in("far_boss")
    path = f"{PATH}/{case['id']}"
    missing = outsider.get(f"{PATH}/{uuid4()}")
    answers = [outsider.get(path), step(outsider, case, "verify")]
    assert {a.status_code for a in answers} == {404}
    assert {a.content for a in answers} == {missing.content}
    listed = {f["id"] for f in outsider.get(PATH).json()["features"]}
    assert case["id"] not in listed


def test_a_device_adds_and_reads_nothing(device, report):
    body = report(FAR_1)
    assert device.post(PATH, json=body).status_code == 201
    paths = (PATH, f"{PATH}/{body['id']}", "/api/v1/categories", "/api/v1/session")
    assert {device.get(path).status_code for path in paths} == {403}
    event = {"event": "accept", "version": 1}
    refused = device.post(f"{PATH}/{body['id']}/events", json=event)
    assert refused.status_code == 403


def test_an_unknown_token_is_nobody(client, report):
    client.headers["Authorization"] = "Bearer something"
    assert client.post(PATH, json=report(FAR_1)).status_code == 401


def test_an_auditor_reports_nothing(sign_in, report):
    assert sign_in("auditor").post(PATH, json=report(NEAR_1)).status_code == 403


def test_the_map_shows_a_box_and_a_state(sign_in, report):
    desk = sign_in("desk")
    case = sign_in("near_worker").post(PATH, json=report(NEAR_2)).json()
    lon, lat = case["lon"], case["lat"]
    here = f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"
    inside = desk.get(PATH, params={"bbox": here, "state": "reported"}).json()
    feature = next(f for f in inside["features"] if f["id"] == case["id"])
    assert feature["geometry"] == {"type": "Point", "coordinates": [lon, lat]}
    for other in ({"bbox": "1,1,2,2"}, {"bbox": here, "state": "closed"}):
        shown = desk.get(PATH, params=other).json()["features"]
        assert case["id"] not in {f["id"] for f in shown}


@pytest.mark.parametrize(
    "bbox", ["1,2,3", "a,b,c,d", "nan,0,1,1", "5,0,1,1", "0,0,999,1"]
)
def test_a_box_that_is_none_is_named(sign_in, bbox):
    answer = sign_in("desk").get(PATH, params={"bbox": bbox})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "bbox"


def test_the_categories_have_two_levels(sign_in):
    lines = sign_in("desk").get("/api/v1/categories").json()
    by_code = {line["code"]: line for line in lines}
    assert by_code["safety.mine_opening"]["parent"] == "safety"
    assert by_code["safety"]["name"] == "安全生产"


def test_the_history_can_only_grow(fresh_database):
    for role in (fresh_database.app, fresh_database.jobs):
        with role.connect() as connection:
            rights = connection.exec_driver_sql(
                "SELECT has_table_privilege('case_events', 'DELETE'), "
                "has_column_privilege('case_events', 'note', 'UPDATE')"
            ).one()
        assert tuple(rights) == (False, False)


def test_the_desk_is_told_whom_it_may_dispatch_to(sign_in, world):
    desk = sign_in("desk").get("/api/v1/handlers").json()
    assert str(world.people["near_worker"]) in {line["person_id"] for line in desk}
    # The handler's department lies outside the desk's town.
    county = sign_in("admin").get("/api/v1/handlers").json()
    assert county[0]["person_id"] == str(world.people["hand"])


def test_what_one_person_wrote_is_not_taken_from_anothers_session(
    sign_in, world, report
):
    boss, body = sign_in("boss"), report("410399100200001")
    stranger = {"x-xunge-person": str(world.people["near_worker"])}
    assert boss.post("/api/v1/hazards", json=body, headers=stranger).status_code == 401
    own = {"x-xunge-person": str(world.people["boss"])}
    assert boss.post("/api/v1/hazards", json=body, headers=own).status_code == 201
