"""What a county settles by days: pay share, appeals, visits, working hours."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from api.services.rules.county_hours import SUBJECT, hours_of
from geo.db.store import fairness as store
from geo.errors import BadInput

# The whole numbers that each subject may hold, and what they may be.
_NUMBERS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "allowance": {"share_permille": (0, 1000)},
    "appeals": {"appeal_days": (1, 366), "answer_days": (1, 60)},
    "visits": {"soon_days": (0, 366)},
}
_INTERVALS = "interval_days"


def settle(
    session: Session, county_id: UUID, subject: str, body: Mapping[str, Any], on: date
) -> None:
    """Let a policy hold from a day on; the one before ends there and stays stored.

    Parameters
    ----------
    session : Session
        From `as_job`.
    county_id : UUID
    subject : str
        ``allowance``, ``appeals``, ``visits`` or ``hours``.
    body : mapping
        Whole numbers by name; for visits also ``interval_days`` by kind of site; for
        hours as `county_hours.hours_of` reads it.
    on : date
        Local; not before the start of the policy that holds then.

    Raises
    ------
    BadInput
        If a name or number cannot be used, or a later policy stands already.
    """
    if subject == SUBJECT:
        hours_of(body)
    else:
        _check_numbers(subject, body)
    if not store.end_policy(session, county_id, subject, on):
        raise BadInput(f"a policy of {subject} from {on} or later stands already")
    store.add_policy(session, county_id, subject, plain(body), on)


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as JSON holds it: dates and times of TOML as text."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(dict(body)))
    return found


def _check_numbers(subject: str, body: Mapping[str, Any]) -> None:
    known = _NUMBERS.get(subject)
    if known is None:
        subjects = ", ".join((*_NUMBERS, SUBJECT))
        raise BadInput(f"subject {subject!r}; known are {subjects}")
    for name, value in body.items():
        if subject == "visits" and name == _INTERVALS and isinstance(value, dict):
            for kind, days in value.items():
                _check(f"{name} of {kind}", days, (1, 3660))
        elif name in known:
            _check(name, value, known[name])
        else:
            raise BadInput(f"{name!r} is nothing that {subject} settles")


def _check(name: str, value: object, bounds: tuple[int, int]) -> None:
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"{name} = {value!r} must be a whole number")
    if not low <= value <= high:
        raise BadInput(f"{name} = {value} must lie in {low}..{high}")
