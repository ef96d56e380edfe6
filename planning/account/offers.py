"""What hard lines cost, and what could be had instead: printed before planning.

"Never cross a village" and "equal tasks" conflict by arithmetic where villages are
small. The offers say by how much: another number of grids whose bound is lower, every
grid inside a size band with a free number per village, or tiny villages joined, each to
the neighbour that a plan would join it to.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planning.division.quotas.quota import METHOD, apportion
from planning.errors import BadQuota
from planning.graphs.contact import FloatArray
from planning.graphs.graph import integer_loads

# How far the free number may be from the wanted one, and the step of the search.
_FREE_SHARE, _FREE_TRIES = 0.10, 5
# A village below this share of the ideal would be joined to a neighbour.
_TINY_SHARE = 0.5


def lines_bound(load: FloatArray, grids: int, heaviest: float = 0.0) -> float | None:
    """Return the least possible largest deviation under hard lines, a fraction.

    None if there are more villages than grids.

    Parameters
    ----------
    load : ndarray of float64, shape (n_villages,)
    grids : int
    heaviest : float, default 0
        Load of the heaviest unit that stays whole.
    """
    if grids < len(load):
        return None
    quota = apportion(integer_loads(load)[0], np.full(len(load), grids), grids)
    return max(quota.bound, heaviest * grids / float(load.sum()) - 1.0)


def make_offers(
    units: pd.DataFrame,
    grids: int,
    whole: bool = False,
    hosts: Callable[[float], Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Return the bound of the lines and what would lower it.

    All are bounds: a plan may be less even, as its units and its ground allow.

    Parameters
    ----------
    units : DataFrame
        ``label, load``.
    grids : int
        Base grids wanted.
    whole : bool
        Whether units stay whole, so that the heaviest has a say too.
    hosts : callable, optional
        Gets a share, and returns which village takes in which if those below that
        share of a grid are joined. Nothing is offered without it: where villages are
        joined, another number of grids would join others.

    Returns
    -------
    dict
        ``bound_pct``; ``free_number`` {grids, bound_pct} or None; ``join`` {villages,
        bound_pct} or None.
    """
    by_label = units.groupby("label", sort=True)["load"].sum()
    load = by_label.to_numpy(np.float64)
    heaviest = float(units["load"].max()) if whole else 0.0
    bound = lines_bound(load, grids, heaviest)
    if hosts is None:
        return {"bound_pct": _pct(bound), "free_number": None, "join": None}
    return {
        "bound_pct": _pct(bound),
        "free_number": _free_number(load, grids, heaviest, bound),
        "join": _joined(by_label, grids, heaviest, bound, hosts),
    }


def grids_in_band(
    units: pd.DataFrame,
    band: tuple[float, float],
    whole: bool = False,
    before: "pd.Series[int] | None" = None,
) -> int:
    """Return how many grids there are if each village has its grids inside a band.

    The number of each village is free: the one whose mean grid is nearest the middle
    of the band, its least and largest load.

    Parameters
    ----------
    units : DataFrame
        ``label, load``.
    band : tuple of float
    whole : bool
        Whether units stay whole. Then one that is heavier than the band allows has a
        grid of its own, and what its village has beside it goes with it if that is too
        little for a grid.
    before : Series of int, optional
        Grids by label in the plan in force: a village keeps its number, if it has its
        grids inside the band with it.

    Raises
    ------
    BadQuota
        If villages cannot be divided into grids inside the band; the first and the
        widest band that all need are named.
    """
    low, high = band
    heavy = (units["load"] > high) & whole
    alone = heavy.groupby(units["label"], sort=True).sum().to_numpy(np.int64)
    by_label = units["load"].mask(heavy, 0.0).groupby(units["label"], sort=True).sum()
    load = by_label.to_numpy(np.float64)
    by_itself = (alone == 0) | (load >= low)
    least = np.maximum(1, np.ceil(load / high))
    # A village without load is one grid all the same.
    most = np.where(load > 0, np.floor(load / low), 1.0)
    bad = np.flatnonzero((least > most) & by_itself)
    if len(bad):
        first = int(bad[0])
        raise BadQuota(
            f"{len(bad)} of {len(load)} villages have no number of grids inside "
            f"{low:g}-{high:g}; the first is {by_label.index[first]!r} of load "
            f"{load[first]:g}, the nearest {least[first]:.0f} of "
            f"{load[first] / least[first]:g} each; widen the band to "
            f"{_floor(min(low, float((load / least)[bad].min())))}-{high:g}, or join "
            "tiny villages"
        )
    number = np.clip(np.round(load / ((low + high) / 2)), least, most)
    if before is not None:
        old = before.reindex(by_label.index).to_numpy(np.float64) - alone
        number = np.where((least <= old) & (old <= most), old, number)
    return int(alone.sum() + number[by_itself].sum())


def _floor(load: float) -> str:
    """Return a load as text, rounded down to three digits."""
    step = 10.0 ** (np.floor(np.log10(load)) - 2) if load > 0 else 1.0
    return f"{np.floor(load / step) * step:g}"


def _free_number(
    load: FloatArray, grids: int, heaviest: float, bound: float | None
) -> dict[str, Any] | None:
    """Return the number near the wanted one with the lowest bound, if it is lower."""
    reach = max(1, int(grids * _FREE_SHARE))
    step = max(1, reach // _FREE_TRIES)
    numbers = [n for n in range(grids - reach, grids + reach + 1, step) if n > 0]
    found = [(n, lines_bound(load, n, heaviest)) for n in numbers]
    bounds = {n: own for n, own in found if own is not None}
    if not bounds:
        return None
    best = min(bounds, key=lambda n: (bounds[n], abs(n - grids)))
    if bound is not None and bounds[best] >= bound:
        return None
    return {"grids": best, "bound_pct": _pct(bounds[best])}


def _joined(
    by_label: "pd.Series[float]",
    grids: int,
    heaviest: float,
    bound: float | None,
    hosts: Callable[[float], Mapping[str, str]],
) -> dict[str, Any] | None:
    """Return what it gives to join the tiny villages, if that is more even."""
    if not (by_label < _TINY_SHARE * by_label.sum() / grids).any():
        return None
    host = hosts(_TINY_SHARE)
    joined = by_label.groupby([host.get(name, name) for name in by_label.index]).sum()
    least = lines_bound(np.asarray(joined, np.float64), grids, heaviest)
    if least is None or (bound is not None and least >= bound):
        return None
    return {
        "villages": [str(name) for name in by_label.index if name in host],
        "bound_pct": _pct(least),
    }


def offer_lines(offers: Mapping[str, Any], grids: int) -> list[str]:
    """Return the offers as lines to print; the quota is called by its method."""
    bound = offers["bound_pct"]
    lines = [
        f"{grids} grids under hard lines, quota by {METHOD}: no plan can come below "
        f"{bound:.2f} % largest deviation"
        if bound is not None
        else f"{grids} grids are fewer than the villages, which need one each"
    ]
    if offers["free_number"]:
        free = offers["free_number"]
        lines.append(
            f"  offer: {free['grids']} grids come down to {free['bound_pct']:.2f} % at "
            "best"
        )
    if offers["join"]:
        join = offers["join"]
        lines.append(
            f"  offer: joining {len(join['villages'])} tiny villages to neighbours "
            f"(--join-tiny {_TINY_SHARE:g}) comes down to "
            f"{join['bound_pct']:.2f} % at best (first {join['villages'][0]})"
        )
    return lines


def _pct(bound: float | None) -> float | None:
    return None if bound is None else round(100 * bound, 4)
