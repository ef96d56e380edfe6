"""Live progress of the viewer's own day."""

from dataclasses import asdict
from datetime import datetime

from api.errors import NotFound
from api.schemas.replay import ProgressOut
from api.services.access.session import SignedIn
from api.services.verdicts.judging import judge_now
from geo.db.engine import Database
from geo.localtime import local_date
from tracking.verdict.progress import progress


def my_progress(database: Database, viewer: SignedIn, now: datetime) -> ProgressOut:
    """Return how far the viewer's own day is.

    Raises
    ------
    NotFound
        If the viewer has no rounds to walk today.
    """
    assert viewer.person_id is not None
    found = judge_now(database, viewer.county_id, viewer.person_id, now)
    if found is None:
        raise NotFound("no rounds today")
    body, rule = found
    said = asdict(progress(body, rule, local_date(now), now))
    return ProgressOut.model_validate({**said, "patrols": body["patrols"]})
