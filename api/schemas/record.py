"""The record of who did what, its check, and the history of imports."""

import datetime as dt
from typing import Any
from uuid import UUID

from api.schemas.common import Out


class RecordedOut(Out):
    """One entry of the record."""

    seq: int
    at: dt.datetime
    actor_id: UUID | None
    actor_name: str | None
    action: str
    action_name: str
    object: str
    detail: dict[str, Any]


class RecordOut(Out):
    """A page of the record, newest first; `next` goes into `before`."""

    entries: list[RecordedOut]
    next: int | None


class ActionOut(Out):
    """An action with its Chinese name."""

    action: str
    name: str


class VerificationOut(Out):
    """What recomputing every link of the county's chain came to."""

    checked_at: dt.datetime
    links: int
    anchors: int
    is_sound: bool
    troubles: list[str]


class ImportOut(Out):
    """A layer that was loaded."""

    id: UUID
    layer: str
    source_name: str
    code: str
    at: dt.datetime
    counts: dict[str, Any]
    notes: list[str]


class ImportsOut(Out):
    """The newest imports, at most two hundred."""

    imports: list[ImportOut]
