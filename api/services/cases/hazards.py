"""Hazards: taken in, found again, listed."""

import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.hazards import (
    CategoryOut,
    HandlerOut,
    HazardCollection,
    HazardDetail,
    HazardIn,
    HazardOut,
)
from api.services.access.session import SignedIn
from api.services.cases.case_places import one_to_wgs84
from api.services.cases.case_views import (
    show_case,
    show_category,
    show_on_map,
    show_photo,
    show_step,
    show_voice,
)
from api.services.rules.county_hours import hours_on
from geo.db.models import Case, CaseCategory, CaseEvent, CasePhoto, CaseVoice
from geo.db.store import cases, people
from geo.localtime import local_date
from tracking.cases.cases import RULES, CaseState, Facts, events_for, handlers_of
from tracking.cases.cases import CaseEvent as Event
from tracking.cases.categories import Category, starting_categories
from tracking.cases.deadlines import Clock, due_after
from tracking.cases.roles import Role
from tracking.errors import NotYourEvent

KIND = "hazard"
_LIST_LIMIT = 5_000


def seed_categories(
    session: Session,
    county_id: UUID,
    categories: tuple[Category, ...] | None = None,
) -> None:
    """Give a county its starting categories; lines that it has stay as they are."""
    for line in categories or starting_categories():
        cases.add_category(
            session,
            CaseCategory(
                county_id=county_id,
                code=line.code,
                name=line.name,
                level="2" if line.parent else "1",
                unit=line.unit,
                accept_minutes=line.accept_within // timedelta(minutes=1),
                handle_minutes=line.handle_within // timedelta(minutes=1),
                clock=line.clock,
            ),
        )


def list_categories(session: Session, viewer: SignedIn) -> list[CategoryOut]:
    """Return the categories of the viewer's county."""
    found = cases.categories_of(session, viewer.county_id)
    return [show_category(category) for category in found]


def list_handlers(session: Session, viewer: SignedIn) -> list[HandlerOut]:
    """Return whom the viewer may give a case to, those of departments first."""
    roles = sorted(RULES[Event.HANDLE].roles)
    found = people.list_accounts(session, viewer.county_id, viewer.scope, roles)
    return [
        HandlerOut(person_id=person, name=name, role=Role(role))
        for person, name, role in sorted(found, key=lambda row: row[2] != Role.HANDLER)
    ]


def report_hazard(
    session: Session, sender: SignedIn, report: HazardIn, now: datetime
) -> tuple[HazardOut, bool]:
    """Keep a report and return it, and whether it is new.

    Raises
    ------
    BadField
        If the county has no such category.
    Conflict
        If the id is taken by another report.
    """
    if sender.role not in RULES[Event.REPORT].roles:
        raise NotYourEvent(f"reporting is not for the role {sender.role}")
    category = cases.category_of(session, sender.county_id, report.category)
    if category is None:
        raise BadField("no such category in this county", field="category")
    lon, lat = one_to_wgs84(report.lon, report.lat, report.coord_type)
    case = _new_case(session, sender, report, category, (lon, lat), now)
    if cases.add_case(session, case):
        _begin_history(session, case)
        return show_case(case, lon, lat), True
    stored = cases.find_case(session, sender, report.id)
    if stored is None or not _says_the_same(stored, case, (lon, lat)):
        raise Conflict("the id holds another report", field="id")
    return show_case(*stored), False


def list_hazards(
    session: Session,
    viewer: SignedIn,
    states: list[CaseState] | None,
    bbox: str | None,
) -> HazardCollection:
    """Return the newest hazards that the viewer may see, as GeoJSON."""
    box = parse_box(bbox) if bbox else None
    found = cases.list_cases(session, viewer, KIND, states, box, _LIST_LIMIT)
    return HazardCollection(features=[show_on_map(*row) for row in found])


def read_hazard(session: Session, viewer: SignedIn, case_id: UUID) -> HazardDetail:
    """Return a hazard with its history, its photos and the viewer's next steps.

    Raises
    ------
    NotFound
        If it does not exist or is not for these eyes.
    """
    found = cases.find_case(session, viewer, case_id)
    if found is None:
        raise NotFound("no such case")
    history = cases.events_of(session, viewer.county_id, case_id)
    actors = [step.actor_id for step in history if step.actor_id]
    names = people.names_of_people(session, viewer.county_id, actors)
    photos = cases.files_of(session, CasePhoto, viewer.county_id, case_id)
    voices = cases.files_of(session, CaseVoice, viewer.county_id, case_id)
    shown = show_case(*found)
    handlers = handlers_of((Event(step.event), step.actor_id) for step in history)
    facts = Facts(viewer.person_id, viewer.role, shown.handler_id, handlers)
    return HazardDetail(
        **shown.model_dump(),
        history=[show_step(step, names) for step in history],
        photos=[show_photo(photo) for photo in photos],
        voices=[show_voice(voice) for voice in voices],
        events=list(events_for(shown.state, facts)),
    )


def parse_box(bbox: str) -> cases.Box:
    """Return ``west,south,east,north`` as numbers.

    Raises
    ------
    BadField
        If it is none.
    """
    try:
        west, south, east, north = map(float, bbox.split(","))
    except ValueError:
        raise BadField("bbox is west,south,east,north", field="bbox") from None
    box = (west, south, east, north)
    if not all(map(math.isfinite, box)) or west > east or south > north:
        raise BadField("bbox is west,south,east,north", field="bbox")
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadField("bbox is in degrees", field="bbox")
    return box


def due_moment(
    session: Session, category: CaseCategory, minutes: int, start: datetime
) -> datetime:
    """Return when a category's time has passed, by the county's working hours."""
    hours = hours_on(session, category.county_id, local_date(start))
    return due_after(start, timedelta(minutes=minutes), Clock(category.clock), hours)


def _new_case(
    session: Session,
    sender: SignedIn,
    report: HazardIn,
    category: CaseCategory,
    place: tuple[float, float],
    now: datetime,
) -> Case:
    grid_id, code = cases.locate(session, *place, local_date(now))
    return Case(
        county_id=sender.county_id,
        id=report.id,
        kind=KIND,
        state=CaseState.REPORTED,
        category=report.category,
        level=report.level,
        text=report.text,
        grid_id=grid_id,
        code=code,
        geom=cases.point(*place),
        reporter_id=sender.person_id,
        handler_id=None,
        participants=[sender.person_id],
        reported_at=report.reported_at.astimezone(UTC),
        received_at=now,
        accept_due_at=due_moment(session, category, category.accept_minutes, now),
        handle_due_at=due_moment(session, category, category.handle_minutes, now),
        closed_at=None,
        version=1,
    )


def _begin_history(session: Session, case: Case) -> None:
    cases.add_event(
        session,
        CaseEvent(
            county_id=case.county_id,
            case_id=case.id,
            seq=1,
            event=Event.REPORT,
            from_state=None,
            to_state=case.state,
            actor_id=case.reporter_id,
            at=case.received_at,
            note=None,
            attrs={},
            code=case.code,
            participants=case.participants,
        ),
    )


def _says_the_same(
    stored: cases.Placed, case: Case, place: tuple[float, float]
) -> bool:
    kept, lon, lat = stored
    names = ("kind", "category", "level", "text", "reporter_id", "reported_at")
    same = all(getattr(kept, name) == getattr(case, name) for name in names)
    return same and (lon, lat) == place
