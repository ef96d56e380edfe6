"""How many grids land gets that is cut into other regions, beside all the others.

A plan shares its grids so that the largest deviation is least, then so that the squares
are. Land that is cut anew may so give a grid to another region or take one; two would
be rare, and to share all anew for each thing to relax would take too long.
"""

import numpy as np
from numpy.typing import NDArray

from planning.division.quotas.quota import share_grids
from planning.division.trials import Divided
from planning.graphs.contact import FloatArray, IntArray

# Deviations that only rounding tells apart.
_ALMOST = 1e-9


def shared_anew(plan: Divided, nodes: IntArray, land: IntArray) -> IntArray:
    """Return the grids of each new region of some units.

    Parameters
    ----------
    plan : Divided
    nodes : ndarray of int64
        All units of some regions of the plan.
    land : ndarray of int64, shape (len(nodes),)
        Their regions of then, numbered from 0.
    """
    load = plan.graph.load[nodes]
    now = len(np.unique(plan.part[nodes]))
    others = np.ones(len(plan.regional.load), bool)
    others[plan.region[nodes]] = False
    least = int(land.max()) + 1
    found = []
    for taken in (0, -1, 1):
        if not least <= now + taken <= len(nodes):
            continue
        if (elsewhere := _elsewhere(plan, others, -taken)) is None:
            continue
        share = _share(load, land, now + taken)
        total = np.bincount(land, load) / plan.ideal
        off = max(float(_off(total, share).max()), elsewhere[0])
        squares = float((total**2 / share).sum()) + elsewhere[1]
        found.append((round(off / _ALMOST), squares, tuple(share.tolist())))
    return np.array(min(found)[2], np.int64)


def _share(load: IntArray, land: IntArray, grids: int) -> IntArray:
    return share_grids(load, land, grids).grids if land.any() else np.array([grids])


def _elsewhere(
    plan: Divided, others: NDArray[np.bool_], taken: int
) -> tuple[float, float] | None:
    """Return the largest deviation of the others, and by how much their squares grow.

    If one of them takes so many grids, the best one; None if there is none.
    """
    held, grids, units = plan.regional
    off = np.where(others, _off(held, grids), 0.0)
    if taken == 0:
        return float(off.max()), 0.0
    can = np.flatnonzero(others & (grids + taken >= 1) & (grids + taken <= units))
    if not len(can):
        return None
    worst = np.full(len(off), off.max())
    at = int(off.argmax())
    worst[at] = np.delete(off, at).max(initial=0.0)
    then = grids[can] + taken
    most = np.maximum(_off(held[can], then), worst[can])
    growth = held[can] ** 2 / then - held[can] ** 2 / grids[can]
    best = np.lexsort((growth, np.round(most / _ALMOST)))[0]
    return float(most[best]), float(growth[best])


def _off(held: FloatArray, grids: IntArray) -> FloatArray:
    """Return how far grids are off; without a load no number of them is better."""
    return np.where(held > 0, np.abs(held / grids - 1.0), 0.0)
