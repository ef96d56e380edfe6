"""Redraw: start from the previous plan, at a price for every unit that moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning.division.starts.repair import repair
from planning.division.task import Kept
from planning.errors import BadLock
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST, UnitGraph

# Cut edges that one percent of an ideal load costs when it leaves its grid, at full
# stability.
_FULL_STABILITY = 4.0
# Percent of a grid that may move rather than one more grid be changed, where the fewest
# grids are wanted.
_TOUCH = 5.0
# What `units.settlements` and `units.blocks` add to an id: a group, and in it a block.
_PART, PARTS = r"-\d{2,3}$", r"(?:-\d{2})?(?:-\d{2,3})?$"


@dataclass(frozen=True)
class Previous:
    """The previous plan over the same units.

    Attributes
    ----------
    home : ndarray of int64, shape (n,)
        Number of the unit's previous grid, -1 for units that are new.
    fixed : ndarray of bool, shape (n,)
        Locked units: they keep their grid.
    stability : float
        0 (moving is free) to 1 (moving is dear).
    change : str
        ``people`` or ``grids``: what to change least of, if the band can be reached by
        moves at borders; ``free``: weigh it by `stability` against compactness.
    ids : ndarray of str, shape (n,), optional
        What the units are called, for what is told of them.
    """

    home: IntArray
    fixed: NDArray[np.bool_]
    stability: float
    change: str = "free"
    ids: NDArray[np.object_] | None = None

    def among(self, nodes: IntArray) -> "Previous":
        """Return the previous plan of some of the units."""
        ids = None if self.ids is None else self.ids[nodes]
        return replace(self, home=self.home[nodes], fixed=self.fixed[nodes], ids=ids)


def homes_of(
    units: pd.DataFrame, previous: "pd.Series[str]"
) -> tuple[IntArray, list[str]]:
    """Return the previous grid of each unit as a number, -1 if new, and the names.

    A part of a settlement that was whole, or split less, had the grid of what it was
    part of; a settlement that was split and is whole now had the grid of most parts.

    Parameters
    ----------
    units : DataFrame
        ``unit_id, settlement_id``.
    previous : Series of str
        Previous grid by unit id.
    """
    old = units["unit_id"].map(previous)
    for ids in _wholes_of(units):
        old = old.fillna(ids.map(previous))
    whole = pd.Series(previous.index.astype(str), previous.index)
    whole = whole.str.replace(PARTS, "", regex=True)
    sought = previous[whole.isin(set(units["settlement_id"][old.isna()]))]
    if len(sought):
        most = sought.groupby(whole).agg(lambda own: sorted(own.mode())[0])
        old = old.fillna(units["settlement_id"].map(most))
    names = sorted(old.dropna().astype(str).unique())
    number = {name: i for i, name in enumerate(names)}
    return np.array([number.get(str(n), -1) for n in old], np.int64), names


def locked_in(
    units: pd.DataFrame, previous: "pd.Series[str]", locked: frozenset[str]
) -> NDArray[np.bool_]:
    """Tell which units keep their previous grid: the locked ones and their parts.

    Where a locked part is no unit any more, as its settlement is whole or has other
    parts now, all of that which had the same grid is held.

    Parameters
    ----------
    units, previous
        As in `homes_of`.
    locked : frozenset of str
        Names of units of the previous plan.

    Raises
    ------
    BadLock
        If a locked part is no unit any more, and none of its settlement had its grid.
    """
    held = units["unit_id"].isin(locked)
    known = set(units["unit_id"])
    for ids in _wholes_of(units):
        held |= ids.isin(locked)
        known |= set(ids.dropna())
    gone = pd.Series(sorted(locked - known), dtype=object)
    if gone.empty:
        return held.to_numpy(bool)
    home, names = homes_of(units, previous)
    number = {name: i for i, name in enumerate(names)}
    settlement = units["settlement_id"].to_numpy(object)
    fixed = held.to_numpy(bool, copy=True)
    for part, whole in zip(gone, gone.str.replace(PARTS, "", regex=True), strict=True):
        parts = np.flatnonzero(settlement == whole)
        there = parts[home[parts] == number.get(str(previous[part]), -2)]
        if len(parts) and not len(there):
            raise BadLock(
                f"locked unit {part!r} is not in this plan, and no part of {whole!r} "
                f"had its grid {previous[part]!r}; lock the whole, or none of it"
            )
        fixed[there] = True
    return fixed


def grids_before(region: IntArray, home: IntArray) -> IntArray:
    """Return how many previous grids have units in each region."""
    pairs = np.unique(np.column_stack([region, home])[home >= 0], axis=0)
    return np.bincount(pairs[:, 0], minlength=int(region.max()) + 1)


def grids_by_label(units: pd.DataFrame, previous: "pd.Series[str]") -> "pd.Series[int]":
    """Return how many previous grids have units of each label.

    Parameters
    ----------
    units : DataFrame
        ``unit_id, label``; not split yet.
    previous : Series of str
        Previous grid by unit id, also of parts that units were split into.
    """
    label = units.set_index(units["unit_id"].astype(str))["label"]
    ids = pd.Series(previous.index.astype(str), previous.index)
    own = ids.map(label)
    own = own.fillna(ids.str.replace(PARTS, "", regex=True).map(label))
    return previous.groupby(own).nunique()


def oversized_in_redraw(
    graph: UnitGraph, grids: int, previous: Previous, most: float
) -> IntArray:
    """Return the units heavier than `most`, fewer than `grids`, that are to stay alone.

    Not those whose previous grid holds a locked unit besides: that one has to stay.
    """
    heavy = np.flatnonzero(graph.load > most)
    heavy = heavy[np.argsort(-graph.load[heavy], kind="stable")][: grids - 1]
    locked = np.flatnonzero(previous.fixed)
    held = previous.home[np.setdiff1d(locked, heavy)]
    return np.sort(heavy[~np.isin(previous.home[heavy], held)])


def start_from(graph: UnitGraph, grids: int, previous: Previous, seed: int) -> IntArray:
    """Return the previous plan made whole: exactly `grids` connected parts.

    Raises
    ------
    BadLock
        If a locked unit cannot stay, because its grid was in pieces or had to go.
    """
    home = _largest_grids(graph, previous, grids)
    part = _spread(graph, home)
    part = repair(graph, part, grids, seed, previous.fixed)
    torn = np.flatnonzero((part != home) & previous.fixed)
    if len(torn):
        first = "" if previous.ids is None else f" ({previous.ids[torn[0]]!r} first)"
        raise BadLock(
            f"{len(torn)} locked units cannot stay{first}: their previous grids are in "
            "pieces, or more than the grids that the quota leaves there; unlock them"
        )
    return part


def kept_in(graph: UnitGraph, start: IntArray, previous: Previous) -> Kept:
    """Return what a redraw that begins at `start` holds on to, and at which prices."""
    ideal = max(1.0, float(graph.load.sum()) / (int(start.max()) + 1))
    per_load = previous.stability * _FULL_STABILITY * PLAIN_COST * 100.0 / ideal
    stay = np.round(graph.load * per_load).astype(np.int64)
    # A unit without load still moves a household or a boundary stone.
    stay += round(previous.stability * PLAIN_COST / 16)
    home = np.where(previous.home >= 0, start, -1)
    touch = _TOUCH if previous.change == "grids" else 0.0
    return Kept(home, stay, previous.fixed, touch)


def _wholes_of(units: pd.DataFrame) -> Iterator["pd.Series[str]"]:
    """Yield what each unit is part of: group, then settlement; missing if of none."""
    ids = units["unit_id"]
    for _ in range(2):
        ids = ids.str.replace(_PART, "", regex=True)
        yield ids.where(ids.str.len() >= units["settlement_id"].str.len())


def _largest_grids(graph: UnitGraph, previous: Previous, grids: int) -> IntArray:
    """Give the `grids` heaviest previous grids numbers from 0, locked ones first."""
    names, inverse = np.unique(previous.home, return_inverse=True)
    load = np.bincount(inverse, graph.load)
    locked = np.bincount(inverse, previous.fixed) > 0
    order = np.lexsort((names, -load, ~locked))
    order = order[names[order] >= 0][:grids]
    number = np.full(len(names), -1, np.int64)
    number[np.sort(order)] = np.arange(len(order))
    return number[inverse]


def _spread(graph: UnitGraph, home: IntArray) -> IntArray:
    """Give units without a grid the grid of their dearest neighbour, outwards."""
    part = home.copy()
    if (part < 0).all():
        part[:] = 0
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    while (part < 0).any():
        edge = (part[source] < 0) & (part[graph.indices] >= 0)
        u, p = source[edge], part[graph.indices[edge]]
        order = np.lexsort((p, -graph.cost[edge], u))
        chosen, at = np.unique(u[order], return_index=True)
        part[chosen] = p[order][at]
    return part
