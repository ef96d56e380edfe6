"""OwnTracks HTTP: one JSON object per request (booklet docs/tech/json.md).

``_type: location`` is a fix: tst in seconds, vel in km/h, batt in percent; values that
are zero are left out. All other types arrive at the same address; those that carry no
position of the phone are taken and dropped, because its queue waits for a 2xx.
"""

from tracking.formats.body import read_json
from tracking.formats.reading import Rejected, Rows, Said, Upload
from tracking.formats.scalars import number, time_ms

_KMH_MPS = 1 / 3.6
_WITHOUT_POSITION = frozenset(
    {
        "beacon",
        "card",
        "cmd",
        "configuration",
        "dump",
        "lwt",
        "request",
        "status",
        "steps",
        "transition",
        "waypoint",
        "waypoints",
    }
)


def parse_owntracks(body: bytes, received_ms: int) -> Upload:
    """Return the fix of an OwnTracks message; of most other messages nothing.

    Parameters
    ----------
    body : bytes
        May be empty, which means nothing.
    received_ms : int
        When the request came, milliseconds since the epoch, UTC.
    """
    if not body.strip():
        return Upload()
    message = read_json(body)
    if not isinstance(message, dict):
        return Upload(rejected=(Rejected("unreadable", body),))
    kind = message.get("_type")
    if kind == "location":
        rows = Rows(received_ms)
        rows.add(_say(message), message)
        return rows.upload(sent_ms=time_ms(message.get("created_at")))
    if isinstance(kind, str) and kind in _WITHOUT_POSITION:
        return Upload()
    return Upload(rejected=(Rejected("unreadable", body),))


def _say(message: dict[str, object]) -> Said:
    said = message.get
    kmh = number(said("vel"))
    return Said(
        time_ms(said("tst")),
        number(said("lon")),
        number(said("lat")),
        number(said("acc")),
        None if kmh is None else kmh * _KMH_MPS,
        number(said("cog")),
        number(said("alt")),
        number(said("batt")),
        None,
        said("source"),
    )
