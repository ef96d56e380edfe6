"""Spoken reports of a case: sent again without harm, acknowledged when durable."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.schemas.hazards import VoiceOut
from api.services.access.session import SignedIn
from api.services.cases.case_files import FileKind, add_file, find_file
from api.services.cases.case_views import show_voice
from api.services.cases.photos import read_file, store_bytes
from api.services.cases.voices import sniff
from geo.db.models import Case, CaseVoice

_VOICE = FileKind(CaseVoice, "recording", "voice_id", 10, lambda row: row.sha256)


def add_voice(
    session: Session,
    sender: SignedIn,
    folder: Path,
    case_id: UUID,
    voice_id: UUID,
    raw: bytes,
    now: datetime,
) -> tuple[VoiceOut, bool]:
    """Keep a recording and return it, and whether it is new.

    Raises
    ------
    NotFound, Conflict, NotYourEvent
        As `add_file` says.
    BadVoice
        If the bytes are no recording that we keep.
    """

    def make(case: Case, sent: str) -> CaseVoice:
        sound = sniff(raw)
        return CaseVoice(
            county_id=sender.county_id,
            id=voice_id,
            case_id=case_id,
            sha256=sent,
            media_type=sound.media_type,
            byte_count=len(raw),
            path=store_bytes(folder, raw, sound.ending),
            stored_at=now,
            code=case.code,
            participants=case.participants,
        )

    row, is_new = add_file(session, sender, _VOICE, case_id, voice_id, raw, make)
    return show_voice(row), is_new


def read_voice(
    session: Session, viewer: SignedIn, folder: Path, case_id: UUID, voice_id: UUID
) -> tuple[bytes, str]:
    """Return the bytes of a recording and their type.

    Raises
    ------
    NotFound
        If it does not exist or is not for these eyes.
    """
    voice = find_file(session, viewer, _VOICE, case_id, voice_id)
    return read_file(folder, voice.path), voice.media_type
