"""Cases as the API shows them."""

from collections.abc import Mapping
from uuid import UUID

from api.schemas.hazards import (
    CategoryOut,
    HazardFeature,
    HazardOut,
    HistoryOut,
    PhotoOut,
    PointOut,
    VoiceOut,
)
from geo.codes import trimmed
from geo.db.models import Case, CaseCategory, CaseEvent, CasePhoto, CaseVoice
from tracking.cases.cases import CaseEvent as Event
from tracking.cases.cases import CaseState


def show_case(case: Case, lon: float, lat: float) -> HazardOut:
    """Return a case with its place in words of codes."""
    code = trimmed(case.code)
    is_outside = case.grid_id is None
    return HazardOut(
        id=case.id,
        kind=case.kind,
        state=CaseState(case.state),
        category=case.category,
        level=case.level,
        text=case.text,
        lon=lon,
        lat=lat,
        grid_id=case.grid_id,
        grid_code=None if is_outside else code,
        area_code=code,
        is_outside=is_outside,
        reporter_id=case.reporter_id,
        handler_id=case.handler_id,
        reported_at=case.reported_at,
        received_at=case.received_at,
        accept_due_at=case.accept_due_at,
        handle_due_at=case.handle_due_at,
        closed_at=case.closed_at,
        version=case.version,
    )


def show_on_map(case: Case, lon: float, lat: float) -> HazardFeature:
    """Return a case as a GeoJSON feature."""
    return HazardFeature(
        id=case.id,
        geometry=PointOut(coordinates=(lon, lat)),
        properties=show_case(case, lon, lat),
    )


def show_step(event: CaseEvent, names: Mapping[UUID, str]) -> HistoryOut:
    """Return one step of a history; a person out of sight has no name."""
    return HistoryOut(
        seq=event.seq,
        event=Event(event.event),
        from_state=CaseState(event.from_state) if event.from_state else None,
        to_state=CaseState(event.to_state),
        actor_id=event.actor_id,
        actor_name=names.get(event.actor_id) if event.actor_id else None,
        at=event.at,
        note=event.note or "",
        attrs=event.attrs,
    )


def show_photo(photo: CasePhoto) -> PhotoOut:
    """Return what is known of a photo."""
    return PhotoOut.model_validate(photo)


def show_voice(voice: CaseVoice) -> VoiceOut:
    """Return what is known of a recording."""
    return VoiceOut.model_validate(voice)


def show_category(category: CaseCategory) -> CategoryOut:
    """Return a line of the two-level list."""
    head, dot, _ = category.code.rpartition(".")
    return CategoryOut(
        code=category.code,
        name=category.name,
        parent=head if dot else None,
        unit=category.unit or "",
        accept_minutes=category.accept_minutes,
        handle_minutes=category.handle_minutes,
        clock=category.clock,
    )
