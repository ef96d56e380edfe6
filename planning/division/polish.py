"""Polish: grids outside the band are divided anew with those around them, then all.

The annealing of a whole territory leaves a tail. Groups of grids are melted and cooled
anew, and what is left outside is passed on from grid to grid. Around each grid that is
still outside a neighbourhood is annealed on its own, at a high price of imbalance and
by its own chance; where that is not enough, every way to divide a few grids anew is
looked through. Small neighbourhoods come first: they leave most borders alone. In the
end groups of grids everywhere are annealed once more, to cut fewer borders. What comes
out of each is kept if it costs no more than before.
"""

from typing import NamedTuple

import numpy as np

from planning.division.pairs import Effort
from planning.division.patches import Patches
from planning.division.refine import make_schedule
from planning.division.resplit import MOST_UNITS
from planning.division.task import Task
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST
from planning.graphs.groups import group_parts

_TRIES_PER_UNIT = 2_000
_HEAT = (0.45, 0.12)
# First, groups of so many grids are melted and cooled down anew: that cuts fewer
# borders than a mended grid does.
_MELTS, _MELT_GRIDS, _MELT_TRIES = 6, 8, 1_000
_MELT_HEAT, _MELT_PRICE = (0.7, 0.3), (0.02, 100.0)
# Grids of a re-split.
_SPLIT_GRIDS = (2, 3, 4, 5, 6, 7)
# Half as far outside, or less, is better than nothing.
_EASES = (0.0, 0.25, 0.0, 0.5, 0.75)
# Most re-splits end early: a set allowed costs about as much as this of a proposal.
_SET_COST = 0.1
# What is left around heavy units: turn by turn, grids that are divided from nothing.
_RENEWED, _RENEW_TRIES = (12, 8, 16, 10, 20, 14, 24), 4_000
# To cut fewer borders: grids per group, round by round.
_TIDY_GRIDS = (7, 7, 5, 12)
_TIDY_HEAT, _TIDY_PRICE = (0.8, 0.12), (1.0, 400.0)
_TIDY_TRIES, _TIDY_PATIENCE = 1_000, 8


class _Chains(NamedTuple):
    """Chains from each grid outside the band.

    Attributes
    ----------
    sets : int
        Sets of units looked at in each pair.
    ease : float
        Share of what the first grid lies outside that may stay.
    chance, budget : int
        How much chance counts, and how much more the borders may cost, in cut edges.
    """

    sets: int
    ease: float
    chance: int
    budget: int


# Cheap ones first. How many are tried for each grid, how long they are, and what may
# lie outside on the way: shares of what lies outside first and of the ideal, and its
# price in cut edges for each percent.
_CHAINS = (
    _Chains(300, 0.0, 1, 3), _Chains(600, 0.0, 3, 5), _Chains(600, 0.4, 6, 8),
    _Chains(1_000, 0.0, 8, 12),
)  # fmt: skip
_CHAIN_TRIALS, _LINKS, _CHAIN_CAP, _CHAIN_PRICE = 40, 10, (3, 0.005), 20
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


def even_out(task: Task, part: IntArray, tries: int, seed: int) -> IntArray:
    """Return the partition melted where it lies outside the band, and evened out.

    Parameters and result as for `polish`, of which this is the first and cheapest part.
    """
    plan = Patches(task, part.copy())
    _even_out(plan, np.random.default_rng(seed), tries)
    return plan.part


def polish(task: Task, part: IntArray, tries: int, seed: int) -> IntArray:
    """Return the partition with less load outside the band, or the same.

    Parameters
    ----------
    task : Task
        Of a connected graph.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    tries : int
        Proposals after which it ends, however many grids are left outside.
    """
    plan = Patches(task, part.copy())
    rng = np.random.default_rng(seed)
    if not task.kept.has_homes:
        tries -= _even_out(plan, rng, tries)
    whole = 0
    for turn in _TURNS:
        whole += turn.size >= task.parts
        outside = plan.outside()
        if whole > _WHOLE or not outside.any():
            break
        for name in _worst_first(outside):
            if outside[name] == 0 or tries <= 0:
                break
            tries -= _mend(plan, name, turn, rng)
            if turn.size >= task.parts:
                break
    return plan.part


