"""The rules of a span of days: which one holds where, for what grid, and when.

Of the rules that fit the most specific holds: the smallest area first, then a rule for
a kind of grid before one for all, then a rule for a season before one for the year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from geo.db.models import PatrolRule
from geo.db.store import fairness as store
from tracking.duty import Span, duty_spans
from tracking.rules.policy import DEFAULT_RULE, Rule
from tracking.rules.reading import rule_from
from tracking.rules.seasons import in_season


@dataclass(frozen=True)
class Rulebook:
    """Rules of areas, and what kinds each grid is of; without a rule the default holds.

    `kinds` names for a padded grid code its kind and its category, if it has one.
    """

    rows: Sequence[PatrolRule]
    kinds: Mapping[int, frozenset[str]] = field(default_factory=dict)
    _read: dict[UUID, Rule] = field(default_factory=dict, repr=False, compare=False)

    def rule_of(self, code: int, day: date) -> Rule:
        """Return the rule that holds for a padded code on a day."""
        fit = [row for row in self.rows if self._fits(row, code, day)]
        return self._rule(max(fit, key=_how_specific)) if fit else DEFAULT_RULE

    def rules_on(self, day: date) -> list[Rule]:
        """Return every rule that may hold somewhere on a day, and the default."""
        rows = [row for row in self.rows if _holds_on(row, day)]
        return [DEFAULT_RULE, *(self._rule(row) for row in rows)]

    def duty_of(self, code: int, day: date) -> list[Span]:
        """Return when somebody with a duty in `code` may be looked at on a day."""
        return duty_spans(self.rule_of(code, day), day)

    def _fits(self, row: PatrolRule, code: int, day: date) -> bool:
        step = 10 ** (15 - row.digits)
        return (
            row.code <= code < row.code + step
            and (not row.kind or row.kind in self.kinds.get(code, ()))
            and _holds_on(row, day)
        )

    def _rule(self, row: PatrolRule) -> Rule:
        if row.id not in self._read:
            self._read[row.id] = rule_from({"rule_id": row.rule_id, **row.body})
        return self._read[row.id]


def _holds_on(row: PatrolRule, day: date) -> bool:
    lower, upper = row.valid.lower, row.valid.upper
    ends_on = str(row.body.get("ends_on") or "9999-12-31")
    return (
        (lower is None or lower <= day)
        and (upper is None or day < upper)
        and day.isoformat() <= ends_on
        and in_season(row.season, day)
    )


def _how_specific(row: PatrolRule) -> tuple[int, bool, bool, date, str]:
    since = row.valid.lower or date.min
    return row.digits, bool(row.kind), bool(row.season), since, str(row.id)


def read_rulebook(
    session: Session, county_id: UUID, first: date, last: date
) -> Rulebook:
    """Return the rules of a closed range of days."""
    rows = store.rules_between(session, county_id, first, last)
    has_kinds = any(row.kind for row in rows)
    kinds = store.grid_kinds(session, county_id, first, last) if has_kinds else {}
    return Rulebook(rows, kinds)
