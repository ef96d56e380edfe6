"""The rules of a span of days: which one holds where and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from geo.db.models import PatrolRule
from geo.db.store import fairness as store
from tracking.policy import DEFAULT_RULE, Rule, rule_from


@dataclass(frozen=True)
class Rulebook:
    """Rules of areas, those of small areas first; without any the default holds."""

    rows: Sequence[PatrolRule]
    _read: dict[UUID, Rule] = field(default_factory=dict, repr=False, compare=False)

    def rule_of(self, code: int, day: date) -> Rule:
        """Return the rule of the smallest area that holds a padded code on a day."""
        for row in self.rows:
            step = 10 ** (15 - row.digits)
            lower, upper = row.valid.lower, row.valid.upper
            if (
                row.code <= code < row.code + step
                and (lower is None or lower <= day)
                and (upper is None or day < upper)
            ):
                return self._rule(row)
        return DEFAULT_RULE

    def _rule(self, row: PatrolRule) -> Rule:
        if row.id not in self._read:
            self._read[row.id] = rule_from({"rule_id": row.rule_id, **row.body})
        return self._read[row.id]


def read_rulebook(
    session: Session, county_id: UUID, first: date, last: date
) -> Rulebook:
    """Return the rules of a closed range of days."""
    return Rulebook(store.rules_between(session, county_id, first, last))


def duty_span(rule: Rule, day: date) -> tuple[int, int]:
    """Return the half-open span of a day that anybody may look at, milliseconds.

    Outside the windows and their margin a person is off duty and not followed.
    """
    margin = int(rule.duty_margin_min * 60_000)
    return (
        rule.windows[0].span_ms(day)[0] - margin,
        rule.windows[-1].span_ms(day)[1] + margin,
    )