def tidy(task: Task, part: IntArray, rounds: int, seed: int) -> IntArray:
    """Return the partition with fewer borders cut and no more load outside the band.

    It takes so many rounds at most, and ends when several in a row brought nothing.
    """
    plan = Patches(task, part.copy())
    schedule = make_schedule(_TIDY_HEAT, _TIDY_PRICE)
    in_vain = 0
    for turn in range(rounds):
        in_vain += 1
        groups = max(1, task.parts // _TIDY_GRIDS[turn % len(_TIDY_GRIDS)])
        group = group_parts(task.graph, plan.part, task.parts, groups, seed + turn)
        for number in range(groups):
            names = np.flatnonzero(group == number)
            if len(names) > 1:
                chance = (seed + turn) * groups + number
                if plan.anneal(names, schedule, _TIDY_TRIES, chance).is_better:
                    in_vain = 0
        if in_vain == _TIDY_PATIENCE:
            break
    return plan.part


def renew(task: Task, part: IntArray, turns: int, most: int, seed: int) -> IntArray:
    """Return the partition with its worst grids nearer to the band, or the same.

    Heavy units lie as they froze first: no search that moves units one by one sets
    two of them apart. Here their grids and those around are divided from nothing, in
    each turn for so many of those farthest outside at most.
    """
    plan = Patches(task, part.copy())
    rng = np.random.default_rng(seed)
    _pass_on(plan, rng)
    for turn in range(turns):
        outside, better = plan.outside(), False
        for name in _worst_first(outside)[:most]:
            if outside[name] > 0 and plan.is_outside(name):
                around = plan.around(name, _RENEWED[turn % len(_RENEWED)])
                chance = int(rng.integers(2**32))
                better |= plan.renew(around, _RENEW_TRIES, chance)
        if better:
            _pass_on(plan, rng)
    return plan.part


def _even_out(plan: Patches, rng: np.random.Generator, tries: int) -> int:
    """Melt, then pass on; return what it cost, in proposals."""
    spent = 0
    for _ in range(_MELTS):
        spent += _melt(plan, rng, tries - spent)
    _pass_on(plan, rng)
    return spent


def _pass_on(plan: Patches, rng: np.random.Generator) -> None:
    """Pass on what the grids outside the band have too much or too little."""
    if len(plan.outside()) <= _NEAR:
        return
    (times, share), ideal = _CHAIN_CAP, plan.task.band.ideal
    for chains in _CHAINS:
        outside = plan.outside()
        for name in _worst_first(outside):
            if outside[name] == 0:
                break
            if not plan.is_outside(name):
                continue
            effort = Effort(
                _CHAIN_TRIALS,
                _LINKS,
                chains.sets,
                int(times * outside[name] + share * ideal),
                int(chains.ease * outside[name]),
                _CHAIN_PRICE * PLAIN_COST * 100 // ideal,
                chains.chance * PLAIN_COST,
                chains.budget * PLAIN_COST,
            )
            plan.pass_on(name, effort, int(rng.integers(2**32)))


def _melt(plan: Patches, rng: np.random.Generator, tries: int) -> int:
    """Divide groups of grids around those outside from scratch; return the cost."""
    outside, spent, done = plan.outside(), 0, set[int]()
    schedule = make_schedule(_MELT_HEAT, _MELT_PRICE)
    for name in _worst_first(outside):
        if outside[name] == 0 or spent >= tries:
            break
        if name in done or not plan.is_outside(name):
            continue
        names = plan.around(name, _MELT_GRIDS)
        done.update(names.tolist())
        chance = int(rng.integers(2**32))
        spent += plan.anneal(names, schedule, _MELT_TRIES, chance).proposals
    return spent


def _worst_first(outside: IntArray) -> list[int]:
    """Return the grids by how far outside the band they lie, then by number."""
    return np.argsort(-outside, kind="stable").tolist()


def _mend(plan: Patches, name: int, turn: _Turn, rng: np.random.Generator) -> int:
    """Divide the surroundings of a grid anew; return what it cost, in proposals."""
    if not plan.is_outside(name):
        return 0
    spent = 0
    if turn.size:
        schedule = make_schedule(_HEAT, (0.5, float(turn.price)))
        names = plan.around(name, turn.size)
        chance = int(rng.integers(2**32))
        spent += plan.anneal(names, schedule, _TRIES_PER_UNIT, chance).proposals
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
