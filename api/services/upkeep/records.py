"""The record as an auditor reads it: entries, and their check."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.errors import Forbidden
from api.schemas.record import (
    ActionOut,
    ImportOut,
    ImportsOut,
    RecordedOut,
    RecordOut,
    VerificationOut,
)
from api.services.access.session import SignedIn
from api.services.layers.layer_words import in_chinese
from api.services.people.administration import is_inside, require_role
from api.services.upkeep.audit import read_anchors, verify_county
from api.services.upkeep.record_words import ACTION_NAMES
from geo.codes import range_of, trimmed, unpadded
from geo.db.engine import Database
from geo.db.store import audit, counties, territory
from geo.db.store.audit import EntriesWanted
from geo.localtime import day_start_ms, from_ms
from tracking.cases.roles import Role

MAY_AUDIT = frozenset({Role.ADMIN, Role.AUDITOR})
MAY_SEE_IMPORTS = frozenset({Role.ADMIN, Role.PLANNER, Role.AUDITOR})
_DAY = timedelta(days=1)


def read_record(
    session: Session,
    viewer: SignedIn,
    *,
    first: date | None,
    last: date | None,
    actor_id: UUID | None,
    action: str | None,
    about: str | None,
    before: int | None,
    limit: int,
) -> RecordOut:
    """Return a page of the county's record, newest first."""
    _require_auditor(session, viewer)
    wanted = EntriesWanted(
        since=_start(first) if first else None,
        until=_start(last + _DAY) if last else None,
        actor_id=actor_id,
        action=action,
        about=about,
        before=before,
        limit=limit,
    )
    rows = audit.entries(session, wanted)
    page = rows[:limit]
    following = page[-1].seq if len(rows) > limit else None
    return RecordOut(entries=[_shown(row) for row in page], next=following)


def list_actions() -> list[ActionOut]:
    """Return the actions that a filter may name."""
    return [ActionOut(action=a, name=name) for a, name in ACTION_NAMES.items()]


def verify_record(
    session: Session,
    database: Database,
    viewer: SignedIn,
    anchors_file: Path,
    now: datetime,
) -> VerificationOut:
    """Recompute the county's chain and hold it against the anchors."""
    _require_auditor(session, viewer)
    anchors = read_anchors(anchors_file) if anchors_file.exists() else []
    own = [anchor for anchor in anchors if anchor.county_id == viewer.county_id]
    found = verify_county(database, viewer.county_id, own)
    return VerificationOut(
        checked_at=now,
        links=found.links,
        anchors=len(own),
        is_sound=not found.troubles,
        troubles=list(found.troubles)[:100],
    )


def list_imports(session: Session, viewer: SignedIn) -> ImportsOut:
    """Return the newest imports that touched the viewer's areas alone."""
    require_role(viewer, MAY_SEE_IMPORTS)
    rows = territory.imports_of(session, viewer.county_id, viewer.scope)
    return ImportsOut(
        imports=[
            ImportOut(
                id=row.id,
                layer=row.layer,
                source_name=row.source_name,
                code=trimmed(row.code),
                at=row.at,
                counts=row.counts,
                notes=in_chinese(str(note) for note in row.report.get("notes", ())),
            )
            for row in rows
        ]
    )


def require_whole_county(session: Session, viewer: SignedIn) -> None:
    """Raise `Forbidden` unless the viewer's areas hold the whole county."""
    county = counties.county_of(session, viewer.county_id)
    whole = range_of(unpadded(county.code, "county"))
    if not is_inside((whole,), viewer.scope):
        raise Forbidden("this is a matter of the whole county")


def _require_auditor(session: Session, viewer: SignedIn) -> None:
    require_role(viewer, MAY_AUDIT)
    require_whole_county(session, viewer)


def _shown(row: Row[Any]) -> RecordedOut:
    return RecordedOut(
        seq=row.seq,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        action=row.action,
        action_name=ACTION_NAMES.get(row.action, row.action),
        object=row.object,
        detail=row.detail,
    )


def _start(day: date) -> datetime:
    return from_ms(day_start_ms(day))
