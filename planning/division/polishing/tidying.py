"""Tidy: groups of grids everywhere are annealed once more, to cut fewer borders.

Each group is a small search of its own, and what it brings is kept if it costs no more
than before: so the search takes the better of two plans a thousand times over, where
one annealing of everything takes what it ends with.
"""

from collections.abc import Callable
from typing import NamedTuple

from planning.division.polishing.quenching import quench_groups
from planning.division.polishing.rounds import anneal_groups
from planning.division.search.refine import make_schedule
from planning.division.task import Task
from planning.graphs.contact import IntArray
from planning.graphs.groups import group_parts


class Way(NamedTuple):
    """How groups of grids are annealed.

    Attributes
    ----------
    grids : tuple of int
        Grids per group, round by round, again and again.
    heat, price : tuple of float
        Heat in cut edges, and cut edges per percentage point outside the band, at the
        start and at the end.
    tries : int
        Proposals, or visits, per unit in each round.
    patience : int
        Rounds in vain after which it ends.
    anneal : callable
        Makes a round: `rounds.anneal_groups`, or `quenching.quench_groups`.
    """

    grids: tuple[int, ...]
    heat: tuple[float, float]
    price: tuple[float, float]
    tries: int
    patience: int = 8
    anneal: Callable[..., bool] = anneal_groups


TIDY = Way((7, 7, 5, 12), (0.8, 0.12), (1.0, 400.0), 1_000)
# After an annealing of the whole: brisk, cold in the end, and loads may lie far outside
# at first, for what they are held to then costs borders. What sweeps, which move single
# units, leave where one unit is more than a band is wide is won by swaps.
COOL = Way((6, 8, 10, 12), (0.6, 0.1), (0.01, 30.0), 128, 30, quench_groups)
# In a narrow band: many short rounds among few grids.
BRISK = Way((7, 5, 9, 6), (0.5, 0.2), (0.03, 60.0), 125)
# In a narrow band of a large region: by visits, so hotter, and more often, for as much.
SWIFT = Way(BRISK.grids, (0.6, 0.2), BRISK.price, 192, anneal=quench_groups)
# Where grids hardly pass from one plan to another, for few of their units fit: by
# visits, and held to the band in the end; and the same before, hotter, to pass at all.
PATIENT = SWIFT._replace(price=(0.03, 400.0), tries=256, patience=30)
WARM = PATIENT._replace(heat=(0.9, 0.25))


def tidy(
    task: Task, part: IntArray, rounds: int, seed: int, way: Way = TIDY
) -> IntArray:
    """Return the partition with fewer borders cut and no more load outside the band.

    It takes so many rounds at most, and ends when several in a row brought nothing.

    Parameters
    ----------
    task : Task
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    part = part.copy()
    schedule = make_schedule(way.heat, way.price)
    in_vain = 0
    for turn in range(rounds):
        groups = max(1, task.parts // way.grids[turn % len(way.grids)])
        group = group_parts(task.graph, part, task.parts, groups, seed + turn)
        chance = (seed + turn) * groups
        is_better = way.anneal(task, part, group, schedule, way.tries, chance)
        in_vain = 0 if is_better else in_vain + 1
        if in_vain == way.patience:
            break
    return part
