"""Grids per region by what can be reached there, not by arithmetic alone.

A region whose mean grid is near the ideal may still have no connected grids near it,
because it hangs on few units. So small regions are settled exactly. Where that proves
more than the mean does, the quota is shared out once more, and another region takes a
grid or gives one. The least deviation of the last sharing is the bound of the lines.
"""

import numpy as np

from planning.division.quotas.quota import Quota, share_grids
from planning.division.quotas.settle import settle
from planning.graphs.bits import MOST_UNITS
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, subgraph

# Sets of units that are looked at, in a region and in all; and sharings.
_STEPS, _STEPS_IN_ALL, _ROUNDS = 300_000, 6_000_000, 40


def share_within_reach(
    graph: UnitGraph,
    region: IntArray,
    grids: int,
    tolerance: float,
    size: tuple[float, float] | None = None,
    before: IntArray | None = None,
) -> Quota:
    """Return the grids of each region, and the least deviation of any sharing.

    Parameters
    ----------
    graph : UnitGraph
        Edges inside regions only; each region connected.
    region : ndarray of int64, shape (n,)
        Numbered from 0, each has units.
    grids : int
        The number to share.
    tolerance : float
        Deviation that costs nothing, a fraction: a region is asked for no less.
    size, before : optional
        As in `share_grids`. With a size, and with oversized units, it is arithmetic
        that shares.

    Raises
    ------
    BadQuota
        As `share_grids` does.
    """
    quota = share_grids(graph.load, region, grids, size, before)
    ideal = float(graph.load.sum()) / grids
    if size is not None or not 0 < graph.load.max() <= ideal:
        return quota
    units = np.bincount(region)
    nodes = np.split(np.argsort(region, kind="stable"), np.cumsum(units)[:-1])
    load = np.bincount(region, graph.load)
    proven: dict[tuple[int, int], float] = {}
    asked, left = set[tuple[int, int]](), _STEPS_IN_ALL
    for _ in range(_ROUNDS):
        known, bound = len(proven), max(tolerance, quota.bound)
        far = np.abs(load / quota.grids - ideal)
        for r in np.argsort(-far, kind="stable").tolist():
            pair = r, int(quota.grids[r])
            if pair[1] == 1 or units[r] > MOST_UNITS or pair in asked or left <= 0:
                continue
            asked.add(pair)
            inner, steps = subgraph(graph, nodes[r]), min(left, _STEPS)
            found = settle(inner, pair[1], ideal, bound * ideal, np.inf, steps)
            left -= found.steps
            if found.least > bound * ideal:
                proven[pair] = found.least / ideal
        if len(proven) == known:
            break
        quota = share_grids(graph.load, region, grids, before=before, proven=proven)
    return quota
