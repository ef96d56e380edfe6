"""A phone's own app, set up by one scan; its secret is told here and never again."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import segno
from sqlalchemy.orm import Session

from api.services.people.people import enrol_devices
from tracking.formats.setup import gpslogger_profile, owntracks_link, traccar_link

App = Literal["traccar", "owntracks", "gpslogger"]


@dataclass(frozen=True)
class PhoneSetup:
    """What the worker scans or opens.

    Attributes
    ----------
    link : str or None
        Opens the app and sets it up; None where the app takes only a file.
    profile : str or None
        Content of that file.
    qr_svg : str
        The link, or else the profile, as a picture to scan.
    """

    token: str
    link: str | None
    profile: str | None
    qr_svg: str


def set_up(
    session: Session,
    county_id: UUID,
    person_id: UUID,
    app: App,
    address: str,
    now: datetime,
) -> PhoneSetup:
    """Enrol a phone of a person from now on; `address` is ours as phones reach it."""
    token = enrol_devices(session, county_id, [person_id], now, app=app)[person_id]
    label = str(person_id)
    link = profile = None
    if app == "traccar":
        link = traccar_link(address, token)
    elif app == "owntracks":
        link = owntracks_link(address, token, label)
    else:
        profile = gpslogger_profile(address, token, label)
    return PhoneSetup(token, link, profile, _picture(link or profile or ""))


def _picture(content: str) -> str:
    out = io.BytesIO()
    segno.make(content, error="l", micro=False).save(
        out, kind="svg", border=4, scale=4, xmldecl=False
    )
    return out.getvalue().decode()
