"""Balance and tighten a partition: annealed moves and swaps under a band of loads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.annealing import anneal
from planning.contact import IntArray
from planning.graph import PLAIN_COST, UnitGraph
from planning.kernels import LOG_TABLE

_STAGES = 64
# Cut edges per percentage point outside the band, from the first stage to the last.
_PRICE = (0.05, 20.0)
_HEAT = (0.8, 0.15)
# A previous plan is a better start than chance: it is only warmed, not melted.
_HEAT_KEPT = (0.2, 0.05)
_PRICE_KEPT = (5.0, 20.0)
# A neighbourhood with a grid outside the band.
_HEAT_AGAIN = (0.45, 0.12)
_PRICE_AGAIN = (0.5, 1.0)


@dataclass(frozen=True)
class Band:
    """Loads of a grid that cost nothing, and the load that is 100 %."""

    low: int
    high: int
    ideal: int


@dataclass(frozen=True)
class Kept:
    """What a redraw holds on to.

    Attributes
    ----------
    home : ndarray of int64, shape (n,)
        Part of each unit in the previous plan, -1 for new units.
    stay : ndarray of int64, shape (n,)
        Price of leaving it, in units of `graph.PLAIN_COST`.
    fixed : ndarray of bool, shape (n,)
        Units that never move.
    """

    home: IntArray
    stay: IntArray
    fixed: NDArray[np.bool_]


def nothing_kept(size: int) -> Kept:
    """Return the `Kept` of a plan from scratch."""
    zero = np.zeros(size, np.int64)
    return Kept(zero - 1, zero, np.zeros(size, bool))


def refine(
    graph: UnitGraph,
    part: IntArray,
    parts: int,
    band: Band,
    kept: Kept,
    tries_per_unit: int,
    seed: int,
) -> IntArray:
    """Return a better partition with the same number of connected parts.

    The input is not changed. The number of proposals is ``tries_per_unit`` times the
    units; the price of imbalance rises and the temperature falls over them.
    """
    redraw = bool((kept.home >= 0).any())
    heat, price = (_HEAT_KEPT, _PRICE_KEPT) if redraw else (_HEAT, _PRICE)
    return _run(graph, part, parts, band, kept, heat, price, tries_per_unit, seed)


def anneal_again(
    graph: UnitGraph,
    part: IntArray,
    parts: int,
    band: Band,
    kept: Kept,
    tries_per_unit: int,
    seed: int,
    price_pct: float,
) -> IntArray:
    """Return a neighbourhood divided anew at a price per percent outside the band."""
    heat = _HEAT_AGAIN
    price = (_PRICE_AGAIN[0], _PRICE_AGAIN[1] * price_pct)
    return _run(graph, part, parts, band, kept, heat, price, tries_per_unit, seed)


def _run(
    graph: UnitGraph,
    part: IntArray,
    parts: int,
    band: Band,
    kept: Kept,
    heat: tuple[float, float],
    price: tuple[float, float],
    tries_per_unit: int,
    seed: int,
) -> IntArray:
    part = part.copy()
    if parts < 2:
        return part
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    anneal(
        graph.indptr,
        graph.indices,
        source,
        np.lexsort((source, graph.indices)),
        graph.cost,
        graph.load,
        part,
        parts,
        band.low,
        band.high,
        max(1, band.ideal),
        kept.home,
        kept.stay,
        kept.fixed,
        _schedule(heat),
        _schedule(price),
        max(1, graph.size * tries_per_unit // _STAGES),
        seed,
        LOG_TABLE,
    )
    return part


def _schedule(ends: tuple[float, float]) -> IntArray:
    first, last = ends
    step = (last / first) ** (np.arange(_STAGES) / (_STAGES - 1))
    return np.round(PLAIN_COST * first * step).astype(np.int64)
