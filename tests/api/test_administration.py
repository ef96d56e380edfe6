"""Administration: people, accounts, rosters, calendar, devices, categories, record."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from geo.localtime import local_date
from tests.api.conftest import FAR, NEAR

PEOPLE = "/api/v1/people"
NEAR_1, NEAR_2, FAR_1 = f"{NEAR}001", f"{NEAR}002", f"{FAR}001"
TODAY = local_date(datetime.now(UTC))
DAY = timedelta(days=1)


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def hire(admin):
    """Return a function (code=NEAR_1) -> id of a new person."""

    def add(code=NEAR_1, **more):
        body = {"id": str(uuid4()), "name": f"人{uuid4().hex[:6]}", "code": code}
        answer = admin.post(PEOPLE, json=body | more)
        assert answer.status_code == 201
        return answer.json()["id"]

    return add


@pytest.fixture
def sign_in_as(address):
    """Return a function (login, password) -> client, whether let in or not."""
    opened = []

    def begin(login, password):
        client = httpx.Client(base_url=address, timeout=120)
        opened.append(client)
        body = {"login": login, "password": password}
        client.post("/api/v1/session", json=body)
        return client

    yield begin
    for client in opened:
        client.close()


def open_account(admin, person, role="supervisor", scope=(NEAR,)):
    body = {"login": f"l{uuid4().hex[:10]}", "role": role, "scope": list(scope)}
    answer = admin.post(f"{PEOPLE}/{person}/account", json=body)
    assert answer.status_code == 201
    return answer.json()["login"], answer.json()["password"]


def happen(admin, person, event):
    path = f"{PEOPLE}/{person}/account/events"
    return admin.post(path, json={"event": event})


def actions(client, about):
    found = client.get("/api/v1/audit", params={"object": about}).json()
    return [entry["action"] for entry in found["entries"]]


def test_a_person_is_added_found_again_and_changed(admin, hire):
    person = hire(phone="13700000001")
    path = f"{PEOPLE}/{person}"
    found = admin.get(PEOPLE, params={"query": "13700000001"}).json()["people"]
    assert [each["id"] for each in found] == [person]
    changed = admin.patch(path, json={"phone": None, "code": FAR_1}).json()
    assert (changed["phone"], changed["code"]) == (None, FAR_1)
    assert admin.patch(path, json={"name": None}).status_code == 422
    # The record says that the phone changed and not to which number.
    record = admin.get("/api/v1/audit", params={"object": f"person/{person}"})
    assert [e["action"] for e in record.json()["entries"]] == [
        "person_changed",
        "person_added",
    ]
    assert "13700000001" not in record.text


def test_adding_again_changes_nothing_and_another_content_is_refused(admin):
    body = {"id": str(uuid4()), "name": "重复", "code": NEAR_1}
    statuses = [admin.post(PEOPLE, json=body).status_code for _ in range(2)]
    other = admin.post(PEOPLE, json=body | {"name": "别人"})
    assert (statuses, other.status_code) == ([201, 200], 409)


def test_pages_of_people_together_are_all_of_them_once(admin, hire):
    for _ in range(5):
        hire()
    everybody = admin.get(PEOPLE, params={"limit": 500}).json()
    assert everybody["next"] is None
    seen, after = [], None
    while True:
        query = {"limit": 3} | ({"after": after} if after else {})
        page = admin.get(PEOPLE, params=query).json()
        seen += page["people"]
        after = page["next"]
        if after is None:
            break
    assert seen == everybody["people"]
    assert len({each["id"] for each in seen}) == len(seen)


def test_a_new_account_works_and_a_change_of_rights_holds_at_the_next_request(
    admin, hire, sign_in_as
):
    person = hire()
    client = sign_in_as(*open_account(admin, person))
    assert client.get("/api/v1/session").json()["scope"] == [NEAR]
    path = f"{PEOPLE}/{person}/account"
    change = {"role": "planner", "scope": [FAR, NEAR_1]}
    assert admin.patch(path, json=change).status_code == 200
    me = client.get("/api/v1/session").json()
    assert (me["role"], me["scope"]) == ("planner", [NEAR_1, FAR])
    assert "account_changed" in actions(admin, f"person/{person}")


def test_who_is_disabled_is_out_at_the_next_request_and_stays_out_of_old_sessions(
    admin, hire, sign_in_as
):
    person = hire()
    secret = open_account(admin, person)
    client = sign_in_as(*secret)
    assert client.get("/api/v1/territory").status_code == 200
    assert happen(admin, person, "disable").json()["person"]["account"]["disabled_at"]
    assert client.get("/api/v1/territory").status_code == 401
    assert sign_in_as(*secret).get("/api/v1/session").status_code == 401
    happen(admin, person, "enable")
    assert client.get("/api/v1/territory").status_code == 401
    assert sign_in_as(*secret).get("/api/v1/session").status_code == 200
    listed = admin.get(PEOPLE, params={"state": "disabled"}).json()["people"]
    assert person not in {each["id"] for each in listed}


def test_a_reset_password_is_told_once_and_ends_every_session(admin, hire, sign_in_as):
    person = hire()
    login, old = open_account(admin, person)
    client = sign_in_as(login, old)
    new = happen(admin, person, "reset_password").json()["password"]
    assert client.get("/api/v1/session").status_code == 401
    assert sign_in_as(login, old).get("/api/v1/session").status_code == 401
    me = sign_in_as(login, new).get("/api/v1/session").json()
    assert me["password_is_initial"] is True
    assert new not in admin.get("/api/v1/audit").text


def test_nobody_changes_the_own_rights(admin, world):
    own = world.people["admin"]
    assert happen(admin, own, "disable").status_code == 409
    change = admin.patch(f"{PEOPLE}/{own}/account", json={"role": "worker"})
    assert change.status_code == 409


def test_who_administers_a_village_reaches_no_further(admin, hire, sign_in_as):
    village_admin = sign_in_as(*open_account(admin, hire(NEAR), "admin", [NEAR]))
    wide = hire()
    open_account(admin, wide, "supervisor", [NEAR, FAR])
    own = hire()
    path = f"{PEOPLE}/{own}/account"
    body = {"login": f"l{uuid4().hex[:10]}", "role": "worker", "scope": [FAR_1]}
    assert village_admin.post(path, json=body).status_code == 404
    assert happen(village_admin, wide, "reset_password").status_code == 403
    assert village_admin.get(f"{PEOPLE}/{hire(FAR_1)}").status_code == 404
    person = {"id": str(uuid4()), "name": "外村人", "code": FAR_1}
    assert village_admin.post(PEOPLE, json=person).status_code == 404
    assert village_admin.get("/api/v1/audit").status_code == 403
    body = {"name": "类", "accept_minutes": 9, "handle_minutes": 9, "clock": "clock"}
    refused = village_admin.put("/api/v1/categories/fire", json=body)
    assert refused.status_code == 403


def test_a_login_is_given_once(admin, hire):
    login, _ = open_account(admin, hire())
    body = {"login": login, "role": "worker", "scope": [NEAR_1]}
    taken = admin.post(f"{PEOPLE}/{hire()}/account", json=body)
    assert (taken.status_code, taken.json()["error"]["field"]) == (409, "login")


def duty(person, grid=NEAR_1, **more):
    body = {"id": str(uuid4()), "person_id": person, "grid_code": grid}
    return body | {"role": "worker", "first": str(TODAY)} | more


def test_a_duty_is_added_stood_in_for_and_ended(admin, sign_in, hire):
    person, other = hire(), hire()
    body = duty(person)
    made = admin.post("/api/v1/assignments", json=body)
    assert made.status_code == 201
    assert admin.post("/api/v1/assignments", json=body).status_code == 200
    path = f"/api/v1/assignments/{body['id']}"
    stand_in = {"id": str(uuid4()), "person_id": other}
    stand_in |= {"first": str(TODAY), "last": str(TODAY + 3 * DAY)}
    shown = sign_in("boss").post(f"{path}/stand-ins", json=stand_in).json()
    assert [each["person_id"] for each in shown["stand_ins"]] == [other]
    assert shown["stand_ins"][0]["last"] == str(TODAY + 3 * DAY)
    overlapping = stand_in | {"id": str(uuid4())}
    assert admin.post(f"{path}/stand-ins", json=overlapping).status_code == 409
    ended = admin.post(f"{path}/end", json={"last": str(TODAY + DAY)}).json()
    assert ended["last"] == str(TODAY + DAY)
    later = {"person_id": person, "date": str(TODAY + 2 * DAY)}
    assert admin.get("/api/v1/assignments", params=later).json()["assignments"] == []
    history = {"person_id": person, "date": "all"}
    (found,) = admin.get("/api/v1/assignments", params=history).json()["assignments"]
    assert found["role_name"] == "网格员"
    assert admin.get(f"{PEOPLE}/{person}").json()["roles_in_grids"] == [
        {
            "assignment_id": body["id"],
            "grid_code": NEAR_1,
            "role": "worker",
            "is_lead": False,
        }
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_lead": True}, 409),
        ({"first": str(TODAY - 2 * DAY)}, 422),
        ({"last": str(TODAY - DAY)}, 422),
        ({"grid_code": f"{NEAR}009"}, 404),
        ({"grid_code": "410398100200001"}, 404),
        ({"person_id": str(uuid4())}, 404),
        ({"role": "king"}, 422),
    ],
)
def test_a_duty_that_cannot_be_is_refused(admin, hire, change, status):
    answer = admin.post("/api/v1/assignments", json=duty(hire()) | change)
    assert answer.status_code == status


def test_a_grid_without_a_lead_is_reported_until_it_has_one(admin, hire):
    listed = admin.get("/api/v1/assignments", params={"date": str(TODAY)}).json()
    (lead,) = [
        each
        for each in listed["assignments"]
        if each["grid_code"] == NEAR_2 and each["is_lead"]
    ]
    path = f"/api/v1/assignments/{lead['id']}/end"
    assert admin.post(path, json={"last": str(TODAY - DAY)}).status_code == 200
    vacant = admin.get("/api/v1/assignments/vacant").json()["grids"]
    assert [grid["grid_code"] for grid in vacant] == [NEAR_2]
    body = duty(hire(), NEAR_2, is_lead=True)
    assert admin.post("/api/v1/assignments", json=body).status_code == 201
    assert admin.get("/api/v1/assignments/vacant").json()["grids"] == []


def entry(start, hours=8, **whom):
    end = start + timedelta(hours=hours)
    body = {"id": str(uuid4()), "kind": "leave", "note": "家中有事"}
    return body | {"start": start.isoformat(), "end": end.isoformat()} | whom


def test_leave_is_noted_ends_sooner_and_goes_only_before_it_begins(sign_in, hire):
    boss, person = sign_in("boss"), hire()
    now = datetime.now(UTC)
    body = entry(now - timedelta(hours=1), person_id=person)
    path = f"/api/v1/calendar/{body['id']}"
    assert boss.post("/api/v1/calendar", json=body).status_code == 201
    assert boss.post("/api/v1/calendar", json=body).status_code == 200
    assert boss.delete(path).status_code == 409
    sooner = {"end": (now + timedelta(hours=1)).isoformat()}
    assert boss.post(f"{path}/end", json=sooner).status_code == 200
    later = {"end": (now + timedelta(hours=3)).isoformat()}
    assert boss.post(f"{path}/end", json=later).status_code == 422
    query = {"first": str(TODAY), "person_id": person}
    (found,) = boss.get("/api/v1/calendar", params=query).json()["entries"]
    assert (found["kind_name"], found["note"]) == ("请假", "家中有事")
    ahead = entry(now + timedelta(days=2), grid_code=NEAR_1)
    assert boss.post("/api/v1/calendar", json=ahead).status_code == 201
    assert boss.delete(f"/api/v1/calendar/{ahead['id']}").status_code == 204
    assert boss.delete(f"/api/v1/calendar/{ahead['id']}").status_code == 404


def test_nobody_excuses_themselves_or_the_past(sign_in, world, hire):
    boss, now = sign_in("boss"), datetime.now(UTC)
    own = entry(now, person_id=str(world.people["boss"]))
    assert boss.post("/api/v1/calendar", json=own).status_code == 403
    past = entry(now - timedelta(days=3), person_id=hire())
    assert boss.post("/api/v1/calendar", json=past).status_code == 422


def test_a_worker_sees_the_own_leave_and_no_colleagues(sign_in, world):
    boss, now = sign_in("boss"), datetime.now(UTC)
    own = entry(now, person_id=str(world.people["near_worker"]))
    assert boss.post("/api/v1/calendar", json=own).status_code == 201
    listed = sign_in("near_worker").get("/api/v1/calendar").json()["entries"]
    assert [each["id"] for each in listed] == [own["id"]]


def test_a_device_is_enrolled_handed_over_and_withdrawn(admin, hire, client):
    person, other = hire(), hire(FAR_1)
    path = f"{PEOPLE}/{person}/devices"
    made = admin.post(path, json={"app": "traccar", "label": "村部手机"}).json()
    assert "<svg" in made["qr_svg"]
    headers = {"Authorization": f"Bearer {made['token']}"}
    fix = {"t": int(datetime.now(UTC).timestamp() * 1000), "lon": 111.9, "lat": 34.0}

    def send():
        fix["t"] += 1
        body = {"fixes": [fix]}
        return client.post("/api/v1/fixes", json=body, headers=headers).status_code

    assert send() == 200
    device = f"/api/v1/devices/{made['device_id']}"
    listed = admin.get("/api/v1/devices", params={"person_id": person}).json()
    (found,) = listed["devices"]
    assert found["label"] == "村部手机"
    assert found["last_seen_at"] is not None
    moved = admin.patch(device, json={"person_id": other}).json()
    assert moved["person_id"] == other
    assert admin.get(f"{PEOPLE}/{person}").json()["devices"] == 0
    assert admin.post(f"{device}/revoke", json={}).json()["revoked_at"]
    assert send() == 401
    assert admin.patch(device, json={"person_id": person}).status_code == 422
    assert made["token"] not in admin.get("/api/v1/audit").text
    assert set(actions(admin, f"device/{made['device_id']}")) == {
        "device_enrolled",
        "device_changed",
        "device_revoked",
    }


def test_a_category_is_set_with_its_parent_first(admin):
    body = {"name": "积水", "accept_minutes": 30, "handle_minutes": 90}
    body |= {"clock": "clock", "unit": "城管"}
    statuses = [
        admin.put(f"/api/v1/categories/{code}", json=body).status_code
        for code in ("soak.road", "soak", "soak.road", "soak.road")
    ]
    assert statuses == [404, 201, 201, 200]
    codes = [line["code"] for line in admin.get("/api/v1/categories").json()]
    assert {"soak", "soak.road"} <= set(codes)


def test_the_record_is_paged_filtered_and_sound(admin, sign_in):
    sign_in("desk")
    query = {"action": "sign_in", "limit": 1}
    page = admin.get("/api/v1/audit", params=query).json()
    assert page["entries"][0]["action_name"] == "登录"
    done = admin.get("/api/v1/audit").json()["entries"]
    assert [e["action"] for e in done if e["action_name"].isascii()] == []
    following = admin.get("/api/v1/audit", params=query | {"before": page["next"]})
    assert following.json()["entries"][0]["seq"] < page["entries"][0]["seq"]
    nobody = {"actor_id": str(uuid4())}
    assert admin.get("/api/v1/audit", params=nobody).json()["entries"] == []
    found = sign_in("auditor").get("/api/v1/audit/verification").json()
    assert (found["is_sound"], found["troubles"]) == (True, [])
    assert found["links"] > 3


def test_who_sees_no_accounts_finds_nobody_by_them(sign_in, admin, hire):
    person, boss = hire(), sign_in("boss")
    login, _ = open_account(admin, person)

    def found(client, **query):
        answer = client.get(PEOPLE, params={"limit": 500, **query})
        return answer.status_code, [p["id"] for p in answer.json().get("people", ())]

    assert found(admin, query=login[1:]) == (200, [person])
    assert found(boss, query=login[1:]) == (200, [])
    assert person in found(boss)[1]
    for query in ({"role": "supervisor"}, {"state": "active"}, {"state": "none"}):
        assert found(boss, **query)[0] == 403
        assert found(admin, **query)[0] == 200
