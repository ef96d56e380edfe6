"""Photos of a case: sent again without harm, acknowledged when they are durable."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.schemas.hazards import PhotoOut
from api.services.access.session import SignedIn
from api.services.cases.case_files import FileKind, add_file, find_file
from api.services.cases.case_views import show_photo
from api.services.cases.photos import read_file, reencode, store_file
from geo.db.models import Case, CasePhoto

_PHOTO = FileKind(CasePhoto, "photo", "photo_id", 30, lambda row: row.sent_sha256)


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
    NotFound, Conflict, NotYourEvent
        As `add_file` says.
    BadPhoto
        If the bytes are no picture that we keep.
    """

    def make(case: Case, sent: str) -> CasePhoto:
        picture = reencode(raw)
        return CasePhoto(
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

    row, is_new = add_file(session, sender, _PHOTO, case_id, photo_id, raw, make)
    return show_photo(row), is_new


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
    photo = find_file(session, viewer, _PHOTO, case_id, photo_id)
    return read_file(photo_dir, photo.path)
