"""Tracks that nobody walked: what a cheat hands in instead."""

import numpy as np
import pandas as pd

from geo.crs import METRES_PER_DEGREE
from geo.frames import MOCK_YES

_LEG = 12


def with_mock_flag(fixes: pd.DataFrame) -> pd.DataFrame:
    """Return the fixes as a phone reports them that admits a mock provider."""
    return fixes.assign(mock=np.full(len(fixes), MOCK_YES, np.int8))


def synthetic(fixes: pd.DataFrame) -> pd.DataFrame:
    """Return the fixes redrawn by a script: straight legs, even steps, one accuracy.

    Every twelfth place is kept, the others are spread evenly between them.
    """
    n = len(fixes)
    knots = np.append(np.arange(0, n - 1, _LEG), n - 1)
    at = np.arange(n)
    t_ms = np.interp(at, knots, fixes["t_ms"].to_numpy()[knots])
    return fixes.assign(
        t_ms=np.rint(t_ms).astype(np.int64),
        lon=np.round(np.interp(at, knots, fixes["lon"].to_numpy()[knots]), 7),
        lat=np.round(np.interp(at, knots, fixes["lat"].to_numpy()[knots]), 7),
        accuracy_m=5.0,
    )


def replayed(
    fixes: pd.DataFrame,
    days: float,
    rng: np.random.Generator | None = None,
    noise_m: float = 0.0,
) -> pd.DataFrame:
    """Return the fixes handed in again some days later, with noise on top if wanted."""
    later = int(days * 86_400_000)
    lon, lat = fixes["lon"].to_numpy(), fixes["lat"].to_numpy()
    if rng is not None and noise_m:
        scale = METRES_PER_DEGREE * np.cos(np.radians(float(np.median(lat))))
        lon = lon + rng.normal(0.0, noise_m, len(lon)) / scale
        lat = lat + rng.normal(0.0, noise_m, len(lat)) / METRES_PER_DEGREE
    return fixes.assign(
        t_ms=fixes["t_ms"] + later,
        received_ms=fixes["received_ms"] + later,
        lon=lon,
        lat=lat,
    )
