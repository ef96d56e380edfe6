import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.formats.owntracks import parse_owntracks
from tracking.storage.fixblock import to_frame

NOW = 1_779_249_600_000
# As in the booklet's json.md, an Android phone on the move.
MESSAGE = {
    "_type": "location",
    "acc": 12,
    "alt": 420,
    "batt": 67,
    "bs": 1,
    "cog": 270,
    "conn": "m",
    "created_at": 1_779_249_599,
    "lat": 34.1,
    "lon": 111.9,
    "m": 2,
    "t": "u",
    "tid": "wg",
    "tst": 1_779_249_590,
    "vac": 3,
    "vel": 18,
}


def parse(message):
    return parse_owntracks(json.dumps(message).encode(), NOW)


def test_kilometres_per_hour_become_metres_per_second():
    upload = parse(MESSAGE)
    row = to_frame(upload.block).iloc[0]
    assert row["speed_mps"] == 5.0
    assert (row["t_ms"], row["accuracy_m"], row["heading_deg"]) == (
        1_779_249_590_000,
        12.0,
        270.0,
    )
    assert (row["altitude_m"], row["battery_pct"]) == (420.0, 67.0)
    assert upload.sent_ms == 1_779_249_599_000


def test_a_zero_that_is_left_out_is_not_said():
    message = {k: v for k, v in MESSAGE.items() if k not in ("acc", "vel")}
    row = to_frame(parse(message).block).iloc[0]
    assert row[["accuracy_m", "speed_mps"]].isna().all()


@pytest.mark.parametrize("kind", ["lwt", "status", "waypoints", "transition", "cmd"])
def test_messages_without_a_position_are_taken_and_dropped(kind):
    upload = parse({"_type": kind, "tst": 1})
    assert (len(upload.block), upload.rejected) == (0, ())


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_body_means_nothing(body):
    assert parse_owntracks(body, NOW).rejected == ()


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"_type":"encrypted","data":"x"}', b'{"_type":[1]}']
)
def test_what_cannot_be_read_is_kept(body):
    assert parse_owntracks(body, NOW).rejected[0].raw == body


@given(st.binary())
def test_no_body_raises(body):
    parse_owntracks(body, NOW)
