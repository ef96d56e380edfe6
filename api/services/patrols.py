"""Verdicts in the database: judge a county's day, and show what was judged."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from api.services import board_notes
from api.services.tracks import fixes_of
from geo.codes import padded, unpadded
from geo.db.door import Viewer, as_job
from geo.db.engine import Database
from geo.db.models import PatrolRule
from geo.db.store import patrols as store
from geo.db.store import territory
from geo.localtime import day_start_ms, local_date, to_ms
from tracking.areas import Checkpoint, grid_versions
from tracking.digests import Digest, unpacked
from tracking.judge import NO_DATA
from tracking.policy import DEFAULT_RULE, Rule, rule_from
from tracking.roster import Assignment, CalendarEntry, Roster
from tracking.verify import judge_days, verify_days

# While a day is open its verdicts follow the fixes at this distance.
_AGAIN = timedelta(minutes=30)
_DAY = timedelta(days=1)
_REMEMBERED = timedelta(days=30)
_ALWAYS = 2**62


def judge_day(
    database: Database, county_id: UUID, day: date, as_of: datetime
) -> list[dict[str, Any]]:
    """Judge every worker of a county on a local day, as known at a moment.

    A new revision is written only where the inputs or the verdict changed. The day
    before is read too, and the ways of rounds of a month: a track may be a copy.

    Returns
    -------
    list of dict
        The verdicts of all workers, changed or not, in the form of the file contract.
    """
    with as_job(database, county_id) as session:
        store.lock_judging(session, county_id, day)
        roster = _roster(session, county_id, day)
        fixes = _fixes_around(session, day)
        stored = {
            v.person_id: v for v in store.newest_verdicts(session, county_id, day)
        }
        earlier = [
            unpacked(str(d.person_id), d.start_ms, d.end_ms, d.places)
            for d in store.digests_between(
                session, county_id, day - _REMEMBERED, day - 2 * _DAY
            )
        ]
        bodies: list[dict[str, Any]] = []
        ways: list[dict[str, Any]] = []
        for rule, part in _by_rule(session, county_id, day, roster):
            judged = judge_days(
                fixes,
                part,
                rule,
                days=[day],
                as_of_ms=to_ms(as_of),
                with_silent=True,
                digests=earlier,
            )
            bodies += judged.bodies
            ways += [_digest_row(county_id, day, d) for d in judged.digests]
        oldest = day - 2 * _REMEMBERED
        store.replace_digests(session, county_id, day, oldest, _each_once(ways))
        rows = []
        for body in bodies:
            person = UUID(body["worker_id"])
            old = stored.get(person)
            if old is not None and old.body == body:
                continue
            rows.append(
                {
                    "county_id": county_id,
                    "person_id": person,
                    "day": day,
                    "revision": old.revision + 1 if old else 1,
                    "code": padded(roster.of_worker(str(person), day)[0].grid_code),
                    "rule_id": body["rule"],
                    "input_hash": body["patrols"][0]["evidence"]["input_hash"],
                    "body": body,
                    "judged_at": as_of,
                }
            )
        store.add_verdicts(session, rows)
    return sorted(bodies, key=lambda body: str(body["worker_id"]))


def _digest_row(county_id: UUID, day: date, digest: Digest) -> dict[str, Any]:
    return {
        "county_id": county_id,
        "person_id": UUID(digest.worker_id),
        "day": day,
        "start_ms": digest.start_ms,
        "end_ms": digest.end_ms,
        "places": digest.packed(),
    }


def _each_once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop what two devices, grids or rules of one person tell twice."""
    return list({(row["person_id"], row["start_ms"]): row for row in rows}.values())


def judge_recent(database: Database, county_id: UUID, now: datetime) -> list[date]:
    """Judge today and yesterday again where fixes came since; periodic work."""
    judged = []
    for day in (local_date(now) - _DAY, local_date(now)):
        with as_job(database, county_id) as session:
            newest = store.newest_receipt(session, county_id)
            last = store.last_judged(session, county_id, day)
        if newest is None or (last and (newest <= last or now < last + _AGAIN)):
            continue
        judge_day(database, county_id, day, now)
        judged.append(day)
    return judged


def judge_now(
    database: Database, county_id: UUID, person_id: UUID, now: datetime
) -> tuple[dict[str, Any], Rule] | None:
    """Return a worker's day so far and its rule; nothing is written.

    None where the worker has no duty today. Only the worker's own fixes are read, so
    this shows progress and finds no companion.
    """
    day, worker = local_date(now), str(person_id)
    with as_job(database, county_id) as session:
        roster = _roster(session, county_id, day)
        own = Roster(
            roster.versions,
            [a for a in roster.assignments if a.worker_id == worker],
            roster.checkpoints,
            roster.calendar,
        )
        found = _by_rule(session, county_id, day, own)
        days = (day - _DAY, day)
        fixes = [fixes_of(session, d, [person_id]) for d in days if found]
    if not found:
        return None
    rule, part = found[0]
    bodies = verify_days(
        pd.concat(fixes, ignore_index=True),
        part,
        rule,
        days=[day],
        as_of_ms=to_ms(now),
        with_silent=True,
    )
    return bodies[0], rule


