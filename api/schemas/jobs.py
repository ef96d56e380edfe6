"""Work that takes longer than a request, as its asker sees it."""

import datetime as dt
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from api.schemas.common import In, Out


class JudgeAgainIn(In):
    """Days that are to be judged once more, both included."""

    first: dt.date
    last: dt.date


class ExportIn(In):
    """A file that is wanted: what of which days, both included."""

    what: Literal["rounds", "hazards"]
    format: Literal["xlsx", "csv", "geojson", "gpkg"]
    first: dt.date
    last: dt.date


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
    is_own: bool
    upload_id: UUID | None
    error: str | None
    result: dict[str, Any] | None
