"""Visits in the database: found in the fixes of a day, listed, and due."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy.orm import Session

from api.schemas.visits import DueOut, DueVisitOut, VisitOut, VisitsOut
from api.services.access.session import SignedIn
from api.services.positions.tracks import fixes_of
from api.services.rules.rulebook import read_rulebook
from api.services.verdicts.judging import judge_due
from geo.codes import unpadded
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models import VisitFound
from geo.db.store import fairness, people, territory
from geo.db.store import visits as store
from geo.localtime import DAY_MS, day_start_ms, from_ms, to_ms
from tracking.duty import duty_spans, is_on_duty
from tracking.rules.policy import Rule
from tracking.signals.fixes import Track, prepare_tracks
from tracking.verdict.evidence import local_iso
from tracking.visits import Visit, VisitPoint, find_visits
from tracking.visits_due import (
    DueState,
    DueVisit,
    VisitPolicy,
    Watched,
    due_visits,
    interval_of,
)


def judge_then_visit(database: Database, county_id: UUID, now: datetime) -> list[date]:
    """Judge the recent days where fixes came, and find the visits of the same days."""
    days = judge_due(database, county_id, now)
    for day in days:
        find_day(database, county_id, day)
    return days


def find_day(database: Database, county_id: UUID, day: date) -> int:
    """Find the visits of a county's day anew and store them; return how many."""
    with as_job(database, county_id) as session:
        rules = read_rulebook(session, county_id, day, day)
        fixes = fixes_of(session, day)
        scenes = store.scenes_on(
            session, county_id, *(from_ms(day_start_ms(day) + n) for n in (0, DAY_MS))
        )
        sites = _sites(session, county_id, day)
        codes = {point.point_id: code for point, code in sites}
        rule = rules.rule_of(_county_code(session, county_id), day)
        tracks = prepare_tracks(fixes, rule) if len(fixes) else []
        found = find_visits(_on_duty(tracks, rule, day), [p for p, _ in sites], rule)
        for scene in scenes:
            codes[f"case/{scene.id}"] = scene.code
            found += _arrivals(tracks, scene, rule)
        rows = [_row(county_id, day, visit, codes) for visit in found]
        store.replace_visits(session, county_id, day, rows)
    return len(rows)


def _county_code(session: Session, county_id: UUID) -> int:
    return next(c.code for c in territory.counties(session) if c.id == county_id)


def visits_on(session: Session, viewer: SignedIn, day: date) -> VisitsOut:
    """Return the visits of a day with their evidence."""
    rows = store.visits_on(session, viewer, day)
    names = people.names_of_people(
        session, viewer.county_id, sorted({r.person_id for r in rows})
    )
    return VisitsOut(
        date=day, visits=[_out(row, names.get(row.person_id, "")) for row in rows]
    )


def visits_due(
    session: Session, viewer: SignedIn, today: date, *, only_due: bool
) -> DueOut:
    """Return when each site of the viewer's areas is to be visited next."""
    policy = visit_policy(session, viewer.county_id, today)
    sites = territory.sites_on(session, viewer.county_id, today, scope=viewer.scope)
    last = store.last_visits(session, viewer, today)
    watched, known = [], {}
    for site in sites.itertuples(index=False):
        point_id = f"site/{site.kind}/{site.ref}"
        days = interval_of(site.kind, site.attrs or {}, policy)
        if days is not None:
            since = site.valid.lower or today
            watched.append(Watched(point_id, days, since, last.get(point_id)))
            known[point_id] = site
    due = due_visits(watched, today, policy)
    shown = [d for d in due if not only_due or d.state != DueState.IN_TIME]
    return DueOut(
        date=today,
        watched=len(due),
        due=sum(d.state == DueState.DUE for d in due),
        overdue=sum(d.state == DueState.OVERDUE for d in due),
        points=[_due_out(d, known[d.point_id]) for d in shown],
    )


def visit_policy(session: Session, county_id: UUID, day: date) -> VisitPolicy:
    """Return how often a county wants its points visited."""
    body = fairness.policy_on(session, county_id, "visits", day)
    usual = VisitPolicy()
    intervals = body.get("interval_days", usual.interval_days)
    return VisitPolicy(
        interval_days={str(k): int(v) for k, v in intervals.items()},
        soon_days=int(body.get("soon_days", usual.soon_days)),
    )


def _sites(
    session: Session, county_id: UUID, day: date
) -> list[tuple[VisitPoint, int]]:
    sites = territory.sites_on(session, county_id, day)
    return [
        (
            VisitPoint(
                f"site/{row.kind}/{row.ref}",
                str(row.kind),
                str(row.name),
                f"{row.code:015d}",
                row.geometry,
            ),
            int(row.code),
        )
        for row in sites.itertuples(index=False)
    ]


def _on_duty(tracks: Iterable[Track], rule: Rule, day: date) -> list[Track]:
    spans = duty_spans(rule, day)
    parts = [track.part(is_on_duty(track.t_ms, spans)) for track in tracks]
    return [part for part in parts if len(part)]


def _arrivals(tracks: Iterable[Track], scene: Any, rule: Rule) -> list[Visit]:
    """Return when the handler of a case was at its scene while it was open."""
    end = 2**62 if scene.closed_at is None else to_ms(scene.closed_at)
    own = [
        t.between(to_ms(scene.reported_at), end)
        for t in tracks
        if t.worker_id == str(scene.handler_id)
    ]
    point = VisitPoint(
        f"case/{scene.id}",
        f"case_{scene.kind}",
        scene.text[:40],
        f"{scene.code:015d}",
        shapely.Point(scene.lon, scene.lat),
    )
    return find_visits([t for t in own if len(t)], [point], rule)


def _row(
    county_id: UUID, day: date, visit: Visit, codes: dict[str, int]
) -> dict[str, Any]:
    t_ms, lon, lat, accuracy = visit.nearest
    return {
        "county_id": county_id,
        "point_id": visit.point.point_id,
        "day": day,
        "person_id": UUID(visit.worker_id),
        "started_at": from_ms(visit.start_ms),
        "point_kind": visit.point.kind,
        "point_name": visit.point.name,
        "code": codes[visit.point.point_id],
        "ended_at": from_ms(visit.end_ms),
        "dwell_s": round(visit.dwell_s, 1),
        "distance_m": round(visit.distance_m, 1),
        "fixes": visit.fixes,
        "is_proven": visit.is_proven,
        "evidence": {
            "device": visit.device_id,
            "doubts": list(visit.doubts),
            "nearest": {
                "t": local_iso(t_ms),
                "lon": round(lon, 6),
                "lat": round(lat, 6),
                "accuracy_m": round(accuracy, 1),
            },
        },
    }


def _out(row: VisitFound, name: str) -> VisitOut:
    return VisitOut(
        point_id=row.point_id,
        kind=row.point_kind,
        point=row.point_name,
        grid_code=unpadded(row.code, "grid"),
        worker_id=row.person_id,
        name=name,
        start=row.started_at,
        end=row.ended_at,
        dwell_s=row.dwell_s,
        distance_m=row.distance_m,
        fixes=row.fixes,
        is_proven=row.is_proven,
        evidence=row.evidence,
    )


def _due_out(due: DueVisit, site: Any) -> DueVisitOut:
    return DueVisitOut(
        point_id=due.point_id,
        kind=site.kind,
        point=site.name,
        grid_code=unpadded(site.code, "grid"),
        due_on=due.due_on,
        visited_on=due.visited_on,
        state=due.state,
        late_days=due.late_days,
    )
