"""Where a case lies, and whether somebody stands there."""

import numpy as np
from pyproj import Geod

from api.schemas.hazards import PlaceIn
from geo.crs import to_wgs84

# The same reach as for a checkpoint: 30 m, or the accuracy of the fix up to 50 m.
REACH_M = 30.0
MAX_REACH_M = 50.0
_GEOD = Geod(ellps="WGS84")


def one_to_wgs84(lon: float, lat: float, coord_type: str) -> tuple[float, float]:
    """Return one position as WGS 84 degrees."""
    x, y = to_wgs84(np.array([lon]), np.array([lat]), coord_type)
    return float(x[0]), float(y[0])


def check_place(place: PlaceIn, lon: float, lat: float) -> dict[str, object]:
    """Return how far a stated position is from a case, and whether that is there."""
    x, y = one_to_wgs84(place.lon, place.lat, place.coord_type)
    distance_m = float(_GEOD.inv(x, y, lon, lat)[2])
    reach_m = min(max(REACH_M, place.accuracy_m or 0.0), MAX_REACH_M)
    return {
        "lon": x,
        "lat": y,
        "accuracy_m": place.accuracy_m,
        "distance_m": round(distance_m, 1),
        "is_there": distance_m <= reach_m,
    }