def patrols_of(
    session: Session, viewer: Viewer, day: date, worker_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the newest verdicts of a day that the viewer may see."""
    found = store.newest_verdicts(session, viewer.county_id, day, viewer, worker_id)
    return sorted((v.body for v in found), key=lambda body: str(body["worker_id"]))


def board(session: Session, viewer: Viewer, day: date) -> dict[str, Any]:
    """Return today's board: every worker on duty, and what each round came to."""
    rule = _rule_of(store.rules_on(session, viewer.county_id, day), None)
    bodies = {str(body["worker_id"]): body for body in patrols_of(session, viewer, day)}
    villages = territory.regions_on(
        session, viewer.county_id, day, level="village", scope=viewer.scope
    )
    names = dict(zip(villages["code"], villages["name"], strict=True))
    contacts = board_notes.contacts(session, viewer)
    decided = board_notes.decided(session, viewer, day)
    rows = []
    for person, name, code in store.patrollers_on(session, viewer, day):
        row = _board_row(str(person), name, code, names, bodies.get(str(person)), rule)
        row["phone"], row["app"] = contacts.get(person, (None, None))
        for patrol in row["patrols"]:
            patrol["decided"] = decided.get((person, patrol["window"]))
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


def _fixes_around(session: Session, day: date) -> pd.DataFrame:
    """Return the fixes of a day, of the one before and of the night after."""
    days = (day - _DAY, day, day + _DAY)
    return pd.concat([fixes_of(session, d) for d in days], ignore_index=True)


def _roster(session: Session, county_id: UUID, day: date) -> Roster:
    grids = store.grid_versions_between(session, county_id, day - _DAY, day + _DAY)
    code_of = _codes_on(grids, day)
    groups = store.groups_on(session, county_id, day)
    duties = store.duties_between(session, county_id, day - _DAY, day)
    return Roster(
        versions=grid_versions(_with_moments(grids)),
        assignments=[
            Assignment(
                str(person),
                code_of[grid],
                str(group),
                valid.lower,
                None if valid.upper is None else valid.upper - _DAY,
            )
            for person, grid, valid in duties
            if grid in code_of
            for group in groups.get(person, [""])
        ],
        checkpoints=[
            Checkpoint(ref, code_of[grid], lon, lat)
            for ref, grid, lon, lat in store.checkpoints_on(session, county_id, day)
            if grid in code_of
        ],
        calendar=[
            CalendarEntry(
                entry.kind,
                _ms(entry.during.lower, -_ALWAYS),
                _ms(entry.during.upper, _ALWAYS),
                str(entry.person_id or ""),
                code_of.get(entry.grid_id, "") if entry.grid_id else "",
            )
            for entry in store.calendar_on(session, county_id, day)
        ],
    )


def _codes_on(grids: gpd.GeoDataFrame, day: date) -> dict[UUID, str]:
    """Return the code of each grid on a day."""
    return {
        row.grid_id: str(row.code)
        for row in grids.itertuples(index=False)
        if (row.from_day is None or row.from_day <= day)
        and (row.to_day is None or day < row.to_day)
    }


def _with_moments(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "grid_code": [str(code) for code in grids["code"]],
            "from_ms": _starts(grids["from_day"]),
            "to_ms": _starts(grids["to_day"]),
            "borders": grids["borders"],
        },
        geometry=grids.geometry,
    )


def _starts(days: "pd.Series[Any]") -> "pd.Series[Any]":
    starts = [None if d is None else day_start_ms(d) for d in days]
    return pd.Series(starts, dtype=object)


def _ms(moment: datetime | None, default: int) -> int:
    return default if moment is None else to_ms(moment)


def _by_rule(
    session: Session, county_id: UUID, day: date, roster: Roster
) -> list[tuple[Rule, Roster]]:
    """Return the roster in parts, each with the rule of its workers' grids."""
    rules = store.rules_on(session, county_id, day)
    parts: dict[Rule, list[Assignment]] = {}
    for worker in roster.workers():
        held = roster.of_worker(worker, day)
        if held:
            rule = _rule_of(rules, padded(held[0].grid_code))
            parts.setdefault(rule, []).extend(
                a for a in roster.assignments if a.worker_id == worker
            )
    return [
        (
            rule,
            Roster(roster.versions, assignments, roster.checkpoints, roster.calendar),
        )
        for rule, assignments in parts.items()
    ]


def _rule_of(rules: Sequence[PatrolRule], code: int | None) -> Rule:
    """Return the rule of the smallest area that holds a code; None: of the county."""
    for row in rules:
        step = 10 ** (15 - row.digits)
        if row.digits == 6 if code is None else row.code <= code < row.code + step:
            return rule_from({"rule_id": row.rule_id, **row.body})
    return DEFAULT_RULE
