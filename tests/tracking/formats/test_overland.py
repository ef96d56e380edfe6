import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.formats.overland import parse_overland
from tracking.storage.fixblock import to_frame

NOW = 1_779_249_600_000
# As in the README of Overland for iOS.
FEATURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [111.9, 34.1]},
    "properties": {
        "timestamp": "2026-05-20T03:59:50Z",
        "altitude": 80,
        "speed": 4,
        "horizontal_accuracy": 30,
        "vertical_accuracy": -1,
        "course": -1,
        "motion": ["driving", "stationary"],
        "battery_state": "charging",
        "battery_level": 0.8,
        "wifi": "",
        "device_id": "",
    },
}


def parse(*features):
    body = {"locations": features, "current": {}, "trip": {}}
    return parse_overland(json.dumps(body).encode(), NOW)


def test_speed_is_metres_per_second_and_battery_a_share():
    row = to_frame(parse(FEATURE).block).iloc[0]
    assert (row["t_ms"], row["lon"], row["lat"]) == (1_779_249_590_000, 111.9, 34.1)
    assert (row["speed_mps"], row["battery_pct"], row["accuracy_m"]) == (4, 80, 30)
    assert row[["heading_deg"]].isna().all()


@pytest.mark.parametrize(
    "change",
    [
        {"geometry": None},
        {"geometry": {"coordinates": [1]}},
        {"geometry": {"coordinates": ["x", None]}},
        {"properties": []},
    ],
)
def test_a_broken_feature_is_kept_beside_good_ones(change):
    upload = parse(FEATURE, {**FEATURE, **change})
    assert (len(upload.block), len(upload.rejected)) == (1, 1)


def test_a_body_that_is_no_batch_is_kept():
    assert parse_overland(b'{"locations":{}}', NOW).rejected[0].reason == "unreadable"


@given(st.binary())
def test_no_body_raises(body):
    parse_overland(body, NOW)
