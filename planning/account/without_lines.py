"""What a piece of land could be if a line beside it were gone: the regions of then.

Divided together with a village beside, or across forbidden lines, land is cut anew into
connected pieces; a small one that hung on its village by a link may touch another now,
and no longer come with it. So the regions are made as for a plan of then, and share the
grids that are there.
"""

from operator import attrgetter

import numpy as np

from planning.account.shares import shared_anew
from planning.division.trials import Divided, Reach
from planning.graphs.contact import IntArray
from planning.graphs.graph import joined
from planning.graphs.regions import OWN_GRID_SHARE, join_small

_BADNESS = attrgetter("badness")


def labels_beside(plan: Divided, region: int) -> list[int]:
    """Return the other labels that a region touches, ascending."""
    here = np.unique(plan.piece[plan.region == region])
    beside = plan.pieces.touching
    far = np.r_[
        beside[np.isin(beside[:, 0], here), 1], beside[np.isin(beside[:, 1], here), 0]
    ]
    return np.unique(plan.pieces.label[far]).tolist()


def joined_reach(plan: Divided, region: int, other: int) -> Reach:
    """Return how far off a region's grids are at best, divided together with a village.

    Parameters
    ----------
    plan : Divided
    region : int
    other : int
        Label of the village.
    """
    return _reach(plan, region, (_label_of(plan, region), other), plan.pieces.touching)


def opened_reach(plan: Divided, region: int) -> Reach:
    """Return how far off a region's grids are at best if its village has no lines.

    Forbidden ones within the village, that is.
    """
    return _reach(plan, region, (_label_of(plan, region),), plan.pieces.shut)


def _label_of(plan: Divided, region: int) -> int:
    return int(plan.label[np.flatnonzero(plan.region == region)[0]])


def _reach(
    plan: Divided, region: int, labels: tuple[int, ...], ways: IntArray
) -> Reach:
    """Return how far off a region's grids are at best in the land of some labels.

    Pieces of it are one where `ways` join them.
    """
    there = np.flatnonzero(np.isin(plan.pieces.label, labels))
    ways = np.searchsorted(there, ways[np.isin(ways, there).all(axis=1)])
    # Most villages are one piece, and two that touch are one.
    piece = np.zeros(len(there), np.int64)
    if len(there) > 2 or not len(ways):
        piece = joined(len(there), ways[:, 0], ways[:, 1])
    nodes = np.flatnonzero(np.isin(plan.label, labels))
    part, load = plan.part[nodes], plan.graph.load[nodes]
    land = np.zeros(len(nodes), np.int64)
    if piece.any():
        own = piece[np.searchsorted(there, plan.piece[nodes])]
        light = OWN_GRID_SHARE * plan.peeled[1]
        shapes = plan.polygons[nodes]
        land = join_small(shapes, own, land, load, light, len(np.unique(part))).region
    here = np.unique(land[plan.region[nodes] == region]).tolist()
    if plan.size is not None:
        # Oversized units are aside: they have grids of their own.
        alone = np.isin(part, part[load > plan.size[1]])
        total = np.bincount(land, np.where(alone, 0, load))
        return max((_free_reach(plan, total[r]) for r in here), key=_BADNESS)
    share = shared_anew(plan, nodes, land)
    return plan.reach(*(np.bincount(land, load)[here] / share[here]).tolist())


def _free_reach(plan: Divided, load: float) -> Reach:
    """Return how far off grids are at best, as many as fit the size band best."""
    fewest = max(1, int(2 * load / sum(plan.allowed)))
    return min((plan.reach(load / n) for n in (fewest, fewest + 1)), key=_BADNESS)
