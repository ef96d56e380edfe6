"""The native batch: ``POST /api/v1/fixes``.

::

    {"batch_id": uuid, "sent_at": iso, "coord_type": "wgs84", "fixes": [
      {"t": iso8601 | epoch ms, "lon", "lat", "accuracy", "speed_mps", "heading",
       "altitude", "battery", "mock", "provider"}]}

Battery is percent; of all fields of a fix only t, lon and lat are needed.
"""

from tracking.formats.body import read_json
from tracking.formats.reading import Rejected, Rows, Said, Upload
from tracking.formats.scalars import number, time_ms


def parse_native(body: bytes, received_ms: int) -> Upload:
    """Return the fixes of a native batch.

    Parameters
    ----------
    body : bytes
        Inflated if it came compressed.
    received_ms : int
        When the request came, milliseconds since the epoch, UTC.

    Raises
    ------
    TooManyFixes
        If there are more than `MOST_FIXES`; nothing else raises.
    """
    batch = read_json(body)
    if not isinstance(batch, dict) or not isinstance(batch.get("fixes"), list):
        return Upload(rejected=(Rejected("unreadable", body),))
    coord_type = batch.get("coord_type") or "wgs84"
    rows = Rows(received_ms, coord_type if isinstance(coord_type, str) else "?")
    rows.read(batch["fixes"], _say)
    batch_id = batch.get("batch_id")
    return rows.upload(
        batch_id=batch_id if isinstance(batch_id, str) else "",
        sent_ms=time_ms(batch.get("sent_at")),
    )


def _say(fix: dict[str, object]) -> Said:
    said = fix.get
    return Said(
        time_ms(said("t")),
        number(said("lon")),
        number(said("lat")),
        number(said("accuracy")),
        number(said("speed_mps")),
        number(said("heading")),
        number(said("altitude")),
        number(said("battery")),
        said("mock"),
        said("provider"),
    )
