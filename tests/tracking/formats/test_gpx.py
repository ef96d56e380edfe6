"""GPX as it is handed in: every good point kept, everything else named."""

import pytest

from tracking.errors import TooManyFixes
from tracking.formats.gpx import parse_gpx
from tracking.storage.fixblock import to_frame

NOW = 1_779_300_000_000
POINT = '<trkpt lat="34.1" lon="111.9"><time>{}</time></trkpt>'


def gpx(*points):
    return f"<gpx><trk><trkseg>{''.join(points)}</trkseg></trk></gpx>".encode()


def test_points_become_fixes_and_bad_ones_beside_them_are_kept():
    found = parse_gpx(
        gpx(
            POINT.format("2026-05-20T08:00:00Z"),
            POINT.format("never"),
            POINT.format("1970-01-01T00:00:00Z"),
        ),
        NOW,
    )
    frame = to_frame(found.block)
    assert frame[["lon", "lat"]].to_numpy().tolist() == [[111.9, 34.1]]
    assert [r.reason for r in found.rejected] == ["unreadable", "impossible_date"]


def test_what_is_no_gpx_is_one_rejection():
    found = parse_gpx(b"<!DOCTYPE gpx><gpx/>", NOW)
    assert [r.reason for r in found.rejected] == ["unreadable"]


def test_a_file_too_long_is_refused_as_a_whole():
    with pytest.raises(TooManyFixes):
        parse_gpx(gpx(*[POINT.format("2026-05-20T08:00:00Z")] * 5001), NOW)
