"""Day tracks as files: GPX, GeoJSON with the times, and CSV to judge again."""

from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from geo.frames import MOCK_NO, MOCK_YES
from geo.localtime import from_ms
from tracking.gpx import write_gpx

_GAP_MS = 300_000


def as_gpx(fixes: pd.DataFrame, name: str, day: date) -> bytes:
    """Return a day's used fixes as GPX 1.1."""
    return write_gpx(fixes, f"{name} {day.isoformat()}").encode()


def as_geojson(fixes: pd.DataFrame, worker_id: str, day: date) -> dict[str, Any]:
    """Return a day's used fixes as GeoJSON: one line per device and stretch.

    ``times`` of a feature are the moments of its vertices, in order, UTC.
    """
    features = [
        _feature(part, str(device), worker_id, day)
        for device, own in fixes.groupby("device_id", sort=True)
        for part in _stretches(own.sort_values("t_ms", kind="stable"))
    ]
    return {"type": "FeatureCollection", "features": features}


def as_csv(fixes: pd.DataFrame) -> bytes:
    """Return fixes as `xunge verify` reads them: a verdict can be found again."""
    moments = {
        name: [from_ms(int(t)).isoformat(timespec="milliseconds") for t in fixes[ms]]
        for name, ms in (("t", "t_ms"), ("received_at", "received_ms"))
    }
    table = pd.DataFrame(
        {
            "worker_id": fixes["worker_id"],
            "device_id": fixes["device_id"],
            "t": moments["t"],
            "lon": fixes["lon"].round(7),
            "lat": fixes["lat"].round(7),
            "accuracy": fixes["accuracy_m"].round(2),
            "speed_mps": fixes["speed_mps"].round(3),
            "mock": fixes["mock"].map({MOCK_YES: "true", MOCK_NO: "false"}),
            "received_at": moments["received_at"],
        }
    )
    return table.to_csv(index=False).encode()


def _stretches(own: pd.DataFrame) -> list[pd.DataFrame]:
    number = (own["t_ms"].diff() > _GAP_MS).cumsum().tolist()
    rows = list(range(len(own)))
    return [own.iloc[list(part)] for _, part in groupby(rows, key=lambda i: number[i])]


def _feature(
    part: pd.DataFrame, device: str, worker_id: str, day: date
) -> dict[str, Any]:
    places = part[["lon", "lat"]].round(7).to_numpy().tolist()
    geometry: dict[str, Any] = {"type": "LineString", "coordinates": places}
    if len(places) == 1:
        geometry = {"type": "Point", "coordinates": places[0]}
    times = [from_ms(t).isoformat(timespec="milliseconds") for t in part["t_ms"]]
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "worker_id": worker_id,
            "device": device,
            "date": day.isoformat(),
            "times": times,
        },
    }
