"""From layers to ground: every unit and every exclusive site gets its polygon.

Polygons that are a coverage stay as they are. Points, sites or village outlines call
for the one arrangement of `cells`.
"""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.coverage import clean_coverage
from planning.cells import Layout, make_cells
from planning.contact import IntArray
from planning.errors import BadUnits
from planning.settlements import Split, finest_units, place_units, split_settlements
from planning.territory import Territory

Shapes = NDArray[np.object_]

# Overlaps of outlines up to this are noise of drawing and are cleaned; more is a fault.
_OVERLAP_NOISE_M2 = 1.0
_SAMPLES = 5


@dataclass(frozen=True)
class Grounds:
    """The territory as polygons in a metric CRS.

    Attributes
    ----------
    units : GeoDataFrame
        ``unit_id, settlement_id, unit_kind, label, load`` and polygons, units without
        ground left out; in the order of the ids.
    sites : GeoDataFrame
        ``site_id, label, name, category, grid_id`` and polygons.
    outlines : GeoDataFrame
        ``label`` and the outlines that all ground must cover.
    covered : DataFrame
        ``unit_id, settlement_id, unit_kind, label, load, site`` of units that a site
        covers.
    notes : list of str
        What a person should know: what was clipped, moved or cleaned.
    """

    units: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    covered: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def make_grounds(
    territory: Territory, grids: int, tolerance: float, split: Split
) -> Grounds:
    """Return the ground of each unit and site.

    Parameters
    ----------
    territory : Territory
        All layers in one metric CRS, units in the order of their ids.
    grids : int
        Base grids in all; with the tolerance it decides how finely to split.
    tolerance : float
        A fraction.
    split : Split
        How far settlements may be split.
    """
    units = territory.units
    notes: list[str] = []
    if not territory.has_points:
        units = _clean(units, notes).assign(
            settlement_id=units["unit_id"], unit_kind="unit"
        )
    outlines = _outlines(territory, units, notes)
    units = _labelled(units, outlines, territory, notes)
    if territory.has_points:
        units = _split(units, grids, tolerance, split, notes)
    sites = _sites(territory, outlines, notes)
    if not territory.has_points and territory.villages is None and sites.empty:
        return Grounds(units, sites, outlines, _nobody(units), notes)
    return _cut(territory, units, sites, outlines, notes)


def _split(
    units: gpd.GeoDataFrame,
    grids: int,
    tolerance: float,
    split: Split,
    notes: list[str],
) -> gpd.GeoDataFrame:
    ideal = float(units["load"].sum()) / grids
    finest = finest_units(units, grids, tolerance)
    pieces = split_settlements(units, ideal, finest, split)
    _note_split(units, pieces, notes)
    order = pieces["unit_id"].argsort(kind="stable")
    return pieces.iloc[order].reset_index(drop=True)


def _cut(
    territory: Territory,
    units: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
    notes: list[str],
) -> Grounds:
    # Without village outlines the cells of all labels share one piece of land.
    one_land = "label" in outlines and len(outlines) == 1
    position = {name: i for i, name in enumerate(outlines["label"])}
    village = (
        np.zeros(len(units), np.int64)
        if one_land
        else units["label"].map(position).to_numpy(np.int64)
    )
    site_village = (
        np.zeros(len(sites), np.int64)
        if one_land
        else sites["label"].map(position).to_numpy(np.int64)
    )
    lands = _array(outlines)
    cuts = _cuts(territory)
    is_point = territory.has_points
    layout = Layout(
        villages=lands,
        unit_village=village,
        outlines=None if is_point else _array(units),
        anchors=_anchors(units, village, lands, sites, site_village)
        if is_point
        else None,
        sites=_array(sites),
        site_village=site_village,
        cuts=cuts,
    )
    cells = make_cells(layout)
    _note_clipped(sites, cells.sites, notes)
    if cells.moved_m2 > 1:
        notes.append(
            f"{cells.moved_m2:.0f} m² cut off from their units went to neighbours"
        )
    has_ground = cells.covered_by < 0
    covered = pd.DataFrame(units[~has_ground].drop(columns=units.geometry.name))
    covered["site"] = cells.covered_by[~has_ground]
    ground = units[has_ground].set_geometry(
        gpd.GeoSeries(cells.units[has_ground], units.index[has_ground], crs=units.crs)
    )
    site_ground = sites.set_geometry(
        gpd.GeoSeries(cells.sites, sites.index, crs=units.crs)
    )
    return Grounds(ground.reset_index(drop=True), site_ground, outlines, covered, notes)


