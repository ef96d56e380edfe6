"""Work that takes longer than a request, as its asker sees it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.schemas.common import Out


class JobOut(Out):
    """A job: how far it is, and when it has ended what came of it."""

    id: UUID
    kind: str
    state: str
    stage: str
    stage_name: str
    percent: int
    about: str
    made_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    made_by: str
    upload_id: UUID | None
    error: str | None
    result: dict[str, Any] | None
