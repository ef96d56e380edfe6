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

from geo.cleaning import clean_coverage
from planning.errors import BadUnits
from planning.graphs.contact import IntArray
from planning.units.blocks import cut_blocks
from planning.units.cells import Layout, make_cells
from planning.units.checks import scale_notes
from planning.units.outlines import OVERLAP_NOISE_M2, find_outlines, label_units
from planning.units.places import single_places
from planning.units.settlements import finest_units, place_units, split_settlements
from planning.units.sites import find_sites, note_clipped, with_ground
from planning.units.territory import PlanPolicy, Territory

Shapes = NDArray[np.object_]

# Two outlines of one border lie this near: drawn twice, or rounded.
_NOISE_WIDTH_M = 0.05


@dataclass(frozen=True)
class Grounds:
    """The territory as polygons in a metric CRS.

    Attributes
    ----------
    units : GeoDataFrame
        ``unit_id, settlement_id, unit_kind, label, load`` and polygons, units without
        ground left out; in the order of the ids.
    sites : GeoDataFrame
        ``site_id, label, name, category, grid_id, overlay`` and polygons.
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


def make_grounds(territory: Territory, grids: int, policy: PlanPolicy) -> Grounds:
    """Return the ground of each unit and site.

    Parameters
    ----------
    territory : Territory
        All layers in one metric CRS, units in the order of their ids.
    grids : int
        Base grids in all; with the tolerance it decides how finely to split.
    policy : PlanPolicy
        Tolerance, how far settlements may be split, and whether blocks are cut.
    """
    units = territory.units
    notes = list(territory.notes)
    if not territory.has_points:
        units = _blocks(territory, policy, notes)
    outlines = find_outlines(territory, units, notes)
    units = label_units(units, outlines, territory, notes)
    if territory.has_points:
        units = _split(territory, units, grids, policy, notes)
    _require_own_ids(units)
    sites = find_sites(territory, outlines, notes)
    if not territory.has_points and territory.villages is None and sites.empty:
        return Grounds(units, sites, outlines, _nobody(units), notes)
    return _cut(territory, units, sites, outlines, notes)


def _blocks(
    territory: Territory, policy: PlanPolicy, notes: list[str]
) -> gpd.GeoDataFrame:
    """Return polygons as a coverage, cut along lines where that was asked for."""
    units = _clean(territory.units, notes)
    notes += scale_notes(units)
    units = units.assign(settlement_id=units["unit_id"], unit_kind="unit")
    if not policy.cut_blocks:
        return units
    pieces = cut_blocks(units, _cuts(territory), territory.also)
    if len(pieces) > len(units):
        cut = int((pieces["settlement_id"].value_counts() > 1).sum())
        count = int((pieces["unit_kind"] == "piece").sum())
        notes.append(f"{cut} blocks were cut along lines into {count} pieces")
    return pieces


def _split(
    territory: Territory,
    units: gpd.GeoDataFrame,
    grids: int,
    policy: PlanPolicy,
    notes: list[str],
) -> gpd.GeoDataFrame:
    units = single_places(units, territory.also, notes)
    ideal = float(units["load"].sum()) / grids
    finest = finest_units(units, grids, policy.tolerance)
    pieces = split_settlements(
        units, ideal, finest, policy.split, territory.also, territory.previous
    )
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
    carved = sites[~sites["overlay"]]
    cells = make_cells(_layout(territory, units, carved, outlines))
    grounds = with_ground(sites, cells.sites, outlines)
    note_clipped(sites, grounds, notes)
    if cells.moved_m2 > 1:
        notes.append(
            f"{cells.moved_m2:.0f} m² cut off from their units went to neighbours"
        )
    has_ground = cells.covered_by < 0
    if not has_ground.any():
        raise BadUnits("exclusive sites cover all units; nothing is left to plan")
    covered = pd.DataFrame(units[~has_ground].drop(columns=units.geometry.name))
    number = np.flatnonzero(~sites["overlay"])
    covered["site"] = number[cells.covered_by[~has_ground]]
    if len(covered):
        notes.append(
            f"{len(covered)} units, of a load of {covered['load'].sum():.6g}, lie in "
            "exclusive sites altogether and belong to their grids"
        )
    ground = units[has_ground].set_geometry(
        gpd.GeoSeries(cells.units[has_ground], units.index[has_ground], crs=units.crs)
    )
    return Grounds(ground.reset_index(drop=True), grounds, outlines, covered, notes)


def _layout(
    territory: Territory,
    units: gpd.GeoDataFrame,
    carved: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
) -> Layout:
    """Return what the cells are arranged from."""
    village, site_village = (_villages_of(rows, outlines) for rows in (units, carved))
    lands, shapes, anchors = _array(outlines), None, None
    if territory.has_points:
        anchors = _anchors(units, village, lands, carved, site_village)
    else:
        shapes = _array(units)
    return Layout(
        villages=lands,
        unit_village=village,
        outlines=shapes,
        anchors=anchors,
        sites=_array(carved),
        site_village=site_village,
        cuts=_cuts(territory),
        spots=_spots(territory),
        unit_ids=units["unit_id"].to_numpy(object),
        site_ids=carved["site_id"].to_numpy(object),
    )


def _villages_of(layer: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> IntArray:
    """Return in which outline each row lies."""
    # Without village outlines the cells of all labels share one piece of land.
    if len(outlines) == 1:
        return np.zeros(len(layer), np.int64)
    position = {name: i for i, name in enumerate(outlines["label"])}
    return layer["label"].map(position).to_numpy(np.int64)


def _require_own_ids(pieces: gpd.GeoDataFrame) -> None:
    """Raise if a part is called as another unit is."""
    twice = pieces[pieces["unit_id"].duplicated(keep=False)]
    if len(twice):
        name = twice["unit_id"].iloc[0]
        first, second = sorted(twice["settlement_id"][twice["unit_id"] == name])[:2]
        raise BadUnits(
            f"units: {first!r} and {second!r} would both have a unit {name!r}, which "
            "is how parts are called; give one of them another id"
        )


def _clean(units: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Return polygons as a coverage; refuse those that really overlap."""
    cleaned, report = clean_coverage(units, id_column="unit_id")
    if report.was_clean:
        return units
    found = [p for p in report.overlaps_before if p.area_m2 > OVERLAP_NOISE_M2]
    large = [p for p in found if p.width_m > _NOISE_WIDTH_M]
    if large:
        raise BadUnits(
            f"units overlap in {len(large)} places, the largest {large[0]}; "
            "each spot may belong to one unit only"
        )
    if report.lost:
        raise BadUnits(
            f"{len(report.lost)} units have no area that is their own, the first is "
            f"{report.lost[0]!r}; leave them out, and give their load to a neighbour"
        )
    notes += report.lines()
    return cleaned


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
        left = shapely.difference(lands[number], taken)
        # A site that takes all of a village takes its settlements too.
        free[number] = lands[number] if shapely.is_empty(left) else left
    return place_units(units, free[village])


def _cuts(territory: Territory) -> Shapes:
    """Return the rivers, ridges and roads, at which cells end."""
    if territory.lines is None or territory.lines.empty:
        return np.empty(0, object)
    return shapely.get_parts(_array(territory.lines))


def _spots(territory: Territory) -> Shapes:
    if territory.spots is None or territory.spots.empty:
        return np.empty(0, object)
    return shapely.get_parts(_array(territory.spots))


def _note_split(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, notes: list[str]
) -> None:
    kinds = after["unit_kind"].value_counts()
    parts = after["unit_kind"].isin(("group", "block"))
    split = int(after["settlement_id"][parts].nunique())
    if split:
        whole = before["settlement_id"].nunique()
        notes.append(
            f"{split} settlements of {whole} were split into "
            f"{int(kinds.get('group', 0))} villager groups and "
            f"{int(kinds.get('block', 0))} household blocks"
        )


def _nobody(units: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(units.iloc[:0].drop(columns=units.geometry.name)).assign(
        site=np.empty(0, np.int64)
    )


def _array(frame: gpd.GeoDataFrame) -> Shapes:
    return np.asarray(frame.geometry.values, object)
