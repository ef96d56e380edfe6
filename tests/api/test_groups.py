"""Patrol groups: formed, joined, left and ended, and seen by who plans duties."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from geo.db.door import as_job
from geo.db.store.patrols import groups_on
from geo.localtime import local_date
from tests.api.conftest import FAR, NEAR

GROUPS, PEOPLE = "/api/v1/groups", "/api/v1/people"
TODAY = local_date(datetime.now(UTC))


def day(n):
    return (TODAY + timedelta(days=n)).isoformat()


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def hire(admin):
    """Return a function () -> id of a new person of the near village."""

    def add(code=f"{NEAR}001"):
        body = {"id": str(uuid4()), "name": f"人{uuid4().hex[:6]}", "code": code}
        assert admin.post(PEOPLE, json=body).status_code == 201
        return body["id"]

    return add


def group(*people, **changes):
    return {
        "id": str(uuid4()),
        "name": "一组",
        "code": NEAR,
        "person_ids": list(people),
        "first": day(0),
    } | changes


def spans(answer):
    return {m["person_id"]: (m["first"], m["last"]) for m in answer.json()["members"]}


def test_a_group_is_formed_joined_left_and_ended(
    admin, hire, sign_in, world, fresh_database
):
    one, two, three = hire(), hire(), hire()
    body = group(one, two)
    made = admin.post(GROUPS, json=body)
    assert made.status_code == 201
    assert admin.post(GROUPS, json=body).status_code == 200
    path = f"{GROUPS}/{body['id']}"
    late = {"person_id": three, "first": day(3)}
    assert admin.post(f"{path}/members", json=late).status_code == 201
    left = admin.post(f"{path}/members/{one}/end", json={"last": day(5)})
    assert spans(left) == {
        one: (day(0), day(5)),
        two: (day(0), None),
        three: (day(3), None),
    }
    # Somebody's first day is the third: the group does not end before it began.
    assert admin.post(f"{path}/end", json={"last": day(2)}).status_code == 422
    ended = admin.post(f"{path}/end", json={"last": day(4)})
    assert spans(ended) == {
        one: (day(0), day(4)),
        two: (day(0), day(4)),
        three: (day(3), day(4)),
    }
    assert ended.json()["last"] == day(4)
    with as_job(fresh_database, world.county_id) as session:
        days = [TODAY + timedelta(days=n) for n in (4, 5)]
        together = [groups_on(session, world.county_id, each) for each in days]
    assert {str(person) for person in together[0]} >= {one, two}
    assert not {one, two, three} & {str(person) for person in together[1]}
    seen = sign_in("boss").get(GROUPS).json()["groups"]
    assert body["id"] in {each["id"] for each in seen}
    assert sign_in("far_boss").get(GROUPS).json()["groups"] == []
    actions = admin.get(f"/api/v1/audit?object=person/{two}").json()["entries"]
    assert {"group_joined", "group_left"} <= {each["action"] for each in actions}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"first": day(-2)}, 422),
        ({"last": day(-1)}, 422),
        ({"code": "410398"}, 404),
        ({"person_ids": [str(uuid4()), str(uuid4())]}, 404),
        ({"person_ids": []}, 422),
    ],
)
def test_a_group_that_cannot_be_is_refused(admin, hire, changes, status):
    body = group(hire(), hire()) | changes
    assert admin.post(GROUPS, json=body).status_code == status


def test_somebody_is_in_several_groups_and_in_each_of_them_once(admin, hire):
    one, two, three = hire(), hire(), hire()
    first = group(one, two, last=day(4))
    assert admin.post(GROUPS, json=first).status_code == 201
    assert admin.post(GROUPS, json=group(two, three)).status_code == 201
    members = f"{GROUPS}/{first['id']}/members"
    again = {"person_id": two, "first": day(4), "last": day(4)}
    assert admin.post(members, json=again).status_code == 409
    assert admin.post(GROUPS, json=group(one, one)).status_code == 422
    outside = {"person_id": three, "first": day(4), "last": day(5)}
    assert admin.post(members, json=outside).status_code == 422
    gone = admin.post(f"{members}/{three}/end", json={"last": day(1)})
    assert gone.status_code == 404


def test_groups_are_the_administrators_to_change(sign_in, hire):
    body = group(hire(), hire(), code=FAR)
    assert sign_in("boss").post(GROUPS, json=body).status_code == 403
    assert sign_in("near_worker").get(GROUPS).status_code == 403
