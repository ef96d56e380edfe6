"""What is asked of the layers of a plan before anything is drawn."""

import geopandas as gpd
import numpy as np
import shapely

from geo.frames import UNIT_COLUMNS, require_columns, require_unique
from planning.division.redrawing.redraw import PARTS
from planning.errors import BadLock, BadQuota, BadUnits
from planning.graphs.contact import MIN_CONTACT_M, FloatArray
from planning.units.territory import POINTS, PlanPolicy, Territory

# From the shortest border that counts to more than a county is wide.
_WIDTHS_M = (MIN_CONTACT_M, 100_000.0)
# Sums of a load that are balanced without loss.
_TOTALS = (1e-9, 1e15)


def check_territory(territory: Territory) -> None:
    """Raise unless the layers can be planned.

    Raises
    ------
    BadUnits
        Nothing to plan, a missing or negative load, ids that repeat, empty or mixed
        geometry.
    BadLock
        Locks without a previous plan, or for units that are none.
    """
    _check_units(territory.units)
    _check_also(territory)
    for name in ("villages", "sites", "lines", "spots"):
        layer = getattr(territory, name)
        if layer is not None and layer.crs is None:
            raise BadUnits(f"{name}: no CRS is stated; write one into the file")
    if territory.villages is not None:
        require_unique(territory.villages, "label", "villages")
        _check_shapes(territory.villages, "label", "villages")
    if territory.sites is not None:
        require_unique(territory.sites, "site_id", "exclusive sites")
        _check_shapes(territory.sites, "site_id", "exclusive sites")
    _check_previous(territory)
    _check_locks(territory)


def check_lines(territory: Territory, policy: PlanPolicy) -> None:
    """Raise if what is asked of lines has none to be asked of.

    Raises
    ------
    BadQuota
        A kind is forbidden, or blocks are to be cut, and no such line is there.
    """
    kinds = set() if territory.lines is None else set(territory.lines["kind"])
    bare = [kind for kind in policy.forbidden if kind not in kinds]
    if bare:
        raise BadQuota(f"no {bare[0]} is known to forbid; give its lines as --barriers")
    if policy.cut_blocks and not kinds:
        raise BadQuota("no line is known to cut blocks along; give them as --barriers")


def scale_notes(units: gpd.GeoDataFrame) -> list[str]:
    """Return a note if polygons have a size that units in metres never have.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons in a metric CRS.
    """
    width = float(np.sqrt(np.median(shapely.area(units.geometry.values))))
    if _WIDTHS_M[0] <= width <= _WIDTHS_M[1]:
        return []
    return [
        f"half of the units are below {width:.3g} m wide: check that the coordinates "
        f"are metres; units whose border is below {MIN_CONTACT_M:g} m count as apart"
    ]


def _check_units(units: gpd.GeoDataFrame) -> None:
    require_columns(units, UNIT_COLUMNS, "units")
    if len(units) == 0:
        raise BadUnits("units: nothing to plan, the layer has no rows")
    require_unique(units, "unit_id", "units")
    load = units["load"].to_numpy(np.float64)
    bad = ~np.isfinite(load) | (load < 0)
    if bad.any():
        row = units.iloc[int(np.flatnonzero(bad)[0])]
        raise BadUnits(
            f"units: load of {row['unit_id']!r} is {row['load']}; "
            "it must be a number that is not negative"
        )
    if not load.sum() > 0:
        raise BadUnits("units: nothing to plan, the loads sum to 0")
    _check_total("load", load)
    if units.crs is None:
        raise BadUnits("units: no CRS is stated; write one into the file")
    kinds = set(units.geometry.geom_type.fillna("nothing"))
    missing = shapely.is_missing(units.geometry.values) | shapely.is_empty(
        units.geometry.values
    )
    if missing.any():
        name = units["unit_id"].iloc[int(np.flatnonzero(missing)[0])]
        raise BadUnits(f"units: {name!r} has no geometry")
    if not kinds <= POINTS and not kinds <= {"Polygon", "MultiPolygon"}:
        raise BadUnits(
            f"units: geometry is {', '.join(sorted(kinds))}; "
            "give all points, or all polygons"
        )


