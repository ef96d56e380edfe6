"""Cases, their history, photos and categories."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from geoalchemy2 import WKTElement
from sqlalchemy import (
    Row,
    Select,
    Uuid,
    any_,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.db.door import Viewer, within
from geo.db.models import Case, CaseCategory, CaseEvent, CasePhoto, CaseVoice

# Where a case lies: two numbers beside the row.
Placed = Row[Case, float, float]
Box = tuple[float, float, float, float]
File = TypeVar("File", CasePhoto, CaseVoice)


def categories_of(session: Session, county_id: UUID) -> list[CaseCategory]:
    """Return the categories of a county, parents before their children."""
    found = session.scalars(
        select(CaseCategory)
        .where(CaseCategory.county_id == county_id)
        .order_by(CaseCategory.code)
    )
    return list(found)


def category_of(session: Session, county_id: UUID, code: str) -> CaseCategory | None:
    """Return one category."""
    return session.get(CaseCategory, (county_id, code))


def add_category(session: Session, category: CaseCategory) -> None:
    """Add a category, unless the county has that code; its own words stay."""
    _insert_unless_there(session, category)


def locate(
    session: Session, lon: float, lat: float, on: date
) -> tuple[UUID | None, int]:
    """Return the grid of a point and the code that a case there carries."""
    found = session.execute(
        text("SELECT grid_id, code FROM locate(:lon, :lat, :day)"),
        {"lon": lon, "lat": lat, "day": on},
    ).one()
    return found.grid_id, found.code


def point(lon: float, lat: float) -> WKTElement:
    """Return a position as the database takes it; no digit is lost."""
    return WKTElement(f"POINT({lon!r} {lat!r})", srid=4326)


def add_case(session: Session, case: Case) -> bool:
    """Add a case; return False if its id is taken, visibly or not."""
    return _insert_unless_there(session, case)


def find_case(session: Session, viewer: Viewer, case_id: UUID) -> Placed | None:
    """Return a case that the viewer may see."""
    query = _visible(viewer).where(Case.id == case_id)
    return session.execute(query).one_or_none()


def lock_case(session: Session, viewer: Viewer, case_id: UUID) -> Placed | None:
    """Return a case and hold it until the transaction ends."""
    query = (
        _visible(viewer)
        .where(Case.id == case_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    return session.execute(query).one_or_none()


def list_cases(
    session: Session,
    viewer: Viewer,
    kind: str,
    states: Sequence[str] | None,
    box: Box | None,
    limit: int,
) -> Sequence[Placed]:
    """Return the newest cases that the viewer may see."""
    query = _visible(viewer).where(Case.kind == kind)
    if states:
        query = query.where(Case.state.in_(states))
    if box:
        query = query.where(
            func.ST_Intersects(Case.geom, func.ST_MakeEnvelope(*box, 4326))
        )
    newest = query.order_by(Case.received_at.desc(), Case.id).limit(limit)
    return session.execute(newest).all()


def events_of(session: Session, county_id: UUID, case_id: UUID) -> list[CaseEvent]:
    """Return the history of a case, from its report on."""
    found = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.county_id == county_id, CaseEvent.case_id == case_id)
        .order_by(CaseEvent.seq)
    )
    return list(found)


def files_of(
    session: Session, model: type[File], county_id: UUID, case_id: UUID
) -> list[File]:
    """Return the photos or the spoken reports of a case, the first stored first."""
    found = session.scalars(
        select(model)
        .where(model.county_id == county_id, model.case_id == case_id)
        .order_by(model.stored_at, model.id)
    )
    return list(found)


def find_file(
    session: Session, model: type[File], county_id: UUID, file_id: UUID
) -> File | None:
    """Return a photo or a spoken report that this transaction may see."""
    return session.get(model, (county_id, file_id))


def add_file(session: Session, row: CasePhoto | CaseVoice) -> bool:
    """Add the row of a photo or spoken report; return False if its id is taken."""
    return _insert_unless_there(session, row)


def add_event(session: Session, event: CaseEvent) -> None:
    """Add one step to a history."""
    session.add(event)
    session.flush()


def widen_participants(
    session: Session, county_id: UUID, case_id: UUID, participants: list[UUID]
) -> None:
    """Let the people of a case see its history and photos too."""
    for model in (CaseEvent, CasePhoto, CaseVoice):
        session.execute(
            update(model)
            .where(model.county_id == county_id, model.case_id == case_id)
            .values(participants=participants)
        )


def last_photo_at(session: Session, county_id: UUID, case_id: UUID) -> datetime | None:
    """Return when the newest photo of a case was stored."""
    return session.scalar(
        select(func.max(CasePhoto.stored_at)).where(
            CasePhoto.county_id == county_id, CasePhoto.case_id == case_id
        )
    )


def _visible(viewer: Viewer) -> Select[Case, float, float]:
    # The row policies ask the same; the plain comparison is there for the index.
    mine = literal(viewer.person_id, Uuid) == any_(Case.participants)
    return select(
        Case, func.ST_X(Case.geom).label("lon"), func.ST_Y(Case.geom).label("lat")
    ).where(
        Case.county_id == viewer.county_id,
        or_(within(Case.code, viewer.scope), mine),
    )


def _insert_unless_there(session: Session, row: Any) -> bool:
    model = type(row)
    values = {
        column.key: getattr(row, column.key)
        for column in model.__table__.columns
        if column.key in row.__dict__
    }
    added = session.execute(
        insert(model).values(values).on_conflict_do_nothing().returning(model.county_id)
    )
    return added.first() is not None
