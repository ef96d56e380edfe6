"""Drafts in memory: the state at the last row of a plan, kept or made again."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.plans.drafting.effects import Effect, Placed, apply_effect, compose
from api.services.plans.drafting.ground import DraftGround, read_ground
from geo.db.models import PlanEdit
from geo.db.store import drafts as store
from planning.edits.breaches import Breach
from planning.edits.state import with_new_grid
from planning.edits.vertex import ground_breaches

# A draft of 8,000 units takes some 30 MB.
_KEPT = 6
# More rows than these are composed into one, fewer are applied one by one.
_FEW = 20


@dataclass(frozen=True)
class Trail:
    """Where a plan stands among its edits.

    Attributes
    ----------
    node : int
        The version of the edit at which it stands, 0 as it was drawn.
    parents : dict of int to int
        What each edit was made on.
    redo : tuple of int
        Edits that were undone, the next to be done again last.
    """

    node: int
    parents: dict[int, int]
    redo: tuple[int, ...] = ()

    def after(self, version: int, kind: str, node: int, parent: int | None) -> "Trail":
        """Return the trail after a row."""
        if kind == "undo":
            return Trail(node, self.parents, (*self.redo, self.node))
        if kind == "redo":
            return Trail(node, self.parents, self.redo[:-1])
        return Trail(version, {**self.parents, version: parent or 0})


@dataclass(frozen=True)
class Draft:
    """A plan at one version; `row` is the id of its last row."""

    ground: DraftGround
    version: int
    row: UUID | None
    trail: Trail
    placed: Placed
    broken_ground: tuple[Breach, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self.trail.node > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self.trail.redo)


class Drafts:
    """The drafts that somebody works on, in this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, UUID], Draft] = OrderedDict()
        self._lock = Lock()

    def at(self, session: Session, county_id: UUID, head: Any) -> Draft:
        """Return the draft of a plan at its last row.

        Parameters
        ----------
        head : row
            From `store.head_of`, in the same transaction.
        """
        key = (county_id, head.id)
        with self._lock:
            kept = self._kept.get(key)
        draft = _follow(session, county_id, kept, head) if kept else None
        if draft is None:
            draft = _made_again(session, county_id, head)
        self.keep(county_id, draft)
        return draft

    def keep(self, county_id: UUID, draft: Draft) -> None:
        """Remember a draft; a transaction that fails later does no harm.

        The next reader compares the last row's id with the one in the database.
        """
        with self._lock:
            self._kept[county_id, draft.ground.plan_id] = draft
            self._kept.move_to_end((county_id, draft.ground.plan_id))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def after_row(
    draft: Draft, row: Any, effect: Effect, placed: Placed | None = None
) -> Draft:
    """Return the draft after one more row."""
    if placed is None:
        placed = apply_effect(draft.ground, draft.placed, effect)
    broken = draft.broken_ground
    # Broken ground is told with its grid, which any edit may change.
    if effect.shifts or broken:
        broken = ground_breaches(draft.ground.base, placed.state)
    return replace(
        draft,
        version=row.version,
        row=row.id,
        trail=draft.trail.after(row.version, row.kind, row.node, row.parent),
        placed=placed,
        broken_ground=broken,
    )


def _follow(session: Session, county_id: UUID, kept: Draft, head: Any) -> Draft | None:
    """Return a kept draft brought to the last row, None if it cannot be."""
    if head.version < kept.version:
        return None
    # With the kept version's own row: a transaction that failed may have left a draft
    # here whose row never was.
    first = kept.version - 1 if kept.version else 0
    rows = store.edits_since(session, county_id, head.id, first)
    if kept.version:
        if not rows or rows[0].id != kept.row:
            return None
        rows = rows[1:]
    if len(rows) > _FEW:
        return None
    for row in rows:
        kept = after_row(kept, row, Effect.from_json(row.effect))
    return kept


def _made_again(session: Session, county_id: UUID, head: Any) -> Draft:
    ground = read_ground(session, county_id, head.id, head.code)
    rows = store.edits_since(session, county_id, head.id, 0)
    effects = [Effect.from_json(row.effect) for row in rows]
    used = frozenset().union(*(effect.grids for effect in effects))
    ground = replace(ground, retired=ground.retired | used)
    state = ground.base
    # A grid that came and went keeps its place: its name is not used again.
    for name in sorted(used - set(state.slots)):
        state, _ = with_new_grid(state, name)
    placed = apply_effect(ground, Placed(state), compose(effects))
    return Draft(
        ground=ground,
        version=head.version,
        row=rows[-1].id if rows else None,
        trail=_trail(rows),
        placed=placed,
        broken_ground=ground_breaches(ground.base, placed.state),
    )


def _trail(rows: Iterable[PlanEdit] | Sequence[PlanEdit]) -> Trail:
    trail = Trail(0, {})
    for row in rows:
        trail = trail.after(row.version, row.kind, row.node, row.parent)
    return trail
