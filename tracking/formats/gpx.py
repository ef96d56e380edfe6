"""GPX as a phone or a person hands it in: a track made earlier.

Its fixes say of themselves that they come from a file (``provider`` gpx): a file can be
edited, and whoever reads the evidence shall know.
"""

import math

from tracking.errors import BadPositions
from tracking.formats.reading import Rejected, Rows, Said, Upload, require_few
from tracking.gpx import GpxPoint, read_points

PROVIDER = "gpx"


def parse_gpx(body: bytes, received_ms: int) -> Upload:
    """Return the track points of a GPX file.

    Parameters
    ----------
    body : bytes
    received_ms : int
        When the request came, milliseconds since the epoch, UTC.

    Raises
    ------
    TooManyFixes
        If there are more than `MOST_FIXES`; nothing else raises.
    """
    try:
        points = read_points(body)
    except BadPositions:
        return Upload(rejected=(Rejected("unreadable", body),))
    require_few(points)
    rows = Rows(received_ms)
    for number, point in enumerate(points, start=1):
        if point is None:
            rows.reject("unreadable", {"trkpt": number})
        else:
            rows.add(_say(point), {"trkpt": number, **point._asdict()})
    return rows.upload()


def _say(point: GpxPoint) -> Said:
    return Said(
        point.t_ms,
        point.lon,
        point.lat,
        _known(point.accuracy_m),
        _known(point.speed_mps),
        provider=PROVIDER,
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
