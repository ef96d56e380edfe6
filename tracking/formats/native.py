"""The native batch: ``POST /api/v1/fixes``.

::

    {"batch_id": uuid, "sent_at": iso, "coord_type": "wgs84", "fixes": [
      {"t": iso8601 | epoch ms, "lon", "lat", "accuracy", "speed_mps", "heading",
       "altitude", "battery", "mock", "provider"}]}

Battery is percent; of all fields of a fix only t, lon and lat are needed.
"""

from tracking.formats.body import read_json
from tracking.formats.columns import plain_block
from tracking.formats.reading import Rejected, Rows, Said, Upload, require_few
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
    require_few(batch["fixes"])
    said_type = batch.get("coord_type") or "wgs84"
    coord_type = said_type if isinstance(said_type, str) else "?"
    said_id = batch.get("batch_id")
    batch_id = said_id if isinstance(said_id, str) else ""
    sent_ms = time_ms(batch.get("sent_at"))
    block = plain_block(batch["fixes"], coord_type, received_ms)
    if block is not None:
        return Upload(block, batch_id=batch_id, sent_ms=sent_ms)
    rows = Rows(received_ms, coord_type)
    rows.read(batch["fixes"], say_native)
    return rows.upload(batch_id=batch_id, sent_ms=sent_ms)


def say_native(fix: dict[str, object]) -> Said:
    """Return what a fix of a native batch says."""
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
