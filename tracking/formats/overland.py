"""Overland: a batch of GeoJSON features (README of aaronpk/Overland-iOS).

Speed in m/s, battery as a share; a negative speed or course means "not known".
"""

from tracking.formats.body import read_json
from tracking.formats.reading import Rejected, Rows, Said, Upload, battery_of_share
from tracking.formats.scalars import number, time_ms


def parse_overland(body: bytes, received_ms: int) -> Upload:
    """Return the fixes of an Overland batch.

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
    batch = read_json(body)
    if not isinstance(batch, dict) or not isinstance(batch.get("locations"), list):
        return Upload(rejected=(Rejected("unreadable", body),))
    rows = Rows(received_ms)
    rows.read(batch["locations"], _say)
    return rows.upload()


def _say(feature: dict[str, object]) -> Said:
    properties, geometry = feature.get("properties"), feature.get("geometry")
    said = properties.get if isinstance(properties, dict) else {}.get
    place = geometry.get("coordinates") if isinstance(geometry, dict) else None
    is_pair = isinstance(place, list) and len(place) >= 2
    lon, lat = place[:2] if isinstance(place, list) and is_pair else (None, None)
    return Said(
        time_ms(said("timestamp")),
        number(lon),
        number(lat),
        number(said("horizontal_accuracy")),
        number(said("speed")),
        number(said("course")),
        number(said("altitude")),
        battery_of_share(said("battery_level")),
    )
