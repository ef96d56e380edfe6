"""The plan: grids and units with their ground, and a report of how good they are."""

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from planning.account.proof import Proof


@dataclass(frozen=True)
class Plan:
    """A finished plan.

    Attributes
    ----------
    grids : GeoDataFrame
        EPSG:4326, in the order of ``grid_id``. Columns ``grid_id, kind`` (base or
        exclusive), ``overlay`` (an exclusive grid that lies on base grids),
        ``category, name, site_id, label, load, units, deviation_pct, area_m2,
        polsby_popper, clear_border_pct`` (border on road, river, ridge or village
        line), ``reason`` (why a grid is outside the tolerance, else "") and
        ``borders``: a list of ``{"to", "kind", "length_m"}``, `to` None at the edge of
        the territory.
    units : GeoDataFrame
        EPSG:4326 polygons, in the order of ``unit_id``. Columns ``unit_id,
        settlement_id, unit_kind, label, load, grid_id`` (kind: unit, settlement, group,
        block or piece), with a previous plan ``previous_id`` and with micro-grids
        ``micro_id``; a unit that an exclusive site covers wholly has no geometry and
        belongs to the site's grid.
    outlines : GeoDataFrame
        ``label``; what the grids of each label must cover, in its own CRS. One row
        covers all grids, whatever their labels.
    proof : Proof
    report : dict
        Everything that `report.json` holds.
    micro : GeoDataFrame or None
        EPSG:4326, in the order of ``micro_id``. Columns ``micro_id, grid_id, label,
        load, deviation_pct``; each lies in its grid.
    """

    grids: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    proof: Proof
    report: dict[str, Any]
    micro: gpd.GeoDataFrame | None = None

    @property
    def assignment(self) -> pd.DataFrame:
        """``unit_id, grid_id`` of every unit, in the order of the ids."""
        return pd.DataFrame(self.units[["unit_id", "grid_id"]])

    @property
    def previous(self) -> "pd.Series[str] | None":
        """Previous grid by unit id, of units that had one; None if there was no plan.

        A settlement that is split now and was not then, or the other way, counts with
        the grid that its parts had.
        """
        if "previous_id" not in self.units:
            return None
        return self.units.set_index("unit_id")["previous_id"].dropna()

    def with_report(self, **more: Any) -> "Plan":
        """Return the plan with more in its report."""
        return replace(self, report={**self.report, **more})
