"""Who may be looked at when: nobody is followed home.

On duty is whoever is inside a window of the own rule with its margin, or has a task
that is open. Every position that leaves the database for a person's eyes goes through
here first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from api.services.rules.rulebook import Rulebook, read_rulebook
from geo.db.store import tracks as store
from geo.db.store.counties import county_query
from geo.localtime import DAY_MS, day_start_ms, local_date_of_ms, to_ms
from tracking.duty import Span, is_on_duty

Newest = TypeVar("Newest", bound=Any)

_DAY = timedelta(days=1)
_FOREVER_MS = 2**62


@dataclass(frozen=True)
class Duties:
    """Windows and tasks of a range of days."""

    rules: Rulebook
    tasks: Mapping[UUID, Sequence[Span]]

    def spans(self, person_id: UUID, code: int, day: date) -> list[Span]:
        """Return when a person with a duty in `code` is on duty on a local day.

        A window that crosses midnight belongs to the day before.
        """
        return [
            *self.rules.duty_of(code, day - _DAY),
            *self.rules.duty_of(code, day),
            *self.tasks_on(person_id, day),
        ]

    def tasks_on(self, person_id: UUID, day: date) -> list[Span]:
        """Return when tasks of a person were open, within a local day."""
        start, end = day_start_ms(day), day_start_ms(day) + DAY_MS
        own = self.tasks.get(person_id, ())
        return [(max(a, start), min(b, end)) for a, b in own if a < end and b > start]

    def shown(
        self, person_id: UUID, code: int, t_ms: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return which moments of a person may be looked at, shape (n,)."""
        days = {local_date_of_ms(int(t)) for t in t_ms}
        spans = [s for day in sorted(days) for s in self.spans(person_id, code, day)]
        return is_on_duty(t_ms, spans)

    def shows(self, person_id: UUID, code: int, t_ms: int) -> bool:
        """Whether a person may be looked at as they were at a moment."""
        return bool(self.shown(person_id, code, np.array([t_ms], np.int64))[0])


def read_duties(
    session: Session, first: date, last: date, person_id: UUID | None = None
) -> Duties:
    """Return the duties of a closed range of days, as the session sees them."""
    county_id = session.scalars(county_query()).one()
    rules = read_rulebook(session, county_id, first - _DAY, last)
    tasks: dict[UUID, list[Span]] = {}
    for row in store.tasks_between(session, first, last, person_id):
        end = _FOREVER_MS if row.closed_at is None else to_ms(row.closed_at)
        tasks.setdefault(row.handler_id, []).append((to_ms(row.reported_at), end))
    return Duties(rules, tasks)


def only_on_duty(session: Session, rows: Sequence[Newest]) -> list[Newest]:
    """Return the newest positions that may be shown: of those on duty then.

    Who was off duty is not shown at all, not even where they were before.
    """
    if not rows:
        return []
    days = [local_date_of_ms(row.t_ms) for row in rows]
    duties = read_duties(session, min(days), max(days))
    return [row for row in rows if duties.shows(row.person_id, row.code, row.t_ms)]
