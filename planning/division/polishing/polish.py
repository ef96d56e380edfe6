"""Polish: grids outside the band are divided anew with those around them.

The annealing of a whole territory leaves a tail. What is left outside is passed on from
grid to grid. Around each grid that is still outside a neighbourhood is annealed on its
own, at a high price of imbalance and by its own chance; where that is not enough, every
way to divide a few grids anew is looked through. Small neighbourhoods come first: they
leave most borders alone. What a search brings is kept if it costs no more than before;
only chains may cut more borders, within a budget, for what they bring into the band.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.division.polishing.anew import Depth
from planning.division.polishing.links import Effort
from planning.division.polishing.patches import Patches
from planning.division.search.refine import make_schedule
from planning.division.task import Task
from planning.graphs.bits import MOST_UNITS
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST

_TRIES_PER_UNIT = 2_000
_HEAT = (0.45, 0.12)
# Grids of a re-split.
_SPLIT_GRIDS = (2, 3, 4, 5, 6, 7)
# Half as far outside, or less, is better than nothing.
_EASES = (0.0, 0.25, 0.0, 0.5, 0.75)
# Most re-splits end early: a set allowed costs about as much as this of a proposal.
_SET_COST = 0.1


class _Chains(NamedTuple):
    """Chains from each grid outside the band, see `Effort` and `Depth`.

    Attributes
    ----------
    grids, zones, links : int
    sets, below : int
        Sets of units looked at in each zone.
    cap : float
        Load that may lie outside on the way, as a share of the ideal.
    budget : int
        How much more the borders may cost, in cut edges.
    """

    grids: int
    zones: int
    links: int
    sets: int
    below: int
    cap: float
    budget: int


# Cheap ones first. Their length, and sets of units looked at for each grid: so many per
# unit of the territory, which in small ones is re-split anyway, and in all.
_CHAINS = (
    _Chains(2, 0, 300, 500, 0, 0.055, 15),
    _Chains(2, 0, 300, 2_000, 0, 0.055, 25),
    _Chains(3, 15, 60, 5_000, 300, 0.055, 25),
    _Chains(3, 30, 60, 10_000, 300, 0.055, 25),
    _Chains(4, 30, 60, 20_000, 300, 0.055, 25),
    _Chains(5, 30, 60, 20_000, 300, 0.09, 40),
)
_LENGTH, _SETS_PER_UNIT, _SETS_IN_ALL = 15, 200, 1_000_000
# Price of a shade of what is wrong on the way, in cost of borders, and how much chance
# counts.
_SHADE_PRICE, _CHAIN_CHANCE = PLAIN_COST // 10, PLAIN_COST
# Chains are for what lies far away: among so few grids a re-split reaches everything.
_NEAR = 12


class _Turn(NamedTuple):
    """One turn over the grids outside the band.

    Attributes
    ----------
    size, price : int
        Grids per annealed neighbourhood (0: none), and the price of one percent outside
        the band in cut edges.
    splits, sets : int
        Re-splits that are tried per grid, and sets of units looked at in each.
    most : int
        Units of a re-split; those of more than a word are coarse, and come last.
    """

    size: int
    price: int
    splits: int = 0
    sets: int = 0
    most: int = MOST_UNITS


_TURNS = (
    _Turn(5, 40), _Turn(8, 100),
    _Turn(5, 200, 6, 1_000), _Turn(8, 200, 12, 3_000), _Turn(12, 200, 12, 3_000),
    _Turn(6, 400, 16, 10_000), _Turn(18, 400, 24, 10_000),
    *[_Turn(0, 400, 60, 20_000)] * 3,
    _Turn(9, 400, 60, 20_000), _Turn(26, 400, 60, 20_000, 200),
    *[_Turn(0, 400, 60, 20_000)] * 4,
    _Turn(14, 400, 32, 20_000, 200), _Turn(40, 400, 32, 20_000, 200),
)  # fmt: skip
# Turns over everything; another start is worth more than another such turn.
_WHOLE = 2


def polish(
    task: Task, part: IntArray, tries: int, seed: int, chains: bool = True
) -> IntArray:
    """Return the partition with less load outside the band, or the same.

    Parameters
    ----------
    task : Task
        Of a connected graph.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    tries : int
        Proposals after which it ends, however many grids are left outside.
    chains : bool
        Whether to pass on what grids have too much or too little first.
    """
    plan = Patches(task, part.copy())
    rng = np.random.default_rng(seed)
    if chains and not task.kept.has_homes:
        pass_on_all(plan, rng)
    whole = 0
    for turn in _TURNS:
        whole += turn.size >= task.parts
        outside = plan.outside()
        if whole > _WHOLE or not outside.any():
            break
        for name in worst_first(outside):
            if outside[name] == 0 or tries <= 0:
                break
            tries -= _mend(plan, name, turn, rng)
            if turn.size >= task.parts:
                break
    return plan.part


def pass_on_all(
    plan: Patches,
    rng: np.random.Generator,
    sets: int = _SETS_IN_ALL,
    stuck: NDArray[np.bool_] | None = None,
) -> None:
    """Pass on what grids outside the band, but not the stuck ones, have wrong.

    Looks at so many sets of units in each chain at most.
    """
    if plan.task.parts <= _NEAR:
        return
    sets = min(sets, _SETS_PER_UNIT * plan.task.graph.size)
    for chains in _CHAINS:
        outside = plan.outside()
        if stuck is not None:
            outside[stuck] = 0
        cap = max(1, int(chains.cap * plan.task.band.ideal))
        depth = Depth(chains.sets, chains.below, cap, _CHAIN_CHANCE)
        budget = chains.budget * PLAIN_COST
        effort = Effort(
            chains.grids, chains.zones, chains.links, _LENGTH, sets,
            _SHADE_PRICE, budget, depth,
        )  # fmt: skip
        for name in np.lexsort((np.arange(len(outside)), -outside)).tolist():
            if outside[name] == 0:
                break
            if plan.is_outside(name):
                plan.pass_on(name, effort, int(rng.integers(2**32)))


def _mend(plan: Patches, name: int, turn: _Turn, rng: np.random.Generator) -> int:
    """Divide the surroundings of a grid anew; return what it cost, in proposals."""
    if not plan.is_outside(name):
        return 0
    spent = 0
    if turn.size:
        schedule = make_schedule(_HEAT, (0.5, float(turn.price)))
        names = plan.around(name, turn.size)
        chance = int(rng.integers(2**32))
        spent += plan.anneal(names, schedule, _TRIES_PER_UNIT, chance)
    for trial in range(turn.splits):
        if not plan.is_outside(name):
            break
        plan.split(
            name,
            _SPLIT_GRIDS[trial % len(_SPLIT_GRIDS)],
            turn.most,
            _EASES[trial % len(_EASES)],
            turn.sets,
            int(rng.integers(2**32)),
        )
        spent += int(turn.sets * _SET_COST)
    return spent


def worst_first(outside: IntArray) -> list[int]:
    """Return the grids by how far outside the band they lie, then by number."""
    return np.argsort(-outside, kind="stable").tolist()
