"""The record of who did what, its check, and the county's categories."""

from datetime import date as Date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.deps import DatabaseDep, NowDep, SessionDep, SettingsDep, ViewerDep
from api.schemas.categories import CategoryIn
from api.schemas.common import Text
from api.schemas.hazards import CategoryOut
from api.schemas.record import ActionOut, ImportsOut, RecordOut, VerificationOut
from api.services.upkeep import categories, records

router = APIRouter(prefix="/api/v1", tags=["administration"])

Limit = Annotated[int, Query(ge=1, le=500)]
Short = Annotated[Text | None, Query(max_length=80)]
Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31})?$")]
Number = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("/audit")
def read_record(
    session: SessionDep,
    viewer: ViewerDep,
    first: Date | None = None,
    last: Date | None = None,
    actor_id: UUID | None = None,
    action: Short = None,
    object: Short = None,
    before: Number = None,
    limit: Limit = 100,
) -> RecordOut:
    """The county's record, newest first; `object` is the beginning of what it names."""
    return records.read_record(
        session,
        viewer,
        first=first,
        last=last,
        actor_id=actor_id,
        action=action,
        about=object,
        before=before,
        limit=limit,
    )


@router.get("/audit/actions")
def list_actions(_viewer: ViewerDep) -> list[ActionOut]:
    """What the record's entries may be."""
    return records.list_actions()


@router.get("/audit/verification")
def verify_record(
    session: SessionDep,
    database: DatabaseDep,
    settings: SettingsDep,
    viewer: ViewerDep,
    now: NowDep,
) -> VerificationOut:
    """Recompute every link of the county's chain, and hold it against the anchors."""
    return records.verify_record(session, database, viewer, settings.anchors, now)


@router.get("/imports")
def list_imports(session: SessionDep, viewer: ViewerDep) -> ImportsOut:
    """The layers that were loaded in your areas, newest first."""
    return records.list_imports(session, viewer)


@router.put("/categories/{code}")
def set_category(
    code: Code,
    sent: CategoryIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
) -> CategoryOut:
    """Add a category of the county, or change one; a child names its parent first."""
    found, is_new = categories.set_category(session, viewer, code, sent)
    response.status_code = 201 if is_new else 200
    return found
