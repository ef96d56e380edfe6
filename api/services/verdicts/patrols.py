"""Verdicts as they are shown: the newest revision of each day, and the board."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.rules.rulebook import read_rulebook
from api.services.verdicts import board_notes
from geo.codes import unpadded
from geo.db.door import Viewer
from geo.db.store import patrols as store
from geo.db.store import territory
from geo.db.store.counties import county_of
from tracking.rules.policy import Rule
from tracking.verdict.judge import NO_DATA


def patrols_of(
    session: Session, viewer: Viewer, day: date, worker_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the newest verdicts of a day that the viewer may see."""
    found = store.newest_verdicts(session, viewer.county_id, day, viewer, worker_id)
    return sorted((v.body for v in found), key=lambda body: str(body["worker_id"]))


def board(session: Session, viewer: Viewer, day: date) -> dict[str, Any]:
    """Return today's board: every worker on duty, and what each round came to."""
    rules = read_rulebook(session, viewer.county_id, day, day)
    rule = rules.rule_of(county_of(session, viewer.county_id).code, day)
    bodies = {str(body["worker_id"]): body for body in patrols_of(session, viewer, day)}
    villages = territory.regions_on(
        session, viewer.county_id, day, level="village", scope=viewer.scope
    )
    names = dict(zip(villages["code"], villages["name"], strict=True))
    contacts = board_notes.contacts(session, viewer)
    decided = board_notes.decided(session, viewer, day)
    away = board_notes.away(session, viewer, day)
    rows = []
    for person, name, code in store.patrollers_on(session, viewer, day):
        row = _board_row(str(person), name, code, names, bodies.get(str(person)), rule)
        row["phone"], row["app"] = contacts.get(person, (None, None))
        row["is_judged"] = str(person) in bodies
        excused = "excused" if person in away and not row["is_judged"] else None
        for patrol in row["patrols"]:
            patrol["decided"] = decided.get((person, patrol["window"]), excused)
        rows.append(row)
    return {
        "date": day.isoformat(),
        "rule": rule.rule_id,
        "windows": [
            {
                "window": w.code,
                "name": w.name,
                "start": w.start.isoformat("minutes"),
                "end": w.end.isoformat("minutes"),
            }
            for w in rule.windows
        ],
        "rows": rows,
        "totals": {
            "verified": sum(row["verified"] for row in rows),
            "required": sum(row["required"] for row in rows),
            "workers": len(rows),
        },
    }


_SHOWN = ("window", "verdict", "provisional", "excused", "reasons")


def _board_row(
    worker_id: str,
    name: str,
    code: int,
    villages: Mapping[int, str],
    body: dict[str, Any] | None,
    rule: Rule,
) -> dict[str, Any]:
    """Return one row; who was not judged yet has no data so far."""
    if body is None:
        open_patrol = {
            "verdict": NO_DATA,
            "provisional": True,
            "excused": False,
            "reasons": [],
        }
        body = {
            "verified": 0,
            "required": len(rule.windows),
            "excused": 0,
            "patrols": [{"window": w.code, **open_patrol} for w in rule.windows],
        }
    return {
        "worker_id": worker_id,
        "name": name,
        "grid_code": unpadded(code, "grid"),
        "village_name": villages.get(code // 1000 * 1000),
        "verified": body["verified"],
        "required": body["required"],
        "excused": body["excused"],
        "patrols": [{key: p[key] for key in _SHOWN} for p in body["patrols"]],
    }
