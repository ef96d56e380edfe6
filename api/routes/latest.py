"""Newest positions, for the live map."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.deps import DatabaseDep, LookerDep, LookerSessionDep, NowDep
from api.schemas.hazards import PointOut
from api.schemas.positions import PositionFeature, PositionProperties, PositionsOut
from api.services.positions.tracks import LatestPosition, latest_positions

router = APIRouter(prefix="/api/v1", tags=["patrols"])


def _note(
    request: Request, database: DatabaseDep, viewer: LookerDep, now: NowDep
) -> None:
    request.app.state.glances.record(database, viewer, "latest", now)


# First of the parameters: its transaction is over before the one that reads begins.
NotedDep = Annotated[None, Depends(_note)]


@router.get("/latest")
def list_latest(
    _noted: NotedDep, session: LookerSessionDep, now: NowDep
) -> PositionsOut:
    """Where each person that the viewer may see was last, as GeoJSON."""
    found = latest_positions(session, now)
    return PositionsOut(features=[_feature(position) for position in found])


def _feature(position: LatestPosition) -> PositionFeature:
    return PositionFeature(
        geometry=PointOut(coordinates=(position.lon, position.lat)),
        properties=PositionProperties.model_validate(position),
    )
