"""One round of tidying, compiled: group after group of grids is annealed by itself.

A group is cut out of the territory, annealed, and put back if it costs no more than
before. It is a few hundred units: short rounds would take a sixth longer if groups were
set up outside compiled code.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np

from geo.compiled import njit
from planning.division.polishing.tally import price_of_plan
from planning.division.search.annealing import Terms, anneal
from planning.division.search.refine import Schedule, make_terms
from planning.division.task import Task
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Net
from planning.graphs.kernels import LOG_TABLE
from planning.graphs.wholeness import make_walk


class Groups(NamedTuple):
    """Groups of grids, and the units that each is made of.

    Attributes
    ----------
    names, units : ndarray of int64, shape (parts,) and (n,)
        Grids and units, group after group, ascending in each.
    grid_ends, unit_ends : ndarray of int64, shape (groups + 1,)
        Where the grids and the units of each group begin, and the end of all.
    group, rank : ndarray of int64, shape (parts,)
        Group of each grid, and its number there.
    """

    names: IntArray
    units: IntArray
    grid_ends: IntArray
    unit_ends: IntArray
    group: IntArray
    rank: IntArray


def anneal_groups(
    task: Task, part: IntArray, group: IntArray, schedule: Schedule, tries: int,
    chance: int,
) -> bool:  # fmt: skip
    """Anneal each group of grids in place; return whether that made any cheaper.

    What got dearer stays as it was.

    Parameters
    ----------
    task : Task
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; changed in place.
    group : ndarray of int64, shape (parts,)
        Numbered from 0.
    tries : int
        Proposals per unit.
    chance : int
        Seed of the first group, one more for each other.
    """
    graph, band = task.graph, task.band
    is_cheaper = _anneal_groups(
        graph.indptr, graph.indices, graph.cost, graph.load, part,
        list_groups(part, group), make_terms(task), band.ideal,
        schedule.heats, schedule.prices, tries, chance, LOG_TABLE,
    )  # fmt: skip
    return bool(is_cheaper)


def list_groups(part: IntArray, group: IntArray) -> Groups:
    """Return the groups of a partition's parts, given the group of each."""
    own = group[part]
    names, units = (np.argsort(of, kind="stable") for of in (group, own))
    grid_ends, unit_ends = (np.r_[0, np.cumsum(np.bincount(of))] for of in (group, own))
    rank = np.empty(len(group), np.int64)
    rank[names] = np.arange(len(group)) - grid_ends[group[names]]
    return Groups(names, units, grid_ends, unit_ends, group, rank)


@njit(cache=True)
def members(groups: Groups, g: int) -> tuple[IntArray, IntArray]:
    """Return the grids and the units of a group."""
    return (
        groups.names[groups.grid_ends[g] : groups.grid_ends[g + 1]],
        groups.units[groups.unit_ends[g] : groups.unit_ends[g + 1]],
    )


@njit(cache=True)
def _anneal_groups(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    part: IntArray,
    groups: Groups,
    terms: Terms,
    ideal: int,
    heats: IntArray,
    prices: IntArray,
    tries: int,
    chance: int,
    log_table: IntArray,
) -> bool:
    place, is_cheaper = np.full(len(part), -1, np.int32), False
    for g in range(len(groups.grid_ends) - 1):
        names, units = members(groups, g)
        if len(names) < 2:
            continue
        net = cut_out(indptr, indices, cost, load, units, place)
        before = groups.rank[part[units]].astype(np.int32)
        after, size = before.copy(), len(units)
        own_terms = _own_terms(terms, groups, units, g)
        own_tries = max(1, size * tries // len(heats))
        anneal(
            net, after, len(names), own_terms, make_walk(size), heats, prices,
            own_tries, chance + g, log_table,
        )  # fmt: skip
        old = _price(net, before, len(names), own_terms, ideal)
        new = _price(net, after, len(names), own_terms, ideal)
        if new <= old:
            part[units] = names[after]
        is_cheaper |= new < old
    return is_cheaper


@njit(cache=True)
def _own_terms(terms: Terms, groups: Groups, units: IntArray, g: int) -> Terms:
    """Return what the units of a group are priced by, homes by their numbers in it."""
    home = np.full(len(units), -1, np.int64)
    for i in range(len(units)):
        before = terms.home[units[i]]
        if before >= 0 and groups.group[before] == g:
            home[i] = groups.rank[before]
    return Terms(
        terms.low, terms.high, terms.factor, home, terms.stay[units], terms.fixed[units]
    )


@njit(cache=True)
def price_of_net(
    net: Net, part: ShortArray, parts: int, terms: Terms, ideal: int
) -> int:
    """Return what borders and loads of a group cost, whoever is at home."""
    return price_of_plan(
        net.indptr, net.indices, net.cost, net.load, part, parts, terms.low,
        terms.high, ideal,
    )  # fmt: skip


@njit(cache=True)
def _price(net: Net, part: ShortArray, parts: int, terms: Terms, ideal: int) -> int:
    paid = price_of_net(net, part, parts, terms, ideal)
    for u in range(len(part)):
        if terms.home[u] >= 0 and terms.home[u] != part[u]:
            paid += terms.stay[u]
    return paid


@njit(cache=True)
def cut_out(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    units: IntArray,
    place: ShortArray,
) -> Net:
    """Return the graph among some units, ascending; `place` is -1 before and after."""
    size, most = len(units), 0
    for i in range(size):
        place[units[i]] = i
        most += indptr[units[i] + 1] - indptr[units[i]]
    first, near = np.zeros(size + 1, np.int32), np.empty(most, np.int32)
    paid, source = np.empty(most, np.int32), np.empty(most, np.int32)
    count = 0
    for i in range(size):
        for j in range(indptr[units[i]], indptr[units[i] + 1]):
            if place[indices[j]] >= 0:
                near[count], source[count] = place[indices[j]], i
                paid[count] = cost[j]
                count += 1
        first[i + 1] = count
    for i in range(size):
        place[units[i]] = -1
    # Rows are in the order of their far ends too.
    twin, found = np.empty(count, np.int32), first.copy()
    for j in range(count):
        twin[j] = found[near[j]]
        found[near[j]] += 1
    return Net(first, near[:count], paid[:count], load[units], source[:count], twin)
