"""Rules as versioned configuration: list, add, end.

Nothing that a verdict was judged by is overwritten: a rule begins today at the
earliest, what it takes the place of ends the day before, and ending sets a last day.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from api.errors import Conflict, NotFound
from geo.codes import padded
from geo.db.models import PatrolRule
from geo.db.store import audit
from geo.db.store import rules as store
from geo.errors import BadInput
from tracking.rules.policy import Rule
from tracking.rules.reading import rule_from
from tracking.rules.seasons import check_season

# County, town, village, grid.
_DIGITS = (6, 9, 12, 15)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """A rule as somebody states it: where, for which grids, when, and what."""

    region_code: str
    body: dict[str, Any]
    kind: str = ""
    season: str = ""


def rule_of(wanted: Wanted) -> Rule:
    """Return the rule that is stated.

    Raises
    ------
    BadInput
        If anything about it cannot be.
    """
    if len(wanted.region_code) not in _DIGITS or not wanted.region_code.isdigit():
        raise BadInput(f"region {wanted.region_code!r} has 6, 9, 12 or 15 digits")
    check_season(wanted.season)
    rule = rule_from(wanted.body)
    if rule.ends_on:
        try:
            date.fromisoformat(rule.ends_on)
        except ValueError:
            raise BadInput(
                f"ends_on {rule.ends_on!r} is no day like 2027-12-31"
            ) from None
    return rule


def row_of(
    wanted: Wanted, county_id: UUID, rule_row_id: UUID, valid_from: date
) -> PatrolRule:
    """Return a rule as a row that holds from a day on, not stored yet."""
    rule = rule_of(wanted)
    ends_on = date.fromisoformat(rule.ends_on) if rule.ends_on else None
    if ends_on is not None and ends_on < valid_from:
        raise BadInput(f"ends_on {ends_on} lies before valid_from {valid_from}")
    return PatrolRule(
        county_id=county_id,
        id=rule_row_id,
        rule_id=rule.rule_id,
        code=padded(wanted.region_code),
        digits=len(wanted.region_code),
        kind=wanted.kind,
        season=wanted.season,
        valid=Range(valid_from, None if ends_on is None else ends_on + _DAY),
        body={k: v for k, v in wanted.body.items() if k != "rule_id"},
    )


def add_rule(
    session: Session,
    county_id: UUID,
    rule_row_id: UUID,
    wanted: Wanted,
    valid_from: date,
    today: date,
) -> PatrolRule:
    """Let a rule hold from a day on; what stood in its place ends the day before.

    Sent again with the same id it changes nothing.

    Raises
    ------
    BadInput
        If the rule cannot be, or begins before today.
    Conflict
        If the id is another rule's, or a rule of the same place begins later.
    """
    row = row_of(wanted, county_id, rule_row_id, valid_from)
    there = store.find_rule(session, county_id, rule_row_id)
    if there is not None:
        if (there.code, there.digits, there.body) != (row.code, row.digits, row.body):
            raise Conflict("the id holds another rule", field="id")
        return there
    if valid_from < today:
        raise BadInput(
            f"valid_from {valid_from}: a rule begins today ({today}) or later"
        )
    for old in store.rules_in_place(session, row):
        if old.valid.lower is None or old.valid.lower >= valid_from:
            raise Conflict(
                f"rule {old.rule_id} of the same place begins on {old.valid.lower}",
                field="valid_from",
            )
        old.valid = Range(old.valid.lower, valid_from)
    session.flush()
    session.add(row)
    session.flush()
    detail = {"rule_id": row.rule_id, "region": wanted.region_code}
    detail |= {"kind": row.kind, "season": row.season, "from": valid_from.isoformat()}
    audit.append(session, "rule.add", f"rule/{row.id}", detail)
    return row


def end_rule(
    session: Session, county_id: UUID, rule_row_id: UUID, last_day: date, today: date
) -> PatrolRule:
    """Let a rule hold for the last time on a day; one that has not begun goes whole.

    Raises
    ------
    NotFound
        If there is no such rule.
    BadInput
        If the day is past, or the rule ends sooner.
    """
    row = store.find_rule(session, county_id, rule_row_id, lock=True)
    if row is None:
        raise NotFound("no such rule")
    lower, upper = row.valid.lower, row.valid.upper
    if last_day < today - _DAY:
        raise BadInput(
            f"last_day {last_day}: yesterday ({today - _DAY}) at the earliest"
        )
    if row.valid.isempty or (upper is not None and upper <= last_day + _DAY):
        raise BadInput(f"rule {row.rule_id} ends sooner")
    if lower is not None and last_day < lower:
        row.valid = Range(empty=True)
    else:
        row.valid = Range(lower, last_day + _DAY)
    session.flush()
    detail = {"rule_id": row.rule_id, "last_day": last_day.isoformat()}
    audit.append(session, "rule.end", f"rule/{row.id}", detail)
    return row


def as_told(row: PatrolRule) -> dict[str, Any]:
    """Return a rule row as lists show it."""
    rule = rule_from({"rule_id": row.rule_id, **row.body})
    lower, upper = row.valid.lower, row.valid.upper
    return {
        "id": row.id,
        "rule_id": row.rule_id,
        "name": rule.name,
        "region_code": f"{row.code:015d}"[: row.digits],
        "kind": row.kind,
        "season": row.season,
        "valid_from": lower,
        "last_day": None if upper is None else upper - _DAY,
        "record_only": rule.record_only,
        "basis": rule.basis,
        "scene": rule.scene,
        "ends_on": rule.ends_on,
        "rule": dict(row.body),
    }


def fields_of(rule: Rule) -> dict[str, Any]:
    """Return every field of a rule as plain data."""
    windows = [
        {
            "code": w.code,
            "name": w.name,
            "start": w.start.isoformat("minutes"),
            "end": w.end.isoformat("minutes"),
        }
        for w in rule.windows
    ]
    return {**asdict(rule), "windows": windows, "record_only": rule.record_only}
