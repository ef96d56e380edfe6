"""What Traccar Client and OsmAnd send, in its three shapes.

- form: one fix, ``id lat lon timestamp accuracy altitude speed bearing batt ...``;
  speed in knots, timestamp in seconds (traccar-client-sdk HttpUploader.kt); the query
  form of OsmAnd has the same fields, and ``location=lat,lon``;
- flat JSON array of such fixes (the client's ``uploadJson``);
- nested JSON of transistorsoft-based apps, speed in m/s, battery as a share; with
  their `batchSync` a list of locations, with `httpRootProperty` "." none around it.

A fix without a time gets the time of its receipt, as the Traccar server does.
"""

from collections.abc import Mapping

from tracking.formats.body import read_form, read_json
from tracking.formats.reading import (
    Rejected,
    Rows,
    Said,
    Upload,
    battery_of_share,
    require_few,
)
from tracking.formats.scalars import number, time_ms

KNOT_MPS = 1852.0 / 3600.0


def parse_osmand(body: bytes, received_ms: int, *, is_json: bool) -> Upload:
    """Return the fixes of a POST by its content type.

    Parameters
    ----------
    body : bytes
    received_ms : int
        When the request came, milliseconds since the epoch, UTC.
    is_json : bool
        Whether the content type says JSON; otherwise it is a form, unless it looks
        like JSON.

    Raises
    ------
    TooManyFixes
        If there are more than `MOST_FIXES`; nothing else raises.
    """
    # No form of a phone begins like that, and not everything says what it sends.
    if not is_json and body.lstrip()[:1] not in (b"{", b"["):
        return parse_osmand_fields(read_form(body), received_ms)
    content = read_json(body)
    if isinstance(content, list):
        return _parse_list(content, received_ms)
    if isinstance(content, dict):
        return _parse_nested(content, received_ms)
    return Upload(rejected=(Rejected("unreadable", body),))


def parse_osmand_fields(fields: Mapping[str, object], received_ms: int) -> Upload:
    """Return the fix of one form or query string."""
    rows = Rows(received_ms)
    rows.add(_say_flat(fields, received_ms), _without_secret(fields))
    return rows.upload(secret=_secret(fields))


def _parse_list(content: list[object], received_ms: int) -> Upload:
    """Return the fixes of a JSON array, flat or nested, all of one phone.

    What names no phone is of the phone beside it: one broken item must not cost the
    others their secret.
    """
    require_few(content)
    said = [_secret(item) for item in content if isinstance(item, dict)]
    secret = next(filter(None, said), "")
    rows = Rows(received_ms)
    for item in content:
        if not isinstance(item, dict):
            rows.reject("unreadable", item)
        elif _secret(item) not in ("", secret):
            rows.reject("other_device", _without_secret(item))
        elif "location" in item and not isinstance(item["location"], str):
            _add_nested(rows, item)
        else:
            rows.add(_say_flat(item, received_ms), _without_secret(item))
    return rows.upload(secret=secret)


def _parse_nested(content: dict[str, object], received_ms: int) -> Upload:
    rows = Rows(received_ms)
    _add_nested(rows, content)
    return rows.upload(secret=_secret(content))


def _add_nested(rows: Rows, content: dict[str, object]) -> None:
    """Add the location of an object, all of them where it holds a list."""
    kept = _without_secret(content)
    location = content.get("location", content if "coords" in content else None)
    if not isinstance(location, list):
        rows.add(_say_nested(location, rows.received_ms), kept)
        return
    require_few(location)
    for one in location:
        rows.add(_say_nested(one, rows.received_ms), {**kept, "location": one})


def _say_flat(fields: Mapping[str, object], received_ms: int) -> Said:
    said = fields.get
    lat, lon = number(said("lat")), number(said("lon"))
    if lat is None and lon is None:
        lat, lon = _pair(said("location"))
    knots = number(said("speed"))
    return Said(
        _time(said("timestamp"), received_ms),
        lon,
        lat,
        number(said("accuracy")),
        None if knots is None else knots * KNOT_MPS,
        number(said("bearing", said("heading"))),
        number(said("altitude")),
        number(said("batt")),
        said("mock"),
        said("provider"),
    )


def _say_nested(said_location: object, received_ms: int) -> Said:
    location = said_location if isinstance(said_location, dict) else {}
    coords = location.get("coords")
    said = coords.get if isinstance(coords, dict) else {}.get
    battery = location.get("battery")
    level = battery.get("level") if isinstance(battery, dict) else None
    return Said(
        _time(location.get("timestamp"), received_ms),
        number(said("longitude")),
        number(said("latitude")),
        number(said("accuracy")),
        number(said("speed")),
        number(said("heading")),
        number(said("altitude")),
        battery_of_share(level),
        location.get("mock"),
        None,
    )


def _pair(value: object) -> tuple[float | None, float | None]:
    if not isinstance(value, str) or value.count(",") != 1:
        return None, None
    lat, lon = value.split(",")
    return number(lat), number(lon)


def _time(value: object, received_ms: int) -> int | None:
    return received_ms if value is None else time_ms(value)


def _secret(fields: Mapping[str, object]) -> str:
    for name in ("id", "deviceid", "device_id"):
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _without_secret(fields: Mapping[str, object]) -> dict[str, object]:
    # What is kept must not let its reader post as the phone.
    hidden = ("id", "deviceid", "device_id")
    return {name: value for name, value in fields.items() if name not in hidden}
