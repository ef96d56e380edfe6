"""Photos of a case: sent again without harm, acknowledged when they are durable."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import Conflict, NotFound
from api.schemas.hazards import PhotoOut
from api.services.case_views import show_photo
from api.services.photos import read_file, reencode, store_file
from api.services.session import SignedIn
from geo.db.models import CasePhoto
from geo.db.store import cases
from tracking.cases import RULES, CaseEvent
from tracking.errors import NotYourEvent

MAX_PHOTOS = 30


def add_photo(
    session: Session,
    sender: SignedIn,
    photo_dir: Path,
    case_id: UUID,
    photo_id: UUID,
    raw: bytes,
    now: datetime,
) -> tuple[PhotoOut, bool]:
    """Keep a photo and return it, and whether it is new.

    Raises
    ------
    NotFound
        If the case does not exist or is not for these eyes.
    Conflict
        If the id is another photo's, or the case has enough of them.
    BadPhoto
        If the bytes are no picture that we keep.
    NotYourEvent
        If the sender's role only reads.
    """
    if sender.role not in RULES[CaseEvent.REPORT].roles:
        raise NotYourEvent(f"adding photos is not for the role {sender.role}")
    found = cases.lock_case(session, sender, case_id)
    if found is None:
        raise NotFound("no such case")
    case = found[0]
    sent = sha256(raw).hexdigest()
    stored = cases.find_photo(session, sender.county_id, photo_id)
    if stored is not None:
        if (stored.case_id, stored.sent_sha256) != (case_id, sent):
            raise Conflict("the id is another photo's", field="photo_id")
        return show_photo(stored), False
    if len(cases.photos_of(session, sender.county_id, case_id)) >= MAX_PHOTOS:
        raise Conflict(f"the case has {MAX_PHOTOS} photos already")
    picture = reencode(raw)
    photo = CasePhoto(
        county_id=sender.county_id,
        id=photo_id,
        case_id=case_id,
        sha256=picture.sha256.hex(),
        sent_sha256=sent,
        byte_count=len(picture.jpeg),
        width_px=picture.width_px,
        height_px=picture.height_px,
        path=store_file(photo_dir, picture),
        stored_at=now,
        code=case.code,
        participants=case.participants,
    )
    if not cases.add_photo(session, photo):
        raise Conflict("the id is another photo's", field="photo_id")
    return show_photo(photo), True


def read_photo(
    session: Session,
    viewer: SignedIn,
    photo_dir: Path,
    case_id: UUID,
    photo_id: UUID,
) -> bytes:
    """Return the bytes of a photo, as they are kept.

    Raises
    ------
    NotFound
        If it does not exist or is not for these eyes.
    """
    photo = cases.find_photo(session, viewer.county_id, photo_id)
    if photo is None or photo.case_id != case_id:
        raise NotFound("no such photo")
    if cases.find_case(session, viewer, case_id) is None:
        raise NotFound("no such case")
    return read_file(photo_dir, photo.path)
