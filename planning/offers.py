"""What hard lines cost, and what could be had instead: printed before planning.

"Never cross a village" and "equal tasks" conflict by arithmetic where villages are
small. The offers say by how much: another number of grids whose bound is lower, every
grid inside a size band with a free number per village, or tiny villages joined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planning.contact import FloatArray, IntArray
from planning.errors import BadQuota
from planning.quota import apportion

# How far the free number may be from the wanted one, and the step of the search.
_FREE_SHARE, _FREE_TRIES = 0.10, 5
# A village below this share of the ideal would be joined to a neighbour.
_TINY_SHARE = 0.5


@dataclass(frozen=True)
class Band:
    """The least and the largest load that a grid should have."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise BadQuota(f"size band {self.low:g}-{self.high:g} is empty")


def lines_bound(load: FloatArray, grids: int) -> float | None:
    """Return the least possible largest deviation under hard lines, a fraction.

    None if there are more villages than grids.
    """
    if grids < len(load):
        return None
    return apportion(_whole(load), np.full(len(load), grids), grids).bound


def make_offers(units: pd.DataFrame, grids: int) -> dict[str, Any]:
    """Return the bound of the lines and what would lower it.

    Parameters
    ----------
    units : DataFrame
        ``label, load``.
    grids : int
        Base grids wanted.

    Returns
    -------
    dict
        ``bound_pct``; ``free_number`` {grids, bound_pct} or None; ``join`` {villages,
        bound_pct} or None: the bound if the tiny villages were no villages of their
        own.
    """
    by_label = units.groupby("label", sort=True)["load"].sum()
    load = by_label.to_numpy(np.float64)
    bound = lines_bound(load, grids)
    return {
        "bound_pct": _pct(bound),
        "free_number": _free_number(load, grids, bound),
        "join": _joined(by_label, grids, bound),
    }


def grids_in_band(units: pd.DataFrame, band: Band) -> int:
    """Return how many grids there are if each village has its grids inside a band.

    The number of each village is free: the one whose mean grid is nearest the middle
    of the band.

    Raises
    ------
    BadQuota
        If a village cannot be divided into grids inside the band.
    """
    by_label = units.groupby("label", sort=True)["load"].sum()
    middle = (band.low + band.high) / 2
    total = 0
    for label, load in by_label.items():
        least, most = int(np.ceil(load / band.high)), int(load // band.low)
        if least > most:
            below = load / max(1, least)
            raise BadQuota(
                f"village {label!r} of load {load:g} has no number of grids inside "
                f"{band.low:g}-{band.high:g}; the nearest is {max(1, least)} of "
                f"{below:g} each"
            )
        total += int(np.clip(round(load / middle), max(1, least), most))
    return total


def _free_number(
    load: FloatArray, grids: int, bound: float | None
) -> dict[str, Any] | None:
    """Return the number near the wanted one with the lowest bound, if it is lower."""
    reach = max(1, int(grids * _FREE_SHARE))
    step = max(1, reach // _FREE_TRIES)
    numbers = [n for n in range(grids - reach, grids + reach + 1, step) if n > 0]
    bounds = {n: b for n in numbers if (b := lines_bound(load, n)) is not None}
    if not bounds:
        return None
    best = min(bounds, key=lambda n: (bounds[n], abs(n - grids)))
    if bound is not None and bounds[best] >= bound:
        return None
    return {"grids": best, "bound_pct": _pct(bounds[best])}


def _joined(
    by_label: "pd.Series[float]", grids: int, bound: float | None
) -> dict[str, Any] | None:
    load = by_label.to_numpy(np.float64)
    tiny = load < _TINY_SHARE * load.sum() / grids
    if not tiny.any() or tiny.all():
        return None
    # Their people go to villages that are large enough to take them in any shares.
    rest = load[~tiny] * (1 + load[tiny].sum() / load[~tiny].sum())
    joined = lines_bound(rest, grids)
    if joined is None or (bound is not None and joined >= bound):
        return None
    return {
        "villages": [str(name) for name in by_label.index[tiny]],
        "bound_pct": _pct(joined),
    }


def offer_lines(offers: Mapping[str, Any], grids: int) -> list[str]:
    """Return the offers as lines to print."""
    bound = offers["bound_pct"]
    lines = [
        f"{grids} grids under hard lines: no plan can come below "
        f"{bound:.2f} % largest deviation"
        if bound is not None
        else f"{grids} grids are fewer than the villages, which need one each"
    ]
    if offers["free_number"]:
        free = offers["free_number"]
        lines.append(
            f"  offer: {free['grids']} grids come down to {free['bound_pct']:.2f} %"
        )
    if offers["join"]:
        join = offers["join"]
        lines.append(
            f"  offer: joining {len(join['villages'])} tiny villages to neighbours "
            f"comes down to about {join['bound_pct']:.2f} % "
            f"(first {join['villages'][0]})"
        )
    return lines


def _whole(load: FloatArray) -> IntArray:
    scale = 1.0 if (load == np.round(load)).all() else 1000.0
    return np.round(load * scale).astype(np.int64)


def _pct(bound: float | None) -> float | None:
    return None if bound is None else round(100 * bound, 4)
