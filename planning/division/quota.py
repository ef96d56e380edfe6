"""How many grids each region gets: minimax apportionment, and the bound it proves.

A grid may not cross a region's line, so a region of load P with k grids has grids of
P/k on average, and some grid is at least ``|P/(k I) - 1|`` off the ideal I. The method
picks whole numbers k (at least 1, at most the region's units, summing exactly) whose
largest such deviation is the least possible; what is left free goes by largest mean
load, as D'Hondt does. The least possible deviation is printed with the plan.
"""

import heapq
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from planning.errors import BadQuota
from planning.graphs.contact import IntArray

# What the method is called beside its result.
METHOD = "minimax apportionment (D'Hondt for what is free)"

_BISECTIONS = 60


@dataclass(frozen=True)
class Quota:
    """Grids per region and the least possible maximum deviation, as a fraction."""

    grids: IntArray
    bound: float


def apportion(
    load: IntArray,
    units: IntArray,
    grids: int,
    size: tuple[float, float] | None = None,
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
        low, high = _ranges_of_size(load, units, size)
        if sum(low) <= grids <= sum(high):
            given = _fill(load, low, high, grids)
            off = np.abs(load * grids / (given * float(total)) - 1.0)
            return Quota(given, float(off.max()))
    tight = _least_tolerance(load, units, grids, total)
    low, high = _ranges(load, units, grids, total, tight)
    return Quota(_fill(load, low, high, grids), float(tight))


def _least_tolerance(
    load: IntArray, units: IntArray, grids: int, total: int
) -> Fraction:
    low, high = Fraction(0), Fraction(1)
    while not _feasible(load, units, grids, total, high):
        low, high = high, high * 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _feasible(load, units, grids, total, middle):
            high = middle
        else:
            low = middle
    return high


def _feasible(
    load: IntArray, units: IntArray, grids: int, total: int, tolerance: Fraction
) -> bool:
    low, high = _ranges(load, units, grids, total, tolerance)
    if any(a > b for a, b in zip(low, high, strict=True)):
        return False
    return sum(low) <= grids <= sum(high)


def _ranges(
    load: IntArray, units: IntArray, grids: int, total: int, tolerance: Fraction
) -> tuple[list[int], list[int]]:
    """Return the least and largest number of grids of each region at a tolerance."""
    ideal = Fraction(total, grids)
    most, least = ideal * (1 + tolerance), ideal * (1 - tolerance)
    low, high = [], []
    for share, count in zip(load.tolist(), units.tolist(), strict=True):
        if share == 0:
            low.append(1)
            high.append(1 if tolerance < 1 else count)
            continue
        low.append(max(1, -((-share * most.denominator) // most.numerator)))
        free = tolerance >= 1
        high.append(
            count if free else min(count, share * least.denominator // least.numerator)
        )
    return low, high


def _ranges_of_size(
    load: IntArray, units: IntArray, size: tuple[float, float]
) -> tuple[list[int], list[int]]:
    """Return the least and largest number of grids of each region for a size band."""
    low = np.clip(np.ceil(load / size[1]), 1, units).astype(np.int64)
    high = np.clip(np.floor(load / size[0]), low, units).astype(np.int64)
    return low.tolist(), high.tolist()


def _fill(load: IntArray, low: list[int], high: list[int], grids: int) -> IntArray:
    given = list(low)
    heap = [
        (-Fraction(int(p), k), i)
        for i, (p, k) in enumerate(zip(load, given, strict=True))
    ]
    heapq.heapify(heap)
    left = grids - sum(given)
    while left:
        _, i = heapq.heappop(heap)
        if given[i] >= high[i]:
            continue
        given[i] += 1
        left -= 1
        heapq.heappush(heap, (-Fraction(int(load[i]), given[i]), i))
    return np.asarray(given, np.int64)
