"""GPSLogger's custom URL, with the template that our set-up gives it.

::

    lat=%LAT&lon=%LON&timestamp=%TIMESTAMP&time=%TIME&acc=%ACC&spd=%SPD&dir=%DIR
    &alt=%ALT&prov=%PROV&batt=%BATT

Its body is a template that anybody may change: a JSON object with the same names is
read as well, and so is ``%ALL``. Speed in m/s; timestamp in seconds, and ``time`` (ISO
8601) where it is missing. The app sends lines again and leaves it to the server to know
them.
"""

from collections.abc import Mapping

from tracking.formats.body import read_form, read_json
from tracking.formats.reading import Rows, Said, Upload
from tracking.formats.scalars import number, time_ms


def parse_gpslogger(body: bytes, received_ms: int) -> Upload:
    """Return the fix of a form, a query string given as bytes, or a JSON object.

    Parameters
    ----------
    body : bytes
    received_ms : int
        When the request came, milliseconds since the epoch, UTC.
    """
    fields = _fields(body)
    rows = Rows(received_ms)
    rows.add(_say(fields), fields)
    return rows.upload()


def _fields(body: bytes) -> Mapping[str, object]:
    if body.lstrip()[:1] == b"{":
        content = read_json(body)
        if isinstance(content, dict):
            return content
    return read_form(body)


def _say(fields: Mapping[str, object]) -> Said:
    said = fields.get
    t_ms = time_ms(said("timestamp"))
    return Said(
        time_ms(said("time")) if t_ms is None else t_ms,
        number(said("lon")),
        number(said("lat")),
        number(said("acc")),
        number(said("spd")),
        number(said("dir")),
        number(said("alt")),
        number(said("batt")),
        None,
        said("prov"),
    )
