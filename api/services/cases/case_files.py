"""What photos and recordings of a case share: who adds one, what a repeat means."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import Conflict, NotFound
from api.services.access.session import SignedIn
from geo.db.models import Case, CasePhoto, CaseVoice
from geo.db.store import cases
from tracking.cases.cases import RULES, CaseEvent
from tracking.errors import NotYourEvent

File = TypeVar("File", CasePhoto, CaseVoice)


@dataclass(frozen=True)
class FileKind(Generic[File]):
    """A kind of file that hangs on a case.

    Attributes
    ----------
    model : type
        Its table.
    word, field : str
        What messages call it, and the field that holds its id.
    most : int
        How many a case may have.
    sent_hash : callable
        Reads from a row the SHA-256 of the bytes that a phone may send again.
    """

    model: type[File]
    word: str
    field: str
    most: int
    sent_hash: Callable[[File], str]


def add_file(
    session: Session,
    sender: SignedIn,
    kind: FileKind[File],
    case_id: UUID,
    file_id: UUID,
    raw: bytes,
    make: Callable[[Case, str], File],
) -> tuple[File, bool]:
    """Keep a file and return its row, and whether it is new.

    A closed case takes files too: a phone that comes back from a valley sends late, and
    the time at which it arrived stands beside each.

    Parameters
    ----------
    make : callable
        Stores the bytes and returns the row, given the case and the hash of `raw`;
        called only if the file is to be kept.

    Raises
    ------
    NotFound
        If the case does not exist or is not for these eyes.
    Conflict
        If the id is another file's, or the case has enough of them.
    NotYourEvent
        If the sender's role only reads.
    """
    if sender.role not in RULES[CaseEvent.REPORT].roles:
        raise NotYourEvent(f"adding {kind.word}s is not for the role {sender.role}")
    found = cases.lock_case(session, sender, case_id)
    if found is None:
        raise NotFound("no such case")
    sent = sha256(raw).hexdigest()
    stored = cases.find_file(session, kind.model, sender.county_id, file_id)
    if stored is not None:
        if (stored.case_id, kind.sent_hash(stored)) != (case_id, sent):
            raise Conflict(f"the id is another {kind.word}'s", field=kind.field)
        return stored, False
    if len(cases.files_of(session, kind.model, sender.county_id, case_id)) >= kind.most:
        raise Conflict(f"the case has {kind.most} {kind.word}s already")
    row = make(found[0], sent)
    if not cases.add_file(session, row):
        raise Conflict(f"the id is another {kind.word}'s", field=kind.field)
    return row, True


def find_file(
    session: Session,
    viewer: SignedIn,
    kind: FileKind[File],
    case_id: UUID,
    file_id: UUID,
) -> File:
    """Return the row of a file of a case that the viewer sees.

    Raises
    ------
    NotFound
        If it does not exist or is not for these eyes.
    """
    row = cases.find_file(session, kind.model, viewer.county_id, file_id)
    if row is None or row.case_id != case_id:
        raise NotFound(f"no such {kind.word}")
    if cases.find_case(session, viewer, case_id) is None:
        raise NotFound("no such case")
    return row
