"""A page's phone: its secret adds positions, and only under its owner's name."""

from sqlalchemy import select

from geo.db.door import as_job
from geo.db.models import DeviceBinding


def test_a_worker_enrols_the_own_phone_and_its_token_takes_positions(
    sign_in, world, client, fresh_database
):
    answer = sign_in("near_worker").post("/api/v1/me/phone", json={})
    assert answer.status_code == 201
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    fix = {"t": "2026-05-20T08:00:00+08:00", "lon": 111.905, "lat": 34.005}
    sent = client.post("/api/v1/fixes", json={"batch_id": "a", "fixes": [fix]})
    assert sent.status_code == 200
    with as_job(fresh_database, world.county_id) as session:
        bound = session.scalars(select(DeviceBinding.person_id)).all()
    assert world.people["near_worker"] in bound


def test_a_phone_is_enrolled_by_nobody_who_is_not_signed_in(client):
    assert client.post("/api/v1/me/phone", json={}).status_code == 401
