"""A spoken report over HTTP: kept as it was sent, told by its bytes, stored once."""

from uuid import uuid4

import pytest

WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(200)


@pytest.fixture
def case(sign_in, report):
    worker = sign_in("near_worker")
    body = report("410399100200001")
    assert worker.post("/api/v1/hazards", json=body).status_code == 201
    return worker, f"/api/v1/hazards/{body['id']}"


def put(client, path, content):
    return client.put(path, content=content, headers={"content-type": "audio/webm"})


def test_a_recording_is_kept_and_played_where_the_case_is_seen(case, sign_in):
    worker, path = case
    voice = f"{path}/voices/{uuid4()}"
    assert put(worker, voice, WEBM).status_code == 201
    assert put(worker, voice, WEBM).status_code == 200
    desk = sign_in("desk")
    [known] = desk.get(path).json()["voices"]
    assert known["media_type"] == "audio/webm"
    played = desk.get(voice)
    assert played.content == WEBM
    assert played.headers["content-type"] == "audio/webm"
    assert played.headers["x-content-type-options"] == "nosniff"
    assert sign_in("far_boss").get(voice).status_code == 404


@pytest.mark.parametrize(
    "content", [b"<html><script>1</script>" + bytes(99), b"OggS", b"", b"RIFF" * 40]
)
def test_what_is_no_recording_is_refused(case, content):
    worker, path = case
    answer = put(worker, f"{path}/voices/{uuid4()}", content)
    assert answer.status_code == 422


def test_another_recording_under_the_same_id_is_refused(case):
    worker, path = case
    voice = f"{path}/voices/{uuid4()}"
    assert put(worker, voice, WEBM).status_code == 201
    assert put(worker, voice, WEBM + b"x").status_code == 409


def test_a_recording_of_hours_is_413(case):
    worker, path = case
    answer = put(worker, f"{path}/voices/{uuid4()}", WEBM + bytes(2_000_000))
    assert answer.status_code == 413
