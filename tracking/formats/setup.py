"""Set-up of a phone's app by one scan: a link, or a profile, for each that we know.

All ask for a fix each 10 s or 10 m at high accuracy, without the app's own idea of when
a walk has stopped: at the defaults of these apps a patrol is almost unverifiable.
Names of settings are those of Traccar Client's configuration_service.dart, OwnTracks'
``_type: configuration``, and GPSLogger's ``.properties`` profiles.
"""

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

import orjson

EVERY_S = 10
EVERY_M = 10
_GPSLOGGER_BODY = (
    "lat=%LAT&lon=%LON&timestamp=%TIMESTAMP&time=%TIME&acc=%ACC&spd=%SPD&dir=%DIR"
    "&alt=%ALT&prov=%PROV&batt=%BATT"
)


def traccar_link(address: str, token: str) -> str:
    """Return the link that Traccar Client reads from a QR code.

    Parameters
    ----------
    address : str
        Of our server as phones reach it, ``https://host`` without a path.
    token : str
        The secret of the device; Traccar Client calls it its id.
    """
    fields = {
        "id": token,
        "interval": EVERY_S,
        "fastest_interval": EVERY_S,
        "distance": EVERY_M,
        "accuracy": "high",
        "stop_detection": "false",
        "buffer": "true",
        "wakelock": "true",
        # Begin at once: who scans need not look for the switch.
        "service": "true",
    }
    return f"{address}/ingest/osmand?{urlencode(fields)}"


def owntracks_link(address: str, token: str, label: str) -> str:
    """Return the link that makes OwnTracks set itself up.

    Parameters
    ----------
    address, token : str
        As for `traccar_link`; the secret is the password.
    label : str
        Whose phone it is; its user name, which nothing hangs on.
    """
    settings = {
        "_type": "configuration",
        "mode": 3,
        "url": f"{address}/ingest/owntracks",
        "auth": True,
        "username": label,
        "password": token,
        "deviceId": "phone",
        "monitoring": 2,
        "moveModeLocatorInterval": EVERY_S,
        "locatorInterval": EVERY_S,
        "locatorDisplacement": EVERY_M,
        "pegLocatorFastestIntervalToInterval": True,
        "ignoreInaccurateLocations": 0,
        "autostartOnBoot": True,
        "cmd": False,
        "remoteConfiguration": False,
    }
    inline = urlencode({"inline": b64encode(orjson.dumps(settings)).decode()})
    return f"owntracks:///config?{inline}"


def gpslogger_profile(address: str, token: str, label: str) -> str:
    """Return a ``.properties`` profile for GPSLogger; arguments as before."""
    settings: Mapping[str, object] = {
        "current_profile_name": "xunge",
        "log_customurl_enabled": "true",
        "log_customurl_url": f"{address}/ingest/gpslogger",
        "log_customurl_method": "POST",
        "log_customurl_body": _GPSLOGGER_BODY,
        "log_customurl_headers": "Content-Type: application/x-www-form-urlencoded",
        "log_customurl_basicauth_username": label,
        "log_customurl_basicauth_password": token,
        "log_customurl_discard_offline_locations_enabled": "false",
        "autosend_enabled": "true",
        "time_before_logging": EVERY_S,
        "distance_before_logging": 0,
        "accuracy_before_logging": 0,
        "keep_fix": "true",
        "startonbootup": "true",
    }
    return "".join(f"{name}={_escaped(str(v))}\n" for name, v in settings.items())


def _escaped(value: str) -> str:
    # The format of Java: ASCII, with a backslash for what would end a value.
    text = value.replace("\\", "\\\\")
    return "".join(c if 32 <= ord(c) < 127 else _java(c) for c in text)


def _java(mark: str) -> str:
    coded = mark.encode("utf-16-be").hex()
    return "".join(f"\\u{coded[at : at + 4]}" for at in range(0, len(coded), 4))
