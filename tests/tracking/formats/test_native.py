import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.formats.native import parse_native
from tracking.storage.fixblock import to_frame

NOW = 1_779_249_600_000
GOOD = {"t": NOW - 1000, "lon": 111.9, "lat": 34.1}


def parse(*fixes, **batch):
    return parse_native(json.dumps({"fixes": list(fixes), **batch}).encode(), NOW)


def test_every_field_arrives_in_its_unit():
    upload = parse(
        {
            "t": "2026-05-20T12:00:00.123+08:00",
            "lon": 111.9000001,
            "lat": 34.1000001,
            "accuracy": 7.5,
            "speed_mps": 1.25,
            "heading": 181.5,
            "altitude": -12.3,
            "battery": 87.5,
            "mock": True,
            "provider": "fused",
        },
        batch_id="0198b0c5-0000-7000-8000-000000000001",
        sent_at="2026-05-20T04:00:00Z",
    )
    row = to_frame(upload.block).iloc[0].to_dict()
    assert row == {
        "t_ms": NOW + 123,
        "received_ms": NOW,
        "lon": 111.9000001,
        "lat": 34.1000001,
        "accuracy_m": 7.5,
        "speed_mps": 1.25,
        "heading_deg": 181.5,
        "altitude_m": -12.3,
        "battery_pct": 87.5,
        "mock": 1,
        "provider": "fused",
        "coord_type": "wgs84",
        "flags": 0,
    }
    assert upload.sent_ms == NOW
    assert upload.batch_id.startswith("0198b0c5")


def test_what_the_phone_did_not_say_is_nan():
    row = to_frame(parse(GOOD).block).iloc[0]
    fields = ["accuracy_m", "speed_mps", "heading_deg", "altitude_m", "battery_pct"]
    assert row[fields].isna().all()
    assert row["mock"] == -1


def test_gcj02_is_kept_raw_and_read_as_wgs84():
    block = parse(GOOD, coord_type="gcj02").block
    assert block.column("lon_e7")[0] == 1_119_000_000
    assert to_frame(block)["lon"].iloc[0] == pytest.approx(111.8938, abs=2e-3)
    assert to_frame(block)["lon"].iloc[0] != 111.9


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"t": None}, "no_time"),
        ({"t": "yesterday"}, "no_time"),
        ({"t": "1901-12-13T20:45:52Z"}, "impossible_date"),
        ({"t": NOW + 3 * 86_400_000}, "impossible_date"),
        ({"lon": None}, "no_position"),
        ({"lon": False}, "no_position"),
        ({"lat": "north"}, "no_position"),
        ({"lat": 91}, "impossible_position"),
        ({"lon": -180.1}, "impossible_position"),
    ],
)
def test_a_bad_fix_is_rejected_with_its_content_beside_good_ones(change, reason):
    upload = parse(GOOD, {**GOOD, **change})
    assert len(upload.block) == 1
    assert [bad.reason for bad in upload.rejected] == [reason]
    assert json.loads(upload.rejected[0].raw) == {**GOOD, **change}


def test_a_week_rollover_is_a_date_that_can_be():
    assert len(parse({**GOOD, "t": NOW - 7168 * 86_400_000}).block) == 1


def test_an_endless_number_does_not_lose_the_fixes_beside_it():
    body = b'{"fixes":[{"t":%d,"lon":111.9,"lat":34.1},{"t":1,"lon":NaN,"lat":1e999}]}'
    upload = parse_native(body % NOW, NOW)
    assert len(upload.block) == 1
    assert len(upload.rejected) == 1


def test_an_unknown_datum_is_no_reason_to_lose_a_fix():
    upload = parse(GOOD, coord_type="mars")
    assert [bad.reason for bad in upload.rejected] == ["unknown_datum"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"fixes": 3}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"fixes": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_cannot_be_read_is_kept_whole(body):
    upload = parse_native(body, NOW)
    assert len(upload.block) == 0
    assert [(bad.reason, bad.raw) for bad in upload.rejected] == [("unreadable", body)]


def test_items_that_are_no_fix_are_kept():
    upload = parse(GOOD, 3, None, "\ud800", [GOOD])
    assert len(upload.block) == 1
    assert len(upload.rejected) == 4


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.just("\ud800"),
    st.lists(st.integers(), max_size=2),
)
names = ("t", "lon", "lat", "accuracy", "battery", "mock", "provider", "altitude")


@given(st.lists(st.dictionaries(st.sampled_from(names), values), max_size=5))
def test_whatever_the_values_are_every_item_is_kept_once(fixes):
    upload = parse(*fixes)
    assert len(upload.block) + len(upload.rejected) == len(fixes)


@given(st.binary())
def test_no_body_raises(body):
    parse_native(body, NOW)
