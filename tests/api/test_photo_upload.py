"""Photos follow a report: each on its own, sent again without harm."""

import socket
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

PATH = "/api/v1/hazards"
FAR_1 = "410399100201001"
IMAGE = {"content-type": "image/jpeg"}


@pytest.fixture
def case_path(device, report):
    body = report(FAR_1)
    assert device.post(PATH, json=body).status_code == 201
    return f"{PATH}/{body['id']}"


def kept_files(app):
    return {p.name for p in app.state.settings.photos.rglob("*") if p.is_file()}


def test_a_photo_is_kept_and_shown(device, sign_in, case_path, photo):
    path = f"{case_path}/photos/{uuid4()}"
    sent = device.put(path, content=photo, headers=IMAGE)
    assert sent.status_code == 201
    assert (sent.json()["width_px"], sent.json()["height_px"]) == (64, 48)
    shown = sign_in("desk").get(path)
    assert shown.headers["content-type"] == "image/jpeg"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert Image.open(BytesIO(shown.content)).size == (64, 48)
    assert [p["id"] for p in sign_in("desk").get(case_path).json()["photos"]] == [
        path.rsplit("/", 1)[1]
    ]


def test_a_photo_sent_twice_exists_once(device, app, case_path, photo):
    path = f"{case_path}/photos/{uuid4()}"
    first = device.put(path, content=photo, headers=IMAGE)
    files = kept_files(app)
    again = device.put(path, content=photo, headers=IMAGE)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert kept_files(app) == files


def test_another_picture_under_the_same_id_is_a_conflict(device, case_path, photo):
    path = f"{case_path}/photos/{uuid4()}"
    device.put(path, content=photo, headers=IMAGE)
    other = device.put(path, content=photo + b"x", headers=IMAGE)
    assert other.status_code == 409


def test_an_upload_that_breaks_off_leaves_the_report_and_can_be_repeated(
    device, sign_in, address, app, case_path, photo, world
):
    files = kept_files(app)
    path = f"{case_path}/photos/{uuid4()}"
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            f"PUT {path} HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Bearer {world.token}\r\nContent-Type: image/jpeg\r\n"
            f"Content-Length: {len(photo)}\r\n\r\n".encode()
            + photo[: len(photo) // 2]
        )
    case = sign_in("desk").get(case_path).json()
    assert case["text"] == "硐口封墙有裂缝"
    assert case["photos"] == []
    assert kept_files(app) == files
    assert device.put(path, content=photo, headers=IMAGE).status_code == 201


def test_what_is_no_picture_is_refused_and_not_kept(device, app, case_path):
    files = kept_files(app)
    path = f"{case_path}/photos/{uuid4()}"
    page = b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>"
    answer = device.put(path, content=page, headers=IMAGE)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_photo"
    assert kept_files(app) == files


def test_a_photo_may_be_larger_than_other_bodies_but_not_without_end(device, case_path):
    path = f"{case_path}/photos/{uuid4()}"
    noise = bytes(3_000_000)
    assert device.put(path, content=noise, headers=IMAGE).status_code == 422
    endless = bytes(15_000_001)
    assert device.put(path, content=endless, headers=IMAGE).status_code == 413


def test_a_photo_of_a_case_out_of_sight_is_not_there(device, sign_in, case_path, photo):
    path = f"{case_path}/photos/{uuid4()}"
    device.put(path, content=photo, headers=IMAGE)
    stranger = sign_in("near_worker")
    assert stranger.get(path).status_code == 404
    other = f"{case_path}/photos/{uuid4()}"
    assert stranger.put(other, content=photo, headers=IMAGE).status_code == 404


def test_a_photo_is_not_found_under_another_case(
    device, sign_in, case_path, photo, report
):
    photo_id = uuid4()
    device.put(f"{case_path}/photos/{photo_id}", content=photo, headers=IMAGE)
    body = report(FAR_1)
    device.post(PATH, json=body)
    elsewhere = f"{PATH}/{body['id']}/photos/{photo_id}"
    assert sign_in("desk").get(elsewhere).status_code == 404
    assert device.put(elsewhere, content=photo, headers=IMAGE).status_code == 409
