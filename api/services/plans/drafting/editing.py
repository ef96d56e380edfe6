"""Editing a plan: read the draft, edit, undo, redo, catch up with a colleague.

The plan's row is locked while an edit is made, so that of two planners one is first
and the other is told so; nobody ever overwrites what they have not seen.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.errors import (
    Forbidden,
    NotEditable,
    NotFound,
    RefusedEdit,
    StaleVersion,
)
from api.schemas import drafts as asked
from api.services.access.session import SignedIn
from api.services.plans.drafting import words
from api.services.plans.drafting.drafts import Draft, Drafts, after_row
from api.services.plans.drafting.effects import Effect, Placed
from api.services.plans.drafting.views import change_body, draft_body, land_bytes
from api.services.plans.drafting.wishes import assign, carry_out
from geo.db.store import drafts as store
from geo.errors import BadCode
from geo.localtime import LOCAL_ZONE
from planning.errors import BadEdit, BadStep
from tracking.cases.roles import MAY_PLAN


class NewRow(NamedTuple):
    """A row that is about to be stored."""

    version: int
    id: UUID
    kind: str
    node: int
    parent: int | None
    made_by_name: str
    made_at: datetime


class Desk(NamedTuple):
    """Who works on which plan, and with what."""

    session: Session
    viewer: SignedIn
    drafts: Drafts
    plan_id: UUID


def read_land(desk: Desk) -> tuple[bytes, str]:
    """Return the geometry of a plan's draft, gzipped, and its tag."""
    return land_bytes(_draft(desk).ground)


def read_draft(desk: Desk) -> dict[str, Any]:
    """Return who is where in a plan, without its own cells."""
    head = _head(desk)
    draft = desk.drafts.at(desk.session, desk.viewer.county_id, head)
    may_edit = head.state == "draft" and desk.viewer.role in MAY_PLAN
    return draft_body(draft, may_edit)


def edit(desk: Desk, wanted: asked.EditIn, now: datetime) -> dict[str, Any]:
    """Carry out one edit and store it."""
    draft = _open(desk, wanted.version)
    effect, placed = _tried(lambda: carry_out(draft, wanted.edit))
    body = wanted.edit.model_dump(mode="json")
    return _store(desk, draft, effect, placed, wanted.edit.kind, body, now)


def take_assignment(
    desk: Desk, version: int, grids: dict[str, str | None], now: datetime
) -> dict[str, Any]:
    """Give units the grids of a list, as one edit."""
    draft = _open(desk, version)
    effect, placed = _tried(lambda: assign(draft, grids))
    body = {"units": len(grids)}
    return _store(desk, draft, effect, placed, "import", body, now)


def undo(desk: Desk, version: int, now: datetime) -> dict[str, Any]:
    """Take the last edit back."""
    draft = _open(desk, version)
    node = draft.trail.node
    if not node:
        raise BadStep(f"plan {desk.plan_id} has nothing to undo")
    return _step(desk, draft, "undo", node, draft.trail.parents[node], now)


def redo(desk: Desk, version: int, now: datetime) -> dict[str, Any]:
    """Do the edit again that was taken back last."""
    draft = _open(desk, version)
    if not draft.trail.redo:
        raise BadStep(f"plan {desk.plan_id} has nothing to redo")
    node = draft.trail.redo[-1]
    return _step(desk, draft, "redo", node, node, now)


def changes_since(desk: Desk, version: int) -> dict[str, Any]:
    """Return what happened after a version; totals and breaches are those of now."""
    head = _head(desk)
    rows = store.edits_since(desk.session, desk.viewer.county_id, desk.plan_id, version)
    if not rows:
        return {"version": head.version, "changes": []}
    draft = desk.drafts.at(desk.session, desk.viewer.county_id, head)
    changes = [change_body(draft, Effect.from_json(r.effect), r) for r in rows]
    return {"version": head.version, "changes": changes}


def history(desk: Desk, limit: int) -> list[dict[str, Any]]:
    """Return the newest rows of a plan in words."""
    _head(desk)
    rows = store.newest_edits(desk.session, desk.viewer.county_id, desk.plan_id, limit)
    return [
        {
            "version": row.version,
            "kind": row.kind,
            "by": row.made_by_name,
            "at": row.made_at,
            "what": words.in_words(row.kind, Effect.from_json(row.effect)),
        }
        for row in rows
    ]


def require_version(desk: Desk, head: Any, version: int) -> None:
    """Raise `StaleVersion` unless a plan is at a version."""
    if head.version == version:
        return
    rows = store.newest_edits(desk.session, desk.viewer.county_id, head.id, 1)
    if not rows:
        # Nobody edited it yet: the asker made the number up.
        raise StaleVersion("方案还没有这个版本，请先更新再改", version=head.version)
    by, at = rows[0].made_by_name, rows[0].made_at
    raise StaleVersion(
        f"{by} {at.astimezone(LOCAL_ZONE):%H:%M} 已修改此方案，请先更新再改",
        version=head.version,
        by=by,
        at=at.isoformat(),
    )


def _head(desk: Desk, *, lock: bool = False) -> Any:
    head = store.head_of(desk.session, desk.viewer.county_id, desk.plan_id, lock=lock)
    if head is None:
        raise NotFound(f"plan {desk.plan_id} is not there")
    return head


def _draft(desk: Desk) -> Draft:
    return desk.drafts.at(desk.session, desk.viewer.county_id, _head(desk))


def _open(desk: Desk, version: int) -> Draft:
    """Return the draft to edit, with nobody else at it until the transaction ends."""
    if desk.viewer.role not in MAY_PLAN:
        raise Forbidden(f"planning is not for the role {desk.viewer.role}")
    head = _head(desk, lock=True)
    if head.state != "draft":
        raise NotEditable("方案已不是草案，请先退回草案再修改")
    require_version(desk, head, version)
    return desk.drafts.at(desk.session, desk.viewer.county_id, head)


def _tried(
    change: Callable[[], tuple[Effect, Placed]],
) -> tuple[Effect, Placed]:
    try:
        return change()
    except (BadEdit, BadCode) as error:
        raise RefusedEdit(words.refusal(str(error))) from error


def _step(
    desk: Desk, draft: Draft, kind: str, source: int, node: int, now: datetime
) -> dict[str, Any]:
    """Store an undo or redo of the edit `source`, after which the plan is at `node`."""
    county_id = desk.viewer.county_id
    row = store.edits_since(desk.session, county_id, desk.plan_id, source - 1)[0]
    effect = Effect.from_json(row.effect)
    effect = effect.reversed() if kind == "undo" else effect
    return _store(desk, draft, effect, None, kind, {"edit": source}, now, node)


def _store(
    desk: Desk,
    draft: Draft,
    effect: Effect,
    placed: Placed | None,
    kind: str,
    body: dict[str, Any],
    now: datetime,
    node: int | None = None,
) -> dict[str, Any]:
    viewer, version = desk.viewer, draft.version + 1
    row = NewRow(
        version=version,
        id=uuid4(),
        kind=kind,
        node=version if node is None else node,
        parent=draft.trail.node if node is None else None,
        made_by_name=viewer.name,
        made_at=now,
    )
    if not effect:
        same = row._replace(version=draft.version)
        return change_body(draft, effect, same)
    stored = row._asdict() | {
        "code": draft.ground.code,
        "asked": body,
        "effect": effect.as_json(),
        "made_by": viewer.person_id,
    }
    store.add_edit(desk.session, viewer.county_id, desk.plan_id, stored)
    after = after_row(draft, row, effect, placed)
    desk.drafts.keep(viewer.county_id, after)
    return change_body(after, effect, row)
