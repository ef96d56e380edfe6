"""What hard lines cost, and what could be had instead: printed before planning.

"Never cross a village" and "equal tasks" conflict by arithmetic where villages are
small. The offers say by how much: another number of grids whose bound is lower, every
grid inside a size band with a free number per village, or tiny villages joined, each to
the neighbour that a plan would join it to. They are made when the ground is known: a
piece of a village that lies apart needs grids of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from planning.division.quotas.quota import METHOD, apportion
from planning.errors import BadQuota
from planning.graphs.contact import FloatArray
from planning.graphs.graph import integer_loads
from planning.graphs.regions import Land, least_alone

# How far the free number may be from the wanted one, and the step of the search.
_FREE_SHARE, _FREE_TRIES = 0.10, 5
# A village below this share of the ideal would be joined to a neighbour.
TINY_SHARE = 0.5


@dataclass(frozen=True)
class Offer:
    """What would have a lower bound: `bound` is a fraction."""

    bound: float
    grids: int
    joined: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offers:
    """Another number of grids, and tiny villages joined to neighbours, if they help."""

    free_number: Offer | None = None
    join: Offer | None = None


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
    land: Land, labels: list[str], grids: int, hosts: Callable[[], Mapping[str, str]]
) -> Offers:
    """Return what would lower the bound of the lines on this ground.

    All are bounds: a plan may be less even, as its units allow.

    Parameters
    ----------
    land : Land
        With a region for each piece of a village that may have a grid of its own.
    labels : list of str
        What the labels of `land` are called.
    grids : int
        Base grids wanted.
    hosts : callable
        Returns which village takes in which if those below `TINY_SHARE` of a grid are
        joined.
    """
    bound = _bound_on(land, grids)
    return Offers(
        _free_number(land, grids, bound), _joined(land, labels, grids, bound, hosts)
    )


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


def _bound_on(land: Land, grids: int) -> float:
    """Return the least possible largest deviation of so many grids, a fraction."""
    region = land.regions(grids).region
    total = np.zeros(int(region.max()) + 1, np.int64)
    np.add.at(total, region, land.load)
    quota = apportion(total, np.bincount(region), grids)
    return max(quota.bound, least_alone(land.load, region, grids))


def _free_number(land: Land, grids: int, bound: float) -> Offer | None:
    """Return the number near the wanted one with the lowest bound, if it is lower."""
    reach = max(1, int(grids * _FREE_SHARE))
    step = max(1, reach // _FREE_TRIES)
    least, most = len(np.unique(land.label)), len(land.load)
    offers = [
        Offer(_bound_on(land, number), number)
        for number in range(grids - reach, grids + reach + 1, step)
        if least <= number <= most
    ]
    best = min(offers, key=lambda offer: (offer.bound, abs(offer.grids - grids)))
    return best if best.bound < bound else None


def _joined(
    land: Land,
    labels: list[str],
    grids: int,
    bound: float,
    hosts: Callable[[], Mapping[str, str]],
) -> Offer | None:
    """Return what it gives to join the tiny villages, if that is more even."""
    load = np.bincount(land.label, land.load)
    if load.min() >= TINY_SHARE * load.sum() / grids:
        return None
    host = hosts()
    _, label = np.unique([host.get(n, n) for n in labels], return_inverse=True)
    least = _bound_on(replace(land, label=label[land.label]), grids)
    tiny = tuple(name for name in labels if name in host)
    return Offer(least, grids, tiny) if least < bound else None


def bound_line(units: pd.DataFrame, grids: int, whole: bool = False) -> str:
    """Return what hard lines cost by arithmetic alone; the quota is called by its name.

    Parameters
    ----------
    units : DataFrame
        ``label, load``.
    grids : int
    whole : bool
        Whether units stay whole, so that the heaviest has a say too.
    """
    load = units.groupby("label", sort=True)["load"].sum().to_numpy(np.float64)
    bound = lines_bound(load, grids, float(units["load"].max()) if whole else 0.0)
    if bound is None:
        return f"{grids} grids are fewer than the villages, which need one each"
    return (
        f"{grids} grids under hard lines, quota by {METHOD}: no plan can come below "
        f"{100 * bound:.2f} % largest deviation"
    )


def offer_lines(offers: Offers) -> list[str]:
    """Return the offers as lines to print."""
    lines = []
    if free := offers.free_number:
        lines.append(
            f"  offer: {free.grids} grids come down to {100 * free.bound:.2f} % at best"
        )
    if join := offers.join:
        lines.append(
            f"  offer: joining {len(join.joined)} tiny villages to neighbours "
            f"(--join-tiny {TINY_SHARE:g}) comes down to {100 * join.bound:.2f} % at "
            f"best (first {join.joined[0]})"
        )
    return lines
