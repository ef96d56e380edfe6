"""How many grids each region gets: minimax apportionment, and the bound it proves.

A grid may not cross a region's line, so a region of load P with k grids has grids of
P/k on average, and some grid is at least ``|P/(k I) - 1|`` off the ideal I. The method
picks whole numbers k (at least 1, at most the region's units, summing exactly) whose
largest such deviation is the least possible; what is left free goes as Huntington and
Hill give seats: where one more grid lowers the sum over all grids of the squares of
their deviations most. So a large region has its fair number although a small one forces
a large deviation. The least possible deviation is printed with the plan.

An oversized unit has a grid of its own wherever it lies, and is no reason to give its
region more of them: it is laid aside first, and the grids that are left are shared by
the load that is left.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from planning.errors import BadQuota
from planning.graphs.contact import IntArray
from planning.graphs.oversized import peeled_ideal
from planning.graphs.regions import OWN_GRID_SHARE

# What the method is called beside its result.
METHOD = "minimax apportionment (Huntington-Hill for what is free)"

_BISECTIONS = 60
_NOTHING: Mapping[tuple[int, int], float] = MappingProxyType({})


@dataclass(frozen=True)
class Quota:
    """Grids per region and the least possible maximum deviation, as a fraction."""

    grids: IntArray
    bound: float


def share_grids(
    load: IntArray,
    region: IntArray,
    grids: int,
    size: tuple[float, float] | None = None,
    before: IntArray | None = None,
    proven: Mapping[tuple[int, int], float] = _NOTHING,
) -> Quota:
    """Share `grids` over regions: one to each oversized unit, the rest by the rest.

    What an oversized unit leaves of its region gets no grid where it is lighter than
    half of one: it goes with the unit.

    Parameters
    ----------
    load : ndarray of int64, shape (n,)
        Load of each unit.
    region : ndarray of int64, shape (n,)
        Numbered from 0, each has units.
    grids : int
        The number to share.
    size : tuple of float or None
        As in `apportion`; oversized is then what is heavier than the largest.
    before : ndarray of int64, shape (n_regions,), optional
        As in `apportion`.
    proven : mapping of (int, int) to float
        As in `apportion`; not regarded where there are oversized units.

    Returns
    -------
    Quota
        Its bound is that of all loads, oversized ones too.

    Raises
    ------
    BadQuota
        As `apportion` does.
    """
    units = np.bincount(region)
    total = np.zeros(len(units), np.int64)
    np.add.at(total, region, load)
    quota = apportion(total, units, grids, size, before, proven)
    heavy = _to_lay_aside(load, region, grids, size)
    if len(units) == 1 or not len(heavy):
        return quota
    alone = np.bincount(region[heavy], minlength=len(units))
    rest = total.copy()
    np.subtract.at(rest, region[heavy], load[heavy])
    left, others = grids - len(heavy), units - alone
    least = OWN_GRID_SHARE * float(rest.sum()) / left if size is None else size[0]
    shares = _with_a_share(alone, rest, others, left, least)
    given = alone.copy()
    left_before = None if before is None else (before - alone)[shares]
    given[shares] += apportion(
        rest[shares], others[shares], left, size, left_before
    ).grids
    return Quota(given, quota.bound)


def apportion(
    load: IntArray,
    units: IntArray,
    grids: int,
    size: tuple[float, float] | None = None,
    before: IntArray | None = None,
    proven: Mapping[tuple[int, int], float] = _NOTHING,
) -> Quota:
    """Share `grids` over regions.

    Parameters
    ----------
    load : ndarray of int64, shape (n_regions,)
        Load of each region, not negative.
    units : ndarray of int64, shape (n_regions,)
        How many units each region has: it cannot have more grids.
    grids : int
        The number to share.
    size : tuple of float or None
        Least and largest load of a grid: each region gets a number whose mean lies
        between them, where it has one and the sum allows it.
    before : ndarray of int64, shape (n_regions,), optional
        Grids of each region in the plan in force: with `size` it keeps their number,
        where that is of this size.
    proven : mapping of (int, int) to float
        Least deviation of a region with so many grids, where more than its mean is
        known of it.

    Raises
    ------
    BadQuota
        If there are fewer grids than regions or more than units.
    """
    regions, total = len(load), int(load.sum())
    if grids < regions:
        raise BadQuota(
            f"{grids} grids cannot serve {regions} regions, which need one each; "
            f"ask for at least {regions}"
        )
    if grids > int(units.sum()):
        raise BadQuota(
            f"{grids} grids are more than the {int(units.sum())} units; "
            f"ask for at most {int(units.sum())}"
        )
    if total == 0:
        load, total = units, int(units.sum())
    if size is not None:
        for low, high in _ranges_of_size(load, units, size, before):
            if sum(low) <= grids <= sum(high):
                given = _fill(load, low, high, grids)
                off = np.abs(load * grids / (given * float(total)) - 1.0)
                return Quota(given, float(off.max()))
    tight = _least_tolerance(load, units, grids, total, proven)
    low, high = _ranges(load, units, grids, total, tight, proven)
    return Quota(_fill(load, low, high, grids), float(tight))


def _to_lay_aside(
    load: IntArray, region: IntArray, grids: int, size: tuple[float, float] | None
) -> IntArray:
    """Return the oversized units, the heaviest of them where grids are few."""
    heavy = peeled_ideal(load, grids)[0]
    if size is not None:
        heavy = heavy[load[heavy] > size[1]]
    heavy = heavy[np.argsort(-load[heavy], kind="stable")]
    regions = int(region.max()) + 1
    while len(heavy) + regions - len(np.unique(region[heavy])) > grids:
        heavy = heavy[:-1]
    return heavy


def _with_a_share(
    alone: IntArray, rest: IntArray, others: IntArray, left: int, least: float
) -> IntArray:
    """Return the regions that share the grids left over by oversized units.

    All without such a unit; and, the heaviest rest first, those whose rest is no
    lighter than `least` or whose units are needed to fill the grids.
    """
    sure = np.flatnonzero(alone == 0)
    open_ = np.flatnonzero((alone > 0) & (others > 0))
    open_ = open_[np.argsort(-rest[open_], kind="stable")]
    for region in open_.tolist():
        enough = int(others[sure].sum()) >= left
        if len(sure) == left or (enough and rest[region] < least):
            break
        sure = np.append(sure, region)
    return np.sort(sure)


def _least_tolerance(
    load: IntArray,
    units: IntArray,
    grids: int,
    total: int,
    proven: Mapping[tuple[int, int], float],
) -> Fraction:
    low, high = Fraction(0), Fraction(1)
    while not _feasible(load, units, grids, total, high, proven):
        low, high = high, high * 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _feasible(load, units, grids, total, middle, proven):
            high = middle
        else:
            low = middle
    return high


def _feasible(
    load: IntArray,
    units: IntArray,
    grids: int,
    total: int,
    tolerance: Fraction,
    proven: Mapping[tuple[int, int], float],
) -> bool:
    low, high = _ranges(load, units, grids, total, tolerance, proven)
    if any(a > b for a, b in zip(low, high, strict=True)):
        return False
    return sum(low) <= grids <= sum(high)


def _ranges(
    load: IntArray,
    units: IntArray,
    grids: int,
    total: int,
    tolerance: Fraction,
    proven: Mapping[tuple[int, int], float],
) -> tuple[list[int], list[int]]:
    """Return the least and largest number of grids of each region at a tolerance."""
    ideal = Fraction(total, grids)
    most, most_in = (ideal * (1 + tolerance)).as_integer_ratio()
    least, least_in = (ideal * (1 - tolerance)).as_integer_ratio()
    is_free = tolerance >= 1
    low, high = [], []
    for share, count in zip(load.tolist(), units.tolist(), strict=True):
        if share == 0:
            low.append(1)
            high.append(count if is_free else 1)
            continue
        low.append(max(1, -((-share * most_in) // most)))
        high.append(count if is_free else min(count, share * least_in // least))
    for region, number in sorted(proven):
        if proven[region, number] > tolerance and number == low[region]:
            low[region] += 1
    for region, number in sorted(proven, reverse=True):
        if proven[region, number] > tolerance and number == high[region]:
            high[region] -= 1
    return low, high


def _ranges_of_size(
    load: IntArray,
    units: IntArray,
    size: tuple[float, float],
    before: IntArray | None,
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the least and largest number of grids of each region for a size band.

    First with the numbers of the plan in force where they fit, if there is one.
    """
    low = np.clip(np.ceil(load / size[1]), 1, units).astype(np.int64)
    high = np.clip(np.floor(load / size[0]), low, units).astype(np.int64)
    if before is not None:
        fits = (low <= before) & (before <= high)
        yield (
            np.where(fits, before, low).tolist(),
            np.where(fits, before, high).tolist(),
        )
    yield low.tolist(), high.tolist()


def _fill(load: IntArray, low: list[int], high: list[int], grids: int) -> IntArray:
    """Give what is left, one by one, where it lowers the squares most."""
    given = list(low)
    heap = [
        (_change(p, k), i) for i, (p, k) in enumerate(zip(load, given, strict=True))
    ]
    heapq.heapify(heap)
    left = grids - sum(given)
    while left:
        _, i = heapq.heappop(heap)
        if given[i] >= high[i]:
            continue
        given[i] += 1
        left -= 1
        heapq.heappush(heap, (_change(load[i], given[i]), i))
    return np.asarray(given, np.int64)


def _change(load: np.int64, grids: int) -> Fraction:
    """Return the change of a region's sum of squared loads by one more grid."""
    return -Fraction(int(load) ** 2, grids * (grids + 1))
