"""What the desks have done beside their requests: rules tried, days judged, files."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from api.services.judging import judge_day
from api.services.merging import resplit_day
from api.services.rule_trials import preview
from api.services.rules import Wanted
from api.services.visits import find_day
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.store import patrols as store

Tell = Callable[[str, float], None]
_DAY = timedelta(days=1)


def try_rule(
    database: Database, county_id: UUID, asked: Mapping[str, Any], tell: Tell
) -> dict[str, Any]:
    """Return what a rule would have judged on past days of some areas."""
    rule = Wanted(asked["region_code"], asked["rule"], asked["kind"], asked["season"])
    first, last = (date.fromisoformat(asked[key]) for key in ("first", "last"))
    areas = tuple((low, high) for low, high in asked["areas"])
    with as_job(database, county_id) as session:
        found = preview(session, county_id, rule, first, last, areas, tell)
    return found.model_dump(mode="json")


def judge_again(
    database: Database,
    county_id: UUID,
    asked: Mapping[str, Any],
    tell: Tell,
    now: datetime,
) -> dict[str, Any]:
    """Judge days of a county anew; return how many worker-days came out otherwise.

    Each day is a transaction of its own: what was done before an end stays done.
    """
    first, last = (date.fromisoformat(asked[key]) for key in ("first", "last"))
    count = (last - first).days + 1
    judged = changed = 0
    for n in range(count):
        day = first + n * _DAY
        tell("judge", 100 * n / count)
        resplit_day(database, county_id, day)
        judged += len(judge_day(database, county_id, day, now))
        find_day(database, county_id, day)
        with as_job(database, county_id) as session:
            newest = store.newest_verdicts(session, county_id, day)
            changed += sum(verdict.judged_at == now for verdict in newest)
    return {"days": count, "judged": judged, "changed": changed}


def export_path(folder: Path, county_id: UUID, job_id: UUID, kind: str) -> Path:
    """Return where the file of an export lies: ids of ours and a known ending."""
    return folder / "exports" / str(county_id) / f"{job_id}.{kind}"
