"""Spoken reports of a case: sent again without harm, acknowledged when durable."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import Conflict, NotFound
from api.schemas.hazards import VoiceOut
from api.services.case_views import show_voice
from api.services.photos import read_file, store_bytes
from api.services.session import SignedIn
from api.services.voices import sniff
from geo.db.models import CaseVoice
from geo.db.store import cases
from tracking.cases import RULES, CaseEvent
from tracking.errors import NotYourEvent

MAX_VOICES = 10


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
    NotFound
        If the case does not exist or is not for these eyes.
    Conflict
        If the id is another recording's, or the case has enough of them.
    BadVoice
        If the bytes are no recording that we keep.
    NotYourEvent
        If the sender's role only reads.
    """
    if sender.role not in RULES[CaseEvent.REPORT].roles:
        raise NotYourEvent(f"adding recordings is not for the role {sender.role}")
    found = cases.lock_case(session, sender, case_id)
    if found is None:
        raise NotFound("no such case")
    case = found[0]
    sent = sha256(raw).hexdigest()
    stored = cases.find_voice(session, sender.county_id, voice_id)
    if stored is not None:
        if (stored.case_id, stored.sha256) != (case_id, sent):
            raise Conflict("the id is another recording's", field="voice_id")
        return show_voice(stored), False
    if len(cases.voices_of(session, sender.county_id, case_id)) >= MAX_VOICES:
        raise Conflict(f"the case has {MAX_VOICES} recordings already")
    sound = sniff(raw)
    voice = CaseVoice(
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
    if not cases.add_voice(session, voice):
        raise Conflict("the id is another recording's", field="voice_id")
    return show_voice(voice), True


def read_voice(
    session: Session, viewer: SignedIn, folder: Path, case_id: UUID, voice_id: UUID
) -> tuple[bytes, str]:
    """Return the bytes of a recording and their type.

    Raises
    ------
    NotFound
        If it does not exist or is not for these eyes.
    """
    voice = cases.find_voice(session, viewer.county_id, voice_id)
    if voice is None or voice.case_id != case_id:
        raise NotFound("no such recording")
    if cases.find_case(session, viewer, case_id) is None:
        raise NotFound("no such case")
    return read_file(folder, voice.path), voice.media_type
