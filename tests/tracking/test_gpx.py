"""GPX: what goes out comes back in, and nothing in a file can hurt."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.frames import FIX_COLUMNS, MOCK_UNKNOWN
from tracking.errors import BadPositions
from tracking.gpx import read_gpx, write_gpx

T0 = 1_779_235_200_000

rows = st.lists(
    st.tuples(
        st.integers(0, 86_400_000),
        st.integers(-1_800_000_000, 1_800_000_000),
        st.integers(-900_000_000, 900_000_000),
        st.one_of(st.none(), st.integers(1, 9_999)),
    ),
    max_size=20,
    unique_by=lambda r: r[0],
)


def frame(found):
    found = sorted(found)
    n = len(found)
    return pd.DataFrame(
        {
            "worker_id": ["w"] * n,
            "device_id": ["d"] * n,
            "t_ms": np.array([T0 + r[0] for r in found], np.int64),
            "received_ms": np.array([T0 + r[0] for r in found], np.int64),
            "lon": [r[1] / 1e7 for r in found],
            "lat": [r[2] / 1e7 for r in found],
            "accuracy_m": np.array(
                [np.nan if r[3] is None else r[3] / 100 for r in found], float
            ),
            "speed_mps": np.full(n, np.nan),
            "mock": np.full(n, MOCK_UNKNOWN, np.int8),
        }
    )[list(FIX_COLUMNS)]


@given(rows)
def test_what_goes_out_comes_back_to_the_millisecond_and_the_digit(found):
    fixes = frame(found)
    back = read_gpx(write_gpx(fixes, "王五 & <b>").encode(), "w", "d")
    assert back.left_out == 0
    same = ["t_ms", "lon", "lat", "accuracy_m"]
    pd.testing.assert_frame_equal(
        back.fixes[same].astype(float), fixes[same].astype(float)
    )


def test_a_silence_begins_a_new_segment():
    fixes = frame([(0, 0, 0, None), (10_000, 1, 1, None), (400_000, 2, 2, None)])
    assert write_gpx(fixes, "w").count("<trkseg>") == 2


@pytest.mark.parametrize("version", ["1/0", "1/1"])
def test_tracks_of_other_programs_are_read(version):
    body = f"""<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/{version}">
    <trk><trkseg>
    <trkpt lat="34" lon="111.9"><ele>9</ele><time>2026-05-20T08:00:00Z</time></trkpt>
    <trkpt lat="34.1" lon="111.9"><time>2026-05-20T16:00:05+08:00</time></trkpt>
    <trkpt lat="34.1" lon="111.9"><time>2026-05-20T08:00:10</time></trkpt>
    <trkpt lat="34.1" lon="111.9"></trkpt>
    <trkpt lat="x" lon="111.9"><time>2026-05-20T08:00:20Z</time></trkpt>
    <trkpt lat="91" lon="111.9"><time>2026-05-20T08:00:20Z</time></trkpt>
    <trkpt lat="1" lon="1"><time>yesterday</time></trkpt>
    </trkseg></trk></gpx>"""
    found = read_gpx(body.encode(), "w")
    assert (len(found.fixes), found.left_out) == (3, 4)
    assert found.fixes["t_ms"].diff().dropna().tolist() == [5000.0, 5000.0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<kml/>",
        b"<gpx>",
        b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>',
        '<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="nonsense"?><gpx/>',
    ],
)
def test_what_is_no_gpx_is_refused_in_one_line(body):
    with pytest.raises(BadPositions) as trouble:
        read_gpx(body, "w")
    assert "\n" not in str(trouble.value)


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_be_read_or_refused(body):
    try:
        read_gpx(b"<gpx>" + body, "w")
    except BadPositions:
        pass
