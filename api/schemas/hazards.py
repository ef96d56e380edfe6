"""Hazards: what a phone sends, what the desk sees."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import CoordType, In, Lat, Lon, Moment, Out, Text
from tracking.cases.cases import CaseEvent, CaseState
from tracking.cases.roles import Role

HazardLevel = Literal["general", "major"]


class HazardIn(In):
    """A hazard as reported; the phone makes the id and may send it again."""

    id: Annotated[UUID, Field(examples=["0192f1c2-7c1e-7a44-9b5e-3f6d7d5a1e01"])]
    lon: Annotated[Lon, Field(examples=[111.9013])]
    lat: Annotated[Lat, Field(examples=[34.0642])]
    coord_type: Annotated[CoordType, Field(examples=["wgs84"])]
    category: Annotated[
        Text, Field(min_length=1, max_length=64, examples=["safety.mine_opening"])
    ]
    level: Annotated[HazardLevel, Field(examples=["general"])]
    text: Annotated[
        Text, Field(min_length=1, max_length=2000, examples=["硐口封墙有裂缝"])
    ]
    reported_at: Annotated[Moment, Field(examples=["2026-05-20T09:30:00+08:00"])]


class PlaceIn(In):
    """Where somebody stands who checks a case at its place."""

    lon: Lon
    lat: Lat
    coord_type: CoordType
    accuracy_m: Annotated[
        float | None, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)
    ] = None


class EventIn(In):
    """One step of a case; `version` is the version that the sender saw."""

    event: Annotated[CaseEvent, Field(examples=["dispatch"])]
    version: Annotated[int, Field(strict=True, ge=1, le=1_000_000, examples=[2])]
    note: Annotated[Text, Field(max_length=2000, examples=["请今日到场"])] = ""
    handler_id: UUID | None = None
    place: PlaceIn | None = None


class PhotoOut(Out):
    """A stored photo."""

    id: UUID
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    byte_count: int
    width_px: int
    height_px: int
    stored_at: datetime


class VoiceOut(Out):
    """A stored recording."""

    id: UUID
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    media_type: str
    byte_count: int
    stored_at: datetime


class HistoryOut(Out):
    """One step that was taken."""

    seq: int
    event: CaseEvent
    from_state: CaseState | None
    to_state: CaseState
    actor_id: UUID | None
    actor_name: str | None
    at: datetime
    note: str
    attrs: dict[str, Any]


class HazardOut(Out):
    """A hazard with its place in the territory and where it stands."""

    id: UUID
    kind: str
    state: CaseState
    category: str
    level: str
    text: str
    lon: float
    lat: float
    grid_id: UUID | None
    grid_code: str | None
    area_code: str
    is_outside: bool
    reporter_id: UUID | None
    handler_id: UUID | None
    reported_at: datetime
    received_at: datetime
    accept_due_at: datetime | None
    handle_due_at: datetime | None
    closed_at: datetime | None
    version: int


class PointOut(Out):
    """A GeoJSON point, WGS 84."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class HazardFeature(Out):
    """A hazard on the map."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: PointOut
    properties: HazardOut


class HazardCollection(Out):
    """Hazards as GeoJSON."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[HazardFeature]


class HazardDetail(HazardOut):
    """A hazard with its whole history, its photos and what the viewer may do next."""

    history: list[HistoryOut]
    photos: list[PhotoOut]
    voices: list[VoiceOut]
    events: list[CaseEvent]


class CategoryOut(Out):
    """A category of the two-level list."""

    code: str
    name: str
    parent: str | None
    unit: str
    accept_minutes: int
    handle_minutes: int
    clock: str


class HandlerOut(Out):
    """Somebody who may be given a case."""

    person_id: UUID
    name: str
    role: Role
