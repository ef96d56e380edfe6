import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.formats.osmand import parse_osmand
from tracking.storage.fixblock import to_frame

NOW = 1_779_249_600_000
SECRET = "7c9d1f0e5b2a48c6a1d3e4f5b6c7d8e9"

# Fields and number forms of traccar-client-sdk HttpUploader.kt.
CLIENT = {
    "id": SECRET,
    "lat": "34.1000001",
    "lon": "111.9000001",
    "timestamp": "1779249590",
    "accuracy": "4.5",
    "altitude": "512.25",
    "speed": "2.43",
    "bearing": "270.0",
    "batt": "87.0",
    "charge": "false",
}


def form(**change):
    return parse_osmand(urlencode({**CLIENT, **change}).encode(), NOW, is_json=False)


def as_json(content):
    return parse_osmand(json.dumps(content).encode(), NOW, is_json=True)


def only(upload):
    assert upload.rejected == ()
    return to_frame(upload.block).iloc[0]


def test_the_form_of_the_client_is_read_with_knots_as_metres_per_second():
    upload = form()
    row = only(upload)
    assert upload.secret == SECRET
    assert (row["t_ms"], row["lon"], row["lat"]) == (
        1_779_249_590_000,
        111.9000001,
        34.1000001,
    )
    assert row["speed_mps"] == pytest.approx(2.43 * 0.514444, abs=5e-4)
    assert (row["heading_deg"], row["altitude_m"], row["battery_pct"]) == (
        270.0,
        512.25,
        87.0,
    )


def test_the_current_client_reports_no_mock_flag():
    assert only(form())["mock"] == -1


def test_a_location_pair_is_latitude_first():
    row = only(form(lat="", lon="", location="34.1,111.9"))
    assert (row["lon"], row["lat"]) == (111.9, 34.1)


@pytest.mark.parametrize(
    "stamp",
    ["1779249590", "1779249590000", "2026-05-20T03:59:50Z", "2026-05-20 03:59:50"],
)
def test_every_form_of_the_timestamp_is_the_same(stamp):
    assert only(form(timestamp=stamp))["t_ms"] == 1_779_249_590_000


def test_a_fix_without_a_time_gets_that_of_its_receipt():
    fields = {k: v for k, v in CLIENT.items() if k != "timestamp"}
    row = only(parse_osmand(urlencode(fields).encode(), NOW, is_json=False))
    assert row["t_ms"] == NOW


def test_a_heartbeat_without_a_position_is_kept_without_the_secret():
    fields = {"id": SECRET, "timestamp": "1779249590", "batt": "80"}
    upload = parse_osmand(urlencode(fields).encode(), NOW, is_json=False)
    bad = upload.rejected[0]
    assert (bad.reason, bad.t_ms) == ("no_position", 1_779_249_590_000)
    assert SECRET.encode() not in bad.raw


def test_a_file_of_1901_is_kept_as_impossible():
    upload = form(timestamp="-2147483648")
    assert [bad.reason for bad in upload.rejected] == ["impossible_date"]


def test_the_flat_array_is_read_like_forms():
    upload = as_json([CLIENT, {**CLIENT, "timestamp": 1_779_249_591}])
    assert upload.secret == SECRET
    assert upload.block.column("t_ms").tolist() == [
        1_779_249_590_000,
        1_779_249_591_000,
    ]
    assert (upload.block.values[0, 2:] == form().block.values[0, 2:]).all()


def test_a_foreign_id_inside_an_array_does_not_count_as_this_device():
    upload = as_json([CLIENT, {**CLIENT, "id": "another"}])
    assert len(upload.block) == 1
    assert [bad.reason for bad in upload.rejected] == ["other_device"]


def test_the_nested_form_has_metres_per_second_and_battery_as_a_share():
    upload = as_json(
        {
            "device_id": SECRET,
            "location": {
                "timestamp": "2026-05-20T03:59:50.250Z",
                "coords": {
                    "latitude": 34.1,
                    "longitude": 111.9,
                    "speed": 1.5,
                    "heading": -1,
                    "accuracy": 5,
                    "altitude": 500,
                },
                "mock": True,
                "battery": {"level": 0.87, "is_charging": False},
            },
        }
    )
    row = only(upload)
    assert upload.secret == SECRET
    assert row["t_ms"] == 1_779_249_590_250
    assert (row["speed_mps"], row["battery_pct"], row["mock"]) == (1.5, 87.0, 1)
    assert row[["heading_deg"]].isna().all()


NESTED = {"timestamp": "2026-05-20T03:59:50.000Z"}
PLACED = NESTED | {"coords": {"latitude": 34.1, "longitude": 111.9, "accuracy": 5}}


@pytest.mark.parametrize(
    "content",
    [
        {"device_id": SECRET, "location": [PLACED, PLACED]},
        [{"device_id": SECRET, "location": PLACED}, {"location": PLACED}],
    ],
)
def test_every_nesting_of_the_background_sdk_is_read(content):
    upload = as_json(content)
    assert (upload.secret, upload.rejected, len(upload.block)) == (SECRET, (), 2)


def test_a_location_with_nothing_around_it_is_read():
    assert only(as_json({"device_id": SECRET, **PLACED}))["accuracy_m"] == 5


def test_a_broken_location_in_a_list_costs_no_other():
    upload = as_json({"device_id": SECRET, "location": [7, PLACED, {}, NESTED]})
    assert len(upload.block) == 1
    assert [r.reason for r in upload.rejected] == ["no_position"] * 3
    assert SECRET.encode() not in b"".join(r.raw for r in upload.rejected)


def test_a_broken_first_item_costs_the_others_no_secret():
    flat = {**CLIENT, "timestamp": 1779249590}
    upload = as_json([{"lat": 1}, None, {"id": []}, flat])
    assert (upload.secret, len(upload.block)) == (SECRET, 1)
    assert len(upload.rejected) == 3


def test_json_is_known_by_itself_where_nobody_says_so():
    upload = parse_osmand(json.dumps([CLIENT]).encode(), NOW, is_json=False)
    assert (upload.secret, len(upload.block)) == (SECRET, 1)


def test_a_nested_heartbeat_is_kept():
    upload = as_json({"device_id": SECRET, "location": {"timestamp": "2026-05-20"}})
    assert [bad.reason for bad in upload.rejected] == ["no_position"]


def test_json_that_is_none_is_kept_whole():
    upload = parse_osmand(b"[{", NOW, is_json=True)
    assert [bad.reason for bad in upload.rejected] == ["unreadable"]


@given(st.binary(), st.booleans())
def test_no_body_raises(body, is_json):
    upload = parse_osmand(body, NOW, is_json=is_json)
    assert len(upload.block) + len(upload.rejected) >= 0
