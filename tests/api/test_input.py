"""What comes in is checked, bounded and never sent back."""

import json

import pytest

PATH = "/api/v1/hazards"
NEAR_1 = "410399100200001"
JSON = {"content-type": "application/json"}
SECRET = "Zz9canaryZz9"


def error_of(answer):
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lon", False),
        ("lon", "111.9"),
        ("lon", 181),
        ("lat", -91),
        ("lat", None),
        ("coord_type", "mars"),
        ("level", "huge"),
        ("text", ""),
        ("text", "x" * 2001),
        ("text", "\u0000"),
        ("category", "no.such"),
        ("id", "not-a-uuid"),
        ("reported_at", "yesterday"),
        ("reported_at", "2026-05-20T09:30:00"),
        ("reported_at", "0001-01-01T00:00:00+08:00"),
        ("reported_at", "9999-12-31T23:59:59-08:00"),
    ],
)
def test_a_field_that_is_not_usable_is_named(sign_in, report, field, value):
    answer = sign_in("near_worker").post(PATH, json=report(NEAR_1, **{field: value}))
    assert answer.status_code == 422
    assert error_of(answer)["field"] == field


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused_and_breaks_nothing(sign_in, report, number):
    body = json.dumps(report(NEAR_1, lon=12345)).replace("12345", number)
    answer = sign_in("near_worker").post(PATH, content=body, headers=JSON)
    assert answer.status_code == 422
    assert error_of(answer)["field"] == "lon"


@pytest.mark.parametrize(
    "change",
    [
        {"lon": SECRET},
        {"id": SECRET},
        {"level": SECRET},
        {SECRET: 1},
        {SECRET.lower(): 1},
        {"reported_at": SECRET},
        {"category": SECRET},
    ],
)
def test_nothing_that_was_sent_comes_back_in_an_error(sign_in, report, change):
    answer = sign_in("near_worker").post(PATH, json=report(NEAR_1, **change))
    assert answer.status_code == 422
    assert SECRET.lower() not in answer.text.lower()
    assert len(answer.content) < 300


def test_a_password_does_not_come_back(client):
    body = {"login": "x", "password": {"wrong": SECRET}}
    answer = client.post("/api/v1/session", json=body)
    assert answer.status_code == 422
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"\xff\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"lon": ' + b"9" * 10_000 + b"}", 400),
        (b'{"text": "\\ud800"}', 422),
    ],
    ids=["cut", "empty", "list", "text", "bytes", "deep", "digits", "surrogate"],
)
def test_what_is_no_json_object_is_refused(sign_in, body, status):
    answer = sign_in("near_worker").post(PATH, content=body, headers=JSON)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_lone_surrogate_in_a_text_is_refused(sign_in, report):
    body = json.dumps(report(NEAR_1, text="\ud800"))
    answer = sign_in("near_worker").post(PATH, content=body, headers=JSON)
    assert answer.status_code == 422
    assert error_of(answer)["field"] == "text"


def in_pieces(total):
    for _ in range(total // 65_536 + 1):
        yield b" " * 65_536


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_too_large_is_refused(sign_in, is_chunked):
    content = in_pieces(3_000_000) if is_chunked else b" " * 3_000_000
    answer = sign_in("near_worker").post(PATH, content=content, headers=JSON)
    assert answer.status_code == 413


def test_errors_have_one_shape(client, sign_in):
    desk = sign_in("desk")
    answers = [
        client.get(PATH),
        desk.get("/api/v1/nothing"),
        desk.delete(PATH),
        desk.get(f"{PATH}/not-a-uuid"),
        desk.get(PATH, params={"state": "x"}),
    ]
    assert [a.status_code for a in answers] == [401, 404, 405, 422, 422]
    for answer in answers:
        assert {"code", "message"} <= set(error_of(answer))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_answers_of_the_api_are_kept_nowhere(sign_in):
    assert sign_in("desk").get(PATH).headers["cache-control"] == "no-store"
