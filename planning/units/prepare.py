"""Make ready what comes in: rows in the order of ids, layers in metres."""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planning.units.ground import Ground
from planning.units.territory import Territory

_LAYERS = ("units", "villages", "sites", "lines", "spots")


def in_order(territory: Territory) -> Territory:
    """Return the territory with ids as text and its rows in the order of their ids."""
    units = territory.units
    text = units["unit_id"].astype(str).to_numpy(object)
    order = np.array(sorted(range(len(text)), key=text.__getitem__), np.int64)
    units = units.iloc[order].reset_index(drop=True)
    units = units.assign(
        unit_id=units["unit_id"].astype(str),
        label=units["label"].astype(str),
        load=units["load"].astype(np.float64),
    )
    villages = territory.villages
    if villages is not None:
        villages = villages.assign(label=villages["label"].astype(str))
        villages = villages.sort_values("label").reset_index(drop=True)
    return replace(territory, units=units, villages=villages)


def in_metres(territory: Territory, ground: Ground) -> Territory:
    """Return the territory with every layer in the ground's metric CRS."""
    found = {name: getattr(territory, name) for name in _LAYERS}
    layers = {
        name: None if layer is None else ground.to_metric(layer)
        for name, layer in found.items()
    }
    return replace(territory, **layers)  # type: ignore[arg-type]


def relabelled(territory: Territory, host: Mapping[str, str]) -> Territory:
    """Return the territory with some labels joined to others.

    Parameters
    ----------
    host : mapping of str to str
        The label that takes in another, by the one taken in.
    """
    if not host:
        return territory

    def renamed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.assign(label=frame["label"].astype(str).replace(dict(host)))

    villages, sites = territory.villages, territory.sites
    if villages is not None:
        villages = _dissolved(renamed(villages))
    if sites is not None and "label" in sites:
        sites = renamed(sites)
    return replace(
        territory, units=renamed(territory.units), villages=villages, sites=sites
    )


def _dissolved(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes: dict[str, shapely.Geometry] = {}
    for label, rows in villages.groupby("label", sort=True):
        own = np.asarray(rows.geometry.values, object)
        shapes[str(label)] = own[0] if len(own) == 1 else shapely.union_all(own)
    table = pd.DataFrame({"label": list(shapes)})
    return gpd.GeoDataFrame(table, geometry=list(shapes.values()), crs=villages.crs)
