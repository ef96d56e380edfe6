"""What the desks have done beside their requests: rules tried, days judged, files."""

from datetime import date, timedelta
from typing import Any

from api.services.jobs.work_order import WorkOrder
from api.services.positions.merging import resplit_day
from api.services.rules.rules import Wanted
from api.services.verdicts.judging import judge_day
from api.services.verdicts.rule_trials import preview
from api.services.verdicts.visits import find_day
from geo.db.door import as_job

_DAY = timedelta(days=1)


def try_rule(order: WorkOrder) -> dict[str, Any]:
    """Return what a rule would have judged on past days of some areas."""
    asked = order.asked
    rule = Wanted(asked["region_code"], asked["rule"], asked["kind"], asked["season"])
    first, last = (date.fromisoformat(asked[key]) for key in ("first", "last"))
    areas = tuple((low, high) for low, high in asked["areas"])
    with as_job(order.database, order.county_id) as session:
        found = preview(session, order.county_id, rule, first, last, areas, order.tell)
    return found.model_dump(mode="json")


def judge_again(order: WorkOrder) -> dict[str, Any]:
    """Judge days of a county anew; return how many worker-days came out otherwise.

    Each day is a transaction of its own: what was done before an end stays done.
    """
    database, county_id = order.database, order.county_id
    first, last = (date.fromisoformat(order.asked[key]) for key in ("first", "last"))
    count = (last - first).days + 1
    judged = changed = 0
    for n in range(count):
        day = first + n * _DAY
        order.tell("judge", 100 * n / count)
        resplit_day(database, county_id, day)
        county = judge_day(database, county_id, day, order.now)
        judged, changed = judged + len(county), changed + county.changed
        find_day(database, county_id, day)
    return {"days": count, "judged": judged, "changed": changed}
