"""Which days were judged when and from what; a day's inputs as one fingerprint.

The fingerprint is a sum over everything beside the fixes that a verdict of the day is
made from: a change of any of it, by whatever hand, is seen without that hand's help.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from importlib.resources import files
from itertools import accumulate

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.db.models import JudgedDay
from geo.db.store.counties import county_here

_DAY = timedelta(days=1)

_INPUTS = text((files("geo.db") / "sql" / "day_inputs.sql").read_text(encoding="utf-8"))


def fingerprints(session: Session, first: date, last: date) -> dict[date, str]:
    """Return for each day of a closed range what it is judged by, as a fingerprint."""
    days = (last - first).days + 1
    steps = [0] * (days + 1)
    for low, high, value in session.execute(_INPUTS, {"first": first, "last": last}):
        begin = 0 if low is None else max((low - first).days, 0)
        end = days if high is None else min((high - first).days, days)
        if begin < end:
            steps[begin] += value
            steps[end] -= value
    sums = list(accumulate(steps[:-1]))
    return {first + n * _DAY: f"{sums[n] % 2**64:016x}" for n in range(days)}


def judged_between(session: Session, first: date, last: date) -> dict[date, JudgedDay]:
    """Return what is known of the judging of each day of a closed range."""
    rows = session.scalars(
        select(JudgedDay).where(
            JudgedDay.county_id == county_here(), JudgedDay.day.between(first, last)
        )
    )
    return {row.day: row for row in rows}


def first_judged(session: Session) -> date | None:
    """Return the first day that was judged or of which fixes came."""
    return session.scalar(
        select(func.min(JudgedDay.day)).where(JudgedDay.county_id == county_here())
    )


def days_with_data(session: Session, last: date, since: datetime) -> list[date]:
    """Return the days up to `last` of which fixes came since a moment."""
    return list(
        session.scalars(
            select(JudgedDay.day).where(
                JudgedDay.county_id == county_here(),
                JudgedDay.day <= last,
                JudgedDay.data_at >= since,
            )
        )
    )


def put_judged(session: Session, day: date, judged_at: datetime, inputs: str) -> None:
    """Note that a day was judged at a moment from what the fingerprint tells."""
    add = insert(JudgedDay).values(
        county_id=county_here(), day=day, judged_at=judged_at, inputs=inputs
    )
    session.execute(
        add.on_conflict_do_update(
            index_elements=["county_id", "day"],
            set_={"judged_at": add.excluded.judged_at, "inputs": add.excluded.inputs},
        )
    )


def note_data(
    session: Session, days: Iterable[date], at: datetime, *, only_judged: bool = False
) -> None:
    """Note that what the verdicts of some days are made from came or changed."""
    wanted = sorted(set(days))
    if not wanted:
        return
    if only_judged:
        wanted = sorted(
            session.scalars(
                select(JudgedDay.day).where(
                    JudgedDay.county_id == county_here(), JudgedDay.day.in_(wanted)
                )
            )
        )
    for day in wanted:
        add = insert(JudgedDay).values(county_id=county_here(), day=day, data_at=at)
        session.execute(
            add.on_conflict_do_update(
                index_elements=["county_id", "day"],
                set_={"data_at": add.excluded.data_at},
                where=JudgedDay.data_at.is_distinct_from(add.excluded.data_at),
            )
        )
