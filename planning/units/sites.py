"""Exclusive sites: the village of each, and the ground that its grid gets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from planning.errors import BadUnits
from planning.units.outlines import find_outlines
from planning.units.territory import Territory

Shapes = NDArray[np.object_]

_COLUMNS = ("site_id", "label", "name", "category", "grid_id", "overlay")
# What a site leaves of a unit or a village is nothing below this.
_NOTHING_M2 = 1e-4
_EMPTY = {"label": "", "name": "", "category": "", "grid_id": None, "overlay": False}


def find_sites(
    territory: Territory, outlines: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Return the sites in the order of their ids, each with the village it is in.

    A site belongs to the village that it names if it lies there at all, else to the one
    that holds most of it; the notes say of each site that names another.

    Raises
    ------
    BadUnits
        If a site lies outside the territory.
    """
    if territory.sites is None or territory.sites.empty:
        empty = {name: pd.Series(dtype=object) for name in _COLUMNS}
        frame = gpd.GeoDataFrame(empty, geometry=[], crs=outlines.crs)
        return frame.assign(overlay=np.empty(0, bool))
    sites = territory.sites.sort_values("site_id", kind="stable")
    sites = sites.reset_index(drop=True)
    for name, value in _EMPTY.items():
        if name not in sites:
            sites = sites.assign(**{name: value})
    lands, known = _array(outlines), outlines["label"].to_numpy()
    label = sites["label"].astype(object).to_numpy().copy()
    for i, shape in enumerate(_array(sites)):
        shares = shapely.area(shapely.intersection(lands, shape))
        own = shares[known == label[i]].sum() if label[i] in known else 0.0
        if own == 0.0:
            if shares.max() == 0.0:
                raise BadUnits(
                    f"exclusive site {sites['site_id'][i]!r} lies outside the territory"
                )
            home = known[int(np.argmax(shares))]
            _note_moved(str(sites["site_id"][i]), label[i], home, known, notes)
            label[i] = home
    sites = sites.assign(label=label, overlay=sites["overlay"].astype(bool))
    return sites[[*_COLUMNS, sites.geometry.name]]


def units_beside_sites(territory: Territory) -> gpd.GeoDataFrame:
    """Return the units of which the carved sites leave some ground.

    Points stay beside a site, unless it takes all of their village.

    Parameters
    ----------
    territory : Territory
        In a metric CRS; labels of points that are not known are not looked for.

    Raises
    ------
    BadUnits
        If nothing that has a load is left.
    """
    units, sites = territory.units, territory.sites
    if sites is None or sites.empty:
        return units
    outlines = find_outlines(territory, units, [])
    sites = find_sites(territory, outlines, [])
    carved = _kept_inside(sites[~sites["overlay"]], outlines)
    lands = _array(outlines if territory.has_points else units)
    gone = np.zeros(len(lands), bool)
    near = np.unique(shapely.STRtree(carved).query(lands, predicate="intersects")[0])
    beside = shapely.difference(
        shapely.make_valid(lands[near]), shapely.union_all(carved)
    )
    gone[near] = shapely.area(beside) < _NOTHING_M2
    if territory.has_points:
        gone = units["label"].isin(outlines["label"][gone]).to_numpy(bool)
    left = units[~gone]
    if not left["load"].sum() > 0:
        raise BadUnits("exclusive sites cover all units; nothing is left to plan")
    return left


def _note_moved(
    site: str, said: str, home: str, known: NDArray[np.object_], notes: list[str]
) -> None:
    """Add a note for a site that names a village which it does not lie in."""
    if not said or not home:
        # Nobody said where it is, or there are no villages.
        return
    why = "but lies nowhere in it" if said in known else "which has no outline"
    notes.append(
        f"site {site} names village {said}, {why}: its grid is in village {home}, "
        "which holds most of it"
    )


def with_ground(
    sites: gpd.GeoDataFrame, carved: Shapes, outlines: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the sites with their ground: carved out, or an overlay in its village.

    Parameters
    ----------
    carved : ndarray of Polygon
        Ground of the sites that are no overlay, in their order.
    """
    overlay = sites["overlay"].to_numpy(bool)
    shapes = _array(sites).copy()
    shapes[~overlay] = carved
    shapes[overlay] = _kept_inside(sites[overlay], outlines)
    ground = gpd.GeoSeries(shapes, sites.index, crs=outlines.crs)
    return sites.set_geometry(ground)


def _kept_inside(sites: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> Shapes:
    """Return of each site the largest part inside its village."""
    land = dict(zip(outlines["label"], _array(outlines), strict=True))
    shapes = _array(sites).copy()
    for i, label in enumerate(sites["label"]):
        village = land.get(label, shapely.union_all(_array(outlines)))
        inside = shapely.get_parts(shapely.intersection(shapes[i], village))
        shapes[i] = inside[int(np.argmax(shapely.area(inside)))]
    return shapes


def note_clipped(
    sites: gpd.GeoDataFrame, grounds: gpd.GeoDataFrame, notes: list[str]
) -> None:
    """Add a note for each site whose ground is not what its layer said.

    Parameters
    ----------
    sites, grounds : GeoDataFrame
        The same sites as their layer draws them, and with the ground that they got.
    """
    shapes, ground, names = _array(sites), _array(grounds), sites["site_id"].to_numpy()
    carved = ~sites["overlay"].to_numpy(bool)
    lost = shapely.area(shapes) - shapely.area(ground)
    for i in np.flatnonzero(np.abs(lost) > 1.0).tolist():
        change = "lost" if lost[i] > 0 else "gained"
        over = shapely.area(shapely.intersection(ground, shapes[i])) > 1.0
        over &= carved & carved[i] & (names != names[i])
        home = sites["label"].iloc[i]
        why = [f"it is kept inside {f'village {home}' if home else 'the territory'}"]
        if over.any():
            why.append(f"outside site {', '.join(str(n) for n in names[over])}")
        if len(shapely.get_parts(shapes[i])) > 1:
            why.append("whole: its largest part counts")
        said = " and ".join(why)
        notes.append(f"site {names[i]} {change} {abs(lost[i]):.0f} m²: {said}")


def _array(frame: gpd.GeoDataFrame) -> Shapes:
    return np.asarray(frame.geometry.values, object)
