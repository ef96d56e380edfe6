from hypothesis import given
from hypothesis import strategies as st

from tracking.formats.gpslogger import parse_gpslogger
from tracking.storage.fixblock import to_frame

NOW = 1_779_249_600_000
LINE = (
    b"lat=34.1&lon=111.9&timestamp=1779249590&time=2026-05-20T03:59:50.000Z&acc=9.0"
    b"&spd=1.5&dir=90.0&alt=512.0&prov=gps&batt=87.0"
)


def test_speed_is_metres_per_second():
    row = to_frame(parse_gpslogger(LINE, NOW).block).iloc[0]
    assert (row["t_ms"], row["lon"], row["lat"]) == (1_779_249_590_000, 111.9, 34.1)
    assert (row["speed_mps"], row["heading_deg"], row["provider"]) == (1.5, 90, "gps")
    assert (row["altitude_m"], row["battery_pct"]) == (512.0, 87.0)


def test_without_a_timestamp_the_written_time_counts():
    line = LINE.replace(b"timestamp=1779249590&", b"")
    assert parse_gpslogger(line, NOW).block.column("t_ms")[0] == 1_779_249_590_000


def test_fields_that_the_phone_left_empty_are_not_said():
    row = to_frame(parse_gpslogger(LINE.replace(b"acc=9.0", b"acc="), NOW).block).iloc[
        0
    ]
    assert row[["accuracy_m"]].isna().all()


def test_a_template_of_json_is_read_like_the_form():
    said = b'{"lat": 34.1, "lon": "111.9", "timestamp": "1779249590", "spd": 1.5}'
    row = to_frame(parse_gpslogger(said, NOW).block).iloc[0]
    assert (row["lon"], row["lat"], row["speed_mps"]) == (111.9, 34.1, 1.5)


def test_a_line_without_a_place_is_kept():
    upload = parse_gpslogger(b"timestamp=1779249590", NOW)
    assert [bad.reason for bad in upload.rejected] == ["no_position"]


@given(st.binary())
def test_no_body_raises(body):
    parse_gpslogger(body, NOW)
