"""The fingerprint of everything that decides a plan."""

import hashlib
import json
from dataclasses import asdict

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planning.units.territory import PlanPolicy, Territory

_COLUMNS = (
    "unit_id",
    "load",
    "label",
    "groups",
    "site_id",
    "name",
    "category",
    "grid_id",
    "kind",
    "overlay",
)


def input_hash(territory: Territory, policy: PlanPolicy) -> str:
    """Return a SHA-256 of territory and policy, the same for any order of the rows."""
    digest = hashlib.sha256(json.dumps(asdict(policy), sort_keys=True).encode())
    for layer in (
        territory.units,
        territory.villages,
        territory.sites,
        territory.lines,
        territory.spots,
    ):
        digest.update(b"layer")
        if layer is not None:
            for line in _lines(layer, territory.also):
                digest.update(line)
    if territory.previous is not None:
        digest.update(territory.previous.sort_index().to_csv().encode())
    names = [sorted(territory.locked), sorted(territory.used_names)]
    digest.update(json.dumps(names).encode())
    return digest.hexdigest()


def _lines(layer: gpd.GeoDataFrame, also: tuple[str, ...]) -> list[bytes]:
    plain = pd.DataFrame(layer)
    columns = [plain[name] for name in (*_COLUMNS, *also) if name in plain]
    rows = zip(*columns, strict=True) if columns else [()] * len(plain)
    cells = ["\x1f".join(map(str, row)) for row in rows]
    shapes = np.asarray(layer.geometry.values, object)
    wkb = shapely.to_wkb(shapely.normalize(shapes))
    lines = [
        cell.encode() + b"\x1e" + shape for cell, shape in zip(cells, wkb, strict=True)
    ]
    return [str(layer.crs).encode(), *sorted(lines)]
