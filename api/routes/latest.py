"""Newest positions, for the live map."""

from fastapi import APIRouter

from api.deps import LookerSessionDep, NowDep
from api.schemas.hazards import PointOut
from api.schemas.positions import PositionFeature, PositionProperties, PositionsOut
from api.services.tracks import LatestPosition, latest_positions

router = APIRouter(prefix="/api/v1", tags=["patrols"])


@router.get("/latest")
def list_latest(session: LookerSessionDep, now: NowDep) -> PositionsOut:
    """Where each person that the viewer may see was last, as GeoJSON."""
    found = latest_positions(session, now)
    return PositionsOut(features=[_feature(position) for position in found])


def _feature(position: LatestPosition) -> PositionFeature:
    return PositionFeature(
        geometry=PointOut(coordinates=(position.lon, position.lat)),
        properties=PositionProperties.model_validate(position),
    )
