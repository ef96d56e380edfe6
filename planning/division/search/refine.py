"""Balance and tighten a partition: annealed moves and swaps under a band of loads."""

from typing import NamedTuple

import numpy as np

from planning.division.search.annealing import Terms, anneal, load_factor
from planning.division.task import Band, Task
from planning.graphs.contact import IntArray
from planning.graphs.cutlist import make_net
from planning.graphs.graph import PLAIN_COST
from planning.graphs.groups import group_parts
from planning.graphs.kernels import LOG_TABLE
from planning.graphs.wholeness import make_walk

_STAGES = 64
# Units of a group whose seams are annealed, and how often they are grouped anew.
_GROUP_SIZE, _ROUNDS = 1_500, 2
# Heat in cut edges, and cut edges per percentage point outside the band, from the first
# stage to the last; hotter and dearer where the band is narrow beside the ideal.
_HEAT, _PRICE = (0.7, 0.2), (0.05, 20.0)
_NARROW = 0.06
_HEAT_NARROW, _PRICE_NARROW = (0.7, 0.3), (0.02, 20.0)
# A previous plan is a better start than chance: it is only warmed, not melted.
_HEAT_KEPT = (0.2, 0.05)
_PRICE_KEPT = (5.0, 20.0)
_HEAT_SEAMS = (0.8, 0.2)
_PRICE_SEAMS = (4.0, 100.0)
# A neighbourhood with a grid outside the band.
_HEAT_AGAIN = (0.45, 0.12)
_PRICE_AGAIN = 0.5


def is_narrow(band: Band) -> bool:
    """Return whether balance, not borders, takes most of the search."""
    return band.high - band.low < _NARROW * band.ideal


class Schedule(NamedTuple):
    """How an annealing cools down.

    Attributes
    ----------
    heats, prices : ndarray of int64, shape (stages,)
        Temperature, and price per percentage point outside the band, in units of
        `graph.PLAIN_COST`.
    """

    heats: IntArray
    prices: IntArray


def make_terms(task: Task) -> Terms:
    """Return what a plan is priced by, for compiled code."""
    band, kept = task.band, task.kept
    factor = load_factor(band.ideal)
    return Terms(band.low, band.high, factor, kept.home, kept.stay, kept.fixed)


def refine(task: Task, part: IntArray, tries_per_unit: int, seed: int) -> IntArray:
    """Return a better partition with the same number of connected parts.

    The input is not changed. The number of proposals is ``tries_per_unit`` times the
    units; the price of imbalance rises and the temperature falls over them.
    """
    heat, price = _HEAT, _PRICE
    if is_narrow(task.band):
        heat, price = _HEAT_NARROW, _PRICE_NARROW
    if task.kept.has_homes:
        heat, price = _HEAT_KEPT, _PRICE_KEPT
    return _annealed(task, part, make_schedule(heat, price), tries_per_unit, seed)


def anneal_again(
    task: Task, part: IntArray, tries_per_unit: int, seed: int, price_pct: float
) -> IntArray:
    """Return a neighbourhood divided anew at a price per percent outside the band."""
    schedule = make_schedule(_HEAT_AGAIN, (_PRICE_AGAIN, price_pct))
    return _annealed(task, part, schedule, tries_per_unit, seed)


def anneal_seams(
    task: Task, part: IntArray, tries_per_unit: int, seed: int
) -> IntArray:
    """Return a partition whose areas were divided on their own, with better seams.

    Annealed in groups of neighbouring grids, each small enough for a processor's cache,
    grouped anew in each round; cool enough that no load drifts across the territory.
    """
    part = part.copy()
    whole = make_schedule(_HEAT_SEAMS, _PRICE_SEAMS)
    groups = max(1, task.graph.size // _GROUP_SIZE)
    for turn in range(_ROUNDS):
        stages = slice(turn * _STAGES // _ROUNDS, (turn + 1) * _STAGES // _ROUNDS)
        own_stages = Schedule(whole.heats[stages], whole.prices[stages])
        group = group_parts(task.graph, part, task.parts, groups, seed * _ROUNDS + turn)
        for number in range(groups):
            names = np.flatnonzero(group == number)
            nodes = np.flatnonzero(group[part] == number)
            own = np.searchsorted(names, part[nodes])
            chance = (seed * _ROUNDS + turn) * groups + number
            inner = task.among(nodes, names)
            anneal_by(inner, own, own_stages, tries_per_unit, chance)
            part[nodes] = names[own]
    return part


def anneal_by(
    task: Task, part: IntArray, schedule: Schedule, tries_per_unit: int, seed: int
) -> None:
    """Anneal a partition in place, with so many proposals for a whole schedule."""
    if task.parts < 2:
        return
    short = part.astype(np.int32)
    anneal(
        make_net(task.graph),
        short,
        task.parts,
        make_terms(task),
        make_walk(task.graph.size),
        schedule.heats,
        schedule.prices,
        max(1, task.graph.size * tries_per_unit // _STAGES),
        seed,
        LOG_TABLE,
    )
    part[:] = short


def make_schedule(heat: tuple[float, float], price: tuple[float, float]) -> Schedule:
    """Return a schedule from the first heat and price to the last, in cut edges."""
    return Schedule(_steps(heat), _steps(price))


def _annealed(
    task: Task, part: IntArray, schedule: Schedule, tries_per_unit: int, seed: int
) -> IntArray:
    after = part.copy()
    anneal_by(task, after, schedule, tries_per_unit, seed)
    return after


def _steps(ends: tuple[float, float]) -> IntArray:
    first, last = ends
    step = (last / first) ** (np.arange(_STAGES) / (_STAGES - 1))
    return np.round(PLAIN_COST * first * step).astype(np.int64)
