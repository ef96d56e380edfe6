"""What a plan is made from, and what it should look like.

Frames in: `Territory`, checked once at the door (`checks`). Wishes in: `PlanPolicy`.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from planning.division.redrawing.redraw import grids_by_label
from planning.errors import BadQuota, BadUnits
from planning.graphs.borders import LINE_PRICES
from planning.units.settlements import Split

CHANGES = ("people", "grids", "free")
# Geometry of units that get a cell each.
POINTS = frozenset({"Point", "MultiPoint"})
LINE_KINDS = ("road", "river", "ridge")
_MOST_PRICE = 100.0
# METIS takes seeds of 32 bits, and searches count on from the one given.
_MOST_SEED = 2_000_000_000


@dataclass(frozen=True)
class PlanPolicy:
    """What the planner asks for.

    Attributes
    ----------
    grids : int or None
        Number of base grids; exclusive grids come on top.
    target_load : float or None
        Instead of `grids`: the load that a grid should have.
    size_band : tuple of float or None
        Instead of both: the least and the largest load of a grid; each village gets
        the number of grids that lies nearest the middle.
    tolerance : float
        Deviation from the ideal load that costs nothing, a fraction.
    seed : int
    stability : float
        With a previous plan: 0 moves freely, 1 hardly at all.
    split : Split
        How far settlements (units that are points) may be split.
    micro : int or None
        Number of micro-grids to nest in the base grids, in all.
    forbidden : tuple of str
        Kinds of line that a grid may lie across only at a bridge: where a road crosses.
    change : str
        With a previous plan: ``people`` (mend it with the least load moved), ``grids``
        (with the fewest grids touched) or ``free`` (weigh moves against compactness).
    price_list : tuple of float
        With a previous plan: tolerances whose price in people moved is told.
    line_prices : tuple of (str, float)
        Price of a border by kind, as a share of one on open ground; kinds that are
        missing keep the price of `borders.LINE_PRICES`.
    cut_blocks : bool
        Whether units that are polygons are cut along rivers, ridges and roads.
    join_below : float
        Villages below this share of the ideal load count as one with a neighbour.
    """

    grids: int | None = None
    target_load: float | None = None
    size_band: tuple[float, float] | None = None
    tolerance: float = 0.05
    seed: int = 0
    stability: float = 0.5
    split: Split = Split.BLOCKS
    micro: int | None = None
    forbidden: tuple[str, ...] = ()
    change: str = "people"
    price_list: tuple[float, ...] = ()
    line_prices: tuple[tuple[str, float], ...] = ()
    cut_blocks: bool = False
    join_below: float = 0.0

    def __post_init__(self) -> None:
        asked = (self.grids, self.target_load, self.size_band)
        if sum(wish is not None for wish in asked) != 1:
            raise BadQuota(
                "ask for a number of grids or for a target load or a size band, one "
                "of them"
            )
        if (
            self.size_band is not None
            and not 0 < self.size_band[0] <= self.size_band[1]
        ):
            raise BadQuota("size band {:g}-{:g} is empty".format(*self.size_band))
        if self.grids is not None and self.grids < 1:
            raise BadQuota(f"{self.grids} grids are none; ask for at least 1")
        if self.target_load is not None and not 0 < self.target_load < np.inf:
            raise BadQuota(f"target load {self.target_load} is no number above 0")
        if not 0 <= self.tolerance < 1:
            raise BadQuota(
                f"tolerance {self.tolerance} is no share from 0 to below 1; 5 % is 0.05"
            )
        if not 0 <= self.stability <= 1:
            raise BadQuota(f"stability {self.stability} is outside 0..1")
        unknown = [kind for kind in self.forbidden if kind not in LINE_KINDS]
        if unknown:
            raise BadUnits(
                f"{unknown[0]!r} is no kind of line; forbid {', '.join(LINE_KINDS)}"
            )
        if self.change not in CHANGES:
            raise BadQuota(f"change {self.change!r} is none of {', '.join(CHANGES)}")
        if not 0 <= self.seed <= _MOST_SEED:
            raise BadQuota(f"seed {self.seed} is outside 0..{_MOST_SEED}")
        if not 0 <= self.join_below <= 1:
            raise BadQuota(f"join-tiny {self.join_below} is outside 0..1")
        _check_prices(self)


@dataclass(frozen=True)
class Territory:
    """Layers of a territory; each states its CRS.

    Attributes
    ----------
    units : GeoDataFrame
        ``unit_id, load, label`` and if known ``groups``; all points, or all polygons.
        A unit of several points is parted: each is a unit with an equal share.
        `label` is what a grid may not straddle, "" if nothing.
    villages : GeoDataFrame or None
        ``label``; the outline of each label. Points need it to get exact outlines.
    sites : GeoDataFrame or None
        ``site_id``, and if known ``label, name, category`` and ``grid_id`` (its name
        in the previous plan, else None); one exclusive grid each. Where ``overlay`` is
        true it is not carved out: the base grids below cover its ground too.
    lines : GeoDataFrame or None
        ``kind`` (road, river or ridge); good borders.
    previous : Series or None
        Grid of the previous plan by unit id.
    locked : frozenset of str
        Units that keep their previous grid.
    used_names : frozenset of str
        Names of grids that no new grid may take.
    also : tuple of str
        Further columns of `units` that are loads to be balanced too.
    notes : tuple of str
        What a person should know of the layers; it stands in the report.
    spots : GeoDataFrame or None
        Points that must lie inside one grid: no border is drawn through them along a
        road, river or ridge.
    """

    units: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    lines: gpd.GeoDataFrame | None = None
    previous: "pd.Series[str] | None" = None
    locked: frozenset[str] = frozenset()
    used_names: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()
    spots: gpd.GeoDataFrame | None = None
    notes: tuple[str, ...] = ()

    def may_split(self, policy: PlanPolicy) -> bool:
        """Whether there may be more units than rows."""
        return self.has_points or policy.cut_blocks

    @property
    def grids_before(self) -> "pd.Series[int] | None":
        """How many grids each label had in the previous plan, if there is one."""
        if self.previous is None:
            return None
        return grids_by_label(self.units, self.previous)

    @property
    def has_points(self) -> bool:
        """Whether the units are points, which get a cell each."""
        return bool(self.units.geometry.geom_type.isin(POINTS).any())


def grids_wanted(policy: PlanPolicy, total_load: float, units: int) -> int:
    """Return the number of base grids that a policy asks for.

    Raises
    ------
    BadQuota
        If there are more grids than units.
    """
    if policy.grids is not None:
        grids = policy.grids
    else:
        middle = policy.target_load or sum(policy.size_band or ()) / 2
        grids = max(1, round(total_load / middle))
    if grids > units:
        least = f", of a load of {total_load / units:.4g} or more"
        raise BadQuota(
            f"{grids} grids are more than the {units} units; ask for at most {units}"
            f"{'' if policy.grids else least}"
        )
    return grids


def _check_prices(policy: PlanPolicy) -> None:
    for tolerance in policy.price_list:
        if not 0 < tolerance < 1:
            raise BadQuota(f"price list: tolerance {tolerance} is outside 0..1")
    for kind, price in policy.line_prices:
        if kind not in LINE_PRICES:
            raise BadUnits(
                f"{kind!r} is no kind of border; price {', '.join(LINE_PRICES)}"
            )
        if not 0 <= price <= _MOST_PRICE:
            raise BadUnits(
                f"line price of {kind} is {price:g}, outside 0..{_MOST_PRICE:g}; "
                "1 is the price of open ground"
            )
