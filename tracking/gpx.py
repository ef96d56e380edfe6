"""GPX 1.1 and 1.0: tracks in, day tracks out.

Reading takes ``trkpt`` with time from any program; what has no time is counted and left
out, for a fix without a time proves nothing. A document type is refused before the
parser sees it: entities are how XML attacks.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from geo.frames import FIX_COLUMNS, MOCK_UNKNOWN, require_columns
from geo.localtime import from_ms, to_ms
from tracking.errors import BadPositions

_MOST_BYTES = 50_000_000
_ACCURACY_TAGS = ("accuracy", "hacc")
_GAP_MS = 300_000


class GpxPoint(NamedTuple):
    """One track point: ms since the epoch, WGS 84 degrees, metres and m/s or NaN."""

    t_ms: int
    lon: float
    lat: float
    accuracy_m: float
    speed_mps: float


@dataclass(frozen=True)
class ReadTrack:
    """What a GPX file held: fixes, and how many points had no usable time or place."""

    fixes: pd.DataFrame
    left_out: int


def read_gpx(
    body: bytes, worker_id: str, device_id: str = "gpx", received_ms: int | None = None
) -> ReadTrack:
    """Return the track points of a GPX file as fixes.

    Parameters
    ----------
    body : bytes
        The file; UTF-8 or as its declaration says.
    worker_id, device_id : str
        Whose track it is.
    received_ms : int, optional
        When it was handed in, milliseconds since the epoch; by default each fix counts
        as received when it was made.

    Returns
    -------
    ReadTrack
        `geo.frames.FIX_COLUMNS`, WGS 84, in the order of the file.

    Raises
    ------
    BadPositions
        If this is no GPX, is too large, or has a document type.
    """
    points = read_points(body)
    rows = [row for row in points if row is not None]
    frame = pd.DataFrame(rows, columns=["t_ms", "lon", "lat", "accuracy_m", "speed"])
    n = len(frame)
    fixes = pd.DataFrame(
        {
            "worker_id": [worker_id] * n,
            "device_id": [device_id] * n,
            "t_ms": frame["t_ms"].astype(np.int64),
            "received_ms": (
                frame["t_ms"].astype(np.int64)
                if received_ms is None
                else np.full(n, received_ms, np.int64)
            ),
            "lon": frame["lon"].astype(np.float64),
            "lat": frame["lat"].astype(np.float64),
            "accuracy_m": frame["accuracy_m"].astype(np.float64),
            "speed_mps": frame["speed"].astype(np.float64),
            "mock": np.full(n, MOCK_UNKNOWN, np.int8),
        }
    )
    return ReadTrack(fixes[list(FIX_COLUMNS)], len(points) - n)


def read_points(body: bytes) -> list[GpxPoint | None]:
    """Return the track points of a GPX file; None for one without time or place.

    Raises
    ------
    BadPositions
        If this is no GPX, is too large, or has a document type.
    """
    return [_row(e) for e in _root(body).iter() if _local(e.tag) == "trkpt"]


def write_gpx(fixes: pd.DataFrame, name: str) -> str:
    """Return fixes as GPX 1.1, one track per device, a new segment after five minutes.

    Parameters
    ----------
    fixes : DataFrame
        `geo.frames.FIX_COLUMNS`; those of one device in the order of their times.
        Positions that are no numbers are left out.
    name : str
        Name of the tracks.
    """
    require_columns(fixes, FIX_COLUMNS, "fixes")
    good = fixes[np.isfinite(fixes["lon"]) & np.isfinite(fixes["lat"])]
    tracks = [
        _track(part.sort_values("t_ms", kind="stable"), f"{name} {device}")
        for device, part in good.groupby("device_id", sort=True)
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="xunge" '
        'xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:x="urn:xunge:track:1">\n' + "".join(tracks) + "</gpx>\n"
    )


def _track(part: pd.DataFrame, name: str) -> str:
    lines = [f"<trk><name>{escape(name)}</name><trkseg>\n"]
    times = part["t_ms"].tolist()
    for i, row in enumerate(
        zip(
            times,
            part["lon"].tolist(),
            part["lat"].tolist(),
            part["accuracy_m"].tolist(),
            part["speed_mps"].tolist(),
            strict=True,
        )
    ):
        if i and times[i] - times[i - 1] > _GAP_MS:
            lines.append("</trkseg><trkseg>\n")
        lines.append(_point(*row))
    lines.append("</trkseg></trk>\n")
    return "".join(lines)


def _point(t_ms: int, lon: float, lat: float, accuracy: float, speed: float) -> str:
    moment = from_ms(t_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    more = "".join(
        f"<x:{tag}>{value:g}</x:{tag}>"
        for tag, value in (("accuracy", accuracy), ("speed", speed))
        if np.isfinite(value)
    )
    extensions = f"<extensions>{more}</extensions>" if more else ""
    return (
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}">'
        f"<time>{moment}</time>{extensions}</trkpt>\n"
    )


def _root(body: bytes) -> ET.Element:
    if len(body) > _MOST_BYTES:
        raise BadPositions(f"GPX of {len(body)} bytes; at most {_MOST_BYTES} are read")
    # Also in UTF-16, where every second byte is a zero.
    if b"<!doctype" in body.replace(b"\0", b"").lower():
        raise BadPositions("GPX with a document type; save it without <!DOCTYPE>")
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError) as trouble:
        raise BadPositions(f"no GPX: {trouble}") from trouble
    if _local(root.tag) != "gpx":
        raise BadPositions(f"no GPX: the root is <{_local(root.tag)[:40]}>")
    return root


def _row(point: ET.Element) -> GpxPoint | None:
    lon, lat = _number(point.get("lon")), _number(point.get("lat"))
    told = {_local(e.tag): (e.text or "").strip() for e in point.iter()}
    t_ms = _moment(told.get("time", ""))
    if t_ms is None or not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        return None
    accuracy = next((_number(told[t]) for t in _ACCURACY_TAGS if t in told), np.nan)
    speed = _number(told.get("speed"))
    return GpxPoint(t_ms, lon, lat, accuracy, speed)


def _number(text: str | None) -> float:
    try:
        value = float(text or "nan")
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def _moment(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        # GPX says UTC; some programs forget the Z.
        return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
