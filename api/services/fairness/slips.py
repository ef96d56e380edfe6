"""The printable slip of a verdict, out of the database."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import NotFound
from api.services.access.session import SignedIn
from api.services.fairness.matters import matter_of, terms_on
from api.services.fairness.months import village_names
from api.services.rules.rulebook import read_rulebook
from geo.codes import unpadded
from geo.db.store import counties, fairness, people
from geo.localtime import local_date
from tracking.fairness.appeals import Outcome, appeal_until, standing
from tracking.fairness.slip import Decided, Heading, slip_html


def slip(
    session: Session,
    viewer: SignedIn,
    worker_id: UUID,
    day: date,
    window: str,
    now: datetime,
) -> str:
    """Return the slip of one window as a page.

    Raises
    ------
    NotFound
        If the window was not judged, or is not for these eyes.
    """
    found = matter_of(session, viewer, worker_id, day, window, now)
    verdict = fairness.verdict_of(session, viewer, worker_id, day)
    if found is None or verdict is None:
        raise NotFound("no verdict of this window")
    rule = read_rulebook(session, viewer.county_id, day, day).rule_of(verdict.code, day)
    patrol = next(p for p in verdict.body["patrols"] if p["window"] == window)
    patrol = patrol | {"provisional": found.matter.machine.is_provisional}
    grid_code = unpadded(verdict.code, "grid")
    names = people.names_of_people(session, viewer.county_id, [worker_id])
    heading = Heading(
        county=counties.county_of(session, viewer.county_id).name,
        name=names.get(worker_id, ""),
        grid_code=grid_code,
        grid_name=village_names(session, viewer, day).get(grid_code[:12], ""),
        window_name=next((w.name for w in rule.windows if w.code == window), window),
        date_text=f"{day.year}年{day.month}月{day.day}日",
    )
    decided = [
        Decided(Outcome(d.outcome), d.reason, d.signature, d.decided_at)
        for d in found.decisions
    ]
    terms = terms_on(session, viewer.county_id, local_date(now))
    return slip_html(
        patrol,
        heading,
        rule,
        standing(found.matter),
        decided,
        appeal_until(found.matter, terms),
    )