def _clean(units: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Return polygons as a coverage; refuse those that really overlap."""
    cleaned, report = clean_coverage(units, id_column="unit_id")
    if report.was_clean:
        return units
    large = [p for p in report.overlaps_before if p.area_m2 > _OVERLAP_NOISE_M2]
    if large:
        raise BadUnits(
            f"units overlap in {len(large)} places, the largest {large[0]}; "
            "each spot may belong to one unit only"
        )
    if report.lost:
        raise BadUnits(f"unit {report.lost[0]!r} has no area that is its own")
    notes += report.lines()
    return cleaned


def _outlines(
    territory: Territory, units: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    if territory.villages is not None:
        return territory.villages
    if not territory.has_points:
        grouped = units.groupby("label", sort=True).groups
        shapes = [
            shapely.coverage_union_all(_array(units.loc[rows]))
            for rows in grouped.values()
        ]
        return gpd.GeoDataFrame(
            {"label": list(grouped)}, geometry=shapes, crs=units.crs
        )
    xy = np.unique(shapely.get_coordinates(_array(units)), axis=0)
    spacing = 100.0
    if len(xy) > 1:
        spacing = float(np.median(np.asarray(cKDTree(xy).query(xy, k=2)[0])[:, 1]))
    land = shapely.buffer(shapely.convex_hull(shapely.multipoints(xy)), spacing)
    notes.append(
        "no outlines were given: the territory is the convex hull of the points and "
        f"{spacing:.0f} m around it"
    )
    return gpd.GeoDataFrame({"label": [""]}, geometry=[land], crs=units.crs)


def _labelled(
    units: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
    territory: Territory,
    notes: list[str],
) -> gpd.GeoDataFrame:
    """Return units whose labels all have an outline, and no outline without a unit."""
    if territory.villages is None:
        return units
    known = set(outlines["label"])
    if (units["label"] == "").all():
        spots = shapely.point_on_surface(_array(units))
        nearest = shapely.STRtree(_array(outlines)).nearest(spots)
        units = units.assign(label=outlines["label"].to_numpy()[nearest])
    unknown = sorted(set(units["label"]) - known)
    if unknown:
        raise BadUnits(
            f"units: label {unknown[0]!r} has no village outline; "
            f"the outlines are {', '.join(sorted(known)[:_SAMPLES])}, ..."
        )
    empty = sorted(known - set(units["label"]))
    if not empty:
        return units
    notes.append(
        f"{len(empty)} villages without units become one unit each, without load; "
        f"the first is {empty[0]}"
    )
    rows = outlines.set_index("label").loc[empty]
    shapes = _array(rows)
    if territory.has_points:
        shapes = shapely.point_on_surface(shapes)
    extra = gpd.GeoDataFrame(
        {"unit_id": [f"{name}-0" for name in empty], "label": empty, "load": 0.0},
        geometry=shapes,
        crs=units.crs,
    )
    if not territory.has_points:
        extra = extra.assign(settlement_id=extra["unit_id"], unit_kind="unit")
    joined = pd.concat([units, extra], ignore_index=True)
    order = joined["unit_id"].argsort(kind="stable")
    return gpd.GeoDataFrame(joined.iloc[order].reset_index(drop=True), crs=units.crs)


def _sites(
    territory: Territory, outlines: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Return the sites in the order of their ids, each with the village it is in."""
    columns = ["site_id", "label", "name", "category", "grid_id"]
    if territory.sites is None or territory.sites.empty:
        empty = {name: pd.Series(dtype=object) for name in columns}
        return gpd.GeoDataFrame(empty, geometry=[], crs=outlines.crs)
    sites = territory.sites.sort_values("site_id", kind="stable")
    sites = sites.reset_index(drop=True)
    for name in columns[1:]:
        if name not in sites:
            sites = sites.assign(**{name: "" if name != "grid_id" else None})
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
            label[i] = known[int(np.argmax(shares))]
    return sites.assign(label=label)[[*columns, sites.geometry.name]]


def _anchors(
    units: gpd.GeoDataFrame,
    village: IntArray,
    lands: Shapes,
    sites: gpd.GeoDataFrame,
    site_village: IntArray,
) -> NDArray[np.float64]:
    free = lands.copy()
    for number in np.unique(site_village).tolist():
        taken = shapely.union_all(_array(sites)[site_village == number])
        free[number] = shapely.difference(lands[number], taken)
        if shapely.is_empty(free[number]):
            raise BadUnits("exclusive sites cover a whole village; nothing is left")
    return place_units(units, free[village])


def _cuts(territory: Territory) -> Shapes:
    """Return the rivers and ridges, which cells do not cross.

    Roads lead to sites: a border along a road would go through them, and a site lies
    in exactly one grid. Cutting along them would also part a settlement from its own
    houses.
    """
    if territory.lines is None or territory.lines.empty:
        return np.empty(0, object)
    kept = territory.lines["kind"].isin(["river", "ridge"])
    return shapely.get_parts(_array(territory.lines[kept]))


def _note_split(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, notes: list[str]
) -> None:
    split = int((after["settlement_id"].value_counts() > 1).sum())
    if split:
        kinds = after["unit_kind"].value_counts()
        notes.append(
            f"{split} settlements of {len(before)} were split into "
            f"{int(kinds.get('group', 0))} villager groups and "
            f"{int(kinds.get('block', 0))} household blocks"
        )


def _note_clipped(sites: gpd.GeoDataFrame, grounds: Shapes, notes: list[str]) -> None:
    lost = shapely.area(_array(sites)) - shapely.area(grounds)
    for i in np.flatnonzero(np.abs(lost) > 1.0).tolist():
        change = "lost" if lost[i] > 0 else "gained"
        notes.append(
            f"site {sites['site_id'].iloc[i]} {change} {abs(lost[i]):.0f} m²: it is "
            f"kept inside village {sites['label'].iloc[i]}"
        )


def _nobody(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(units.iloc[:0].drop(columns=units.geometry.name)).assign(
        site=np.empty(0, np.int64)
    )


def _array(frame: gpd.GeoDataFrame) -> Shapes:
    return np.asarray(frame.geometry.values, object)