def _check_shapes(layer: gpd.GeoDataFrame, column: str, what: str) -> None:
    """Raise if an outline is no polygon, or one that crosses itself."""
    shapes = np.asarray(layer.geometry.values, object)
    flat = np.flatnonzero(shapely.get_dimensions(shapes) != 2)
    if len(flat):
        name, shape = layer[column].iloc[int(flat[0])], shapes[flat[0]]
        kind = "nothing" if shape is None else shape.geom_type
        raise BadUnits(f"{what}: {name!r} is {kind}; an outline is a polygon")
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    if len(bad):
        name = layer[column].iloc[int(bad[0])]
        why = shapely.is_valid_reason(shapes[bad[0]])
        raise BadUnits(f"{what}: the outline of {name!r} is broken: {why}; mend it")


def _check_total(name: str, load: FloatArray) -> None:
    """Raise if loads sum to what cannot be told apart as whole numbers."""
    least, most = _TOTALS
    if not least <= load.sum() <= most:
        raise BadUnits(
            f"units: {name} sums to {load.sum():g}, outside {least:g}..{most:g}; "
            "write it in another unit"
        )


def _check_also(territory: Territory) -> None:
    """Raise unless every further load is a number at or above 0, not all of them 0."""
    require_columns(territory.units, dict.fromkeys(territory.also), "units")
    for name in territory.also:
        load = territory.units[name].to_numpy(np.float64)
        bad = ~np.isfinite(load) | (load < 0)
        if bad.any():
            row = territory.units.iloc[int(np.flatnonzero(bad)[0])]
            raise BadUnits(
                f"units: {name} of {row['unit_id']!r} is {row[name]}; "
                "it must be a number that is not negative"
            )
        if not load.sum() > 0:
            raise BadUnits(f"units: {name} sums to 0; there is nothing to balance")
        _check_total(name, load)


def _check_previous(territory: Territory) -> None:
    """Raise if the previous plan is of other units."""
    if territory.previous is None:
        return
    if territory.previous.empty:
        raise BadLock("previous plan: it holds no units; leave it out to plan anew")
    known = set(territory.previous.index.astype(str).str.replace(PARTS, "", regex=True))
    known |= set(territory.previous.index.astype(str))
    if not known & set(territory.units["unit_id"].astype(str)):
        raise BadLock(
            f"previous plan: none of its {len(territory.previous)} units is in the "
            f"units; its first is {territory.previous.index[0]!r}, "
            f"theirs {territory.units['unit_id'].iloc[0]!r}"
        )


def _check_locks(territory: Territory) -> None:
    if not territory.locked:
        return
    if territory.previous is None:
        raise BadLock("locks need a previous plan: a locked unit keeps its grid in it")
    unknown = sorted(territory.locked - set(territory.previous.index))
    if unknown:
        raise BadLock(
            f"{len(unknown)} locked units are not in the previous plan, "
            f"the first is {unknown[0]!r}"
        )
    _check_lock_lines(territory)


def _check_lock_lines(territory: Territory) -> None:
    """Raise if the locked units of one previous grid lie on both sides of a line."""
    assert territory.previous is not None
    units = territory.units.assign(unit_id=territory.units["unit_id"].astype(str))
    held = units[units["unit_id"].isin(territory.locked)]
    home = held["unit_id"].map(territory.previous)
    labels = held.groupby(home)["label"].agg(lambda own: sorted(set(map(str, own))))
    torn = labels[labels.map(len) > 1]
    if len(torn):
        first, second = torn.iloc[0][:2]
        raise BadLock(
            f"locked units of grid {torn.index[0]!r} lie in {first!r} and {second!r}, "
            "and no grid may straddle that line; unlock one side"
        )
