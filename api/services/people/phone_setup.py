"""A phone's own app, set up by one scan; its secret is told here and never again."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import segno
from sqlalchemy.orm import Session

from api.services.people.people import enrol_devices
from api.services.people.setup_tickets import Host
from tracking.formats.setup import gpslogger_profile, owntracks_link, traccar_link

App = Literal["traccar", "owntracks", "gpslogger"]


@dataclass(frozen=True)
class PhoneSetup:
    """What the worker scans or opens.

    Attributes
    ----------
    link : str
        Opens the app and sets it up.
    profile : str or None
        The same as a file, for the app that takes one.
    qr_svg : str
        A picture to scan: the link, or the page that has it.
    """

    token: str
    link: str
    profile: str | None
    qr_svg: str


def set_up(
    session: Session,
    county_id: UUID,
    person_id: UUID,
    app: App,
    host: Host,
    now: datetime,
) -> PhoneSetup:
    """Enrol a phone of a person from now on."""
    token = enrol_devices(session, county_id, [person_id], now, app=app)[person_id]
    label = str(person_id)
    if app == "gpslogger":
        profile = gpslogger_profile(host.address, token, label)
        code = host.tickets.put(profile, now)
        # Cameras open pages, and few of them the address of an app.
        picture = _picture(host.page_of(code))
        return PhoneSetup(token, host.link_of(code), profile, picture)
    if app == "traccar":
        link = traccar_link(host.address, token)
    else:
        link = owntracks_link(host.address, token, label)
    return PhoneSetup(token, link, None, _picture(link))


def _picture(content: str) -> str:
    out = io.BytesIO()
    segno.make(content, error="l", micro=False).save(
        out, kind="svg", border=4, scale=4, xmldecl=False
    )
    return out.getvalue().decode()
