"""Steps of a chain: the worst grid is helped first, as cheaply as can be."""

import numpy as np
import pytest

from planning.division.redrawing.chain import FAR, begin_chain, go, next_step, take_back
from planning.division.redrawing.ledger import Rule, may_leave, price_of
from planning.graphs.wholeness import make_walk
from tests.planning.small_graphs import books_of, lattice

_ROWS = np.repeat(np.arange(3), 6)
# Rows weigh 21, 57 and 93; a step of unit 6 to the first makes them 28, 50 and 93.
_LOAD = np.arange(1, 19)
# Chance leaves some units out: with so many numbers each is asked at some time.
_SEEDS = range(40)


def _begun(u=6, b=0):
    net, plan = books_of(lattice(3, 6, _LOAD), _ROWS, _ROWS, 3)
    chain = begin_chain(5)
    go(net, plan, chain, 0, u, b)
    return net, plan, chain


def _steps(rule, most=FAR, first=(6, 0)):
    net, plan, chain = _begun(*first)
    for seed in _SEEDS:
        state = np.array([seed], np.uint64)
        paid = next_step(net, plan, rule, make_walk(18), chain, 1, most, state)
        yield (int(paid), *(int(x) for x in chain.step)) if paid != FAR else None


@pytest.mark.parametrize(
    ("low", "high", "ways"),
    [
        # The first row lacks: units of the second may come, but not the one just gone.
        (45, 60, [(u, 0) for u in (7, 8, 9, 10, 11, 12)]),
        # The second has too much: its units may go to either side.
        (0, 45, [(u, b) for b in (0, 2) for u in range(7, 12)]),
    ],
)
def test_the_worst_grid_of_the_chain_is_helped_by_the_cheapest_unit(low, high, ways):
    rule, walk = Rule(low, high, 2, 3), make_walk(18)
    net, plan, _ = _begun()
    allowed = {
        (int(price_of(net, plan, rule, u, b)), u, b)
        for u, b in ways
        if may_leave(net, plan, walk, u)
    }
    found = {step for step in _steps(rule) if step is not None}
    assert found <= allowed
    assert min(found)[0] == min(allowed)[0]


def test_who_has_just_moved_does_not_move_back():
    rule = Rule(0, 100, 2, 3)
    net, plan, _ = _begun(11, 2)
    assert price_of(net, plan, rule, 11, 1) < 0
    found = filter(None, _steps(rule, first=(11, 2)))
    assert {u for _, u, _ in found} == {12}


def test_no_step_is_told_where_nothing_lies_outside_or_all_cost_too_much():
    assert set(_steps(Rule(0, 100, 2, 3))) == {None}
    dear = min(filter(None, _steps(Rule(0, 45, 2, 3))))[0]
    assert set(_steps(Rule(0, 45, 2, 3), dear - 1)) == {None}


def test_a_chain_that_is_taken_back_leaves_everybody_at_home():
    net, plan, chain = _begun()
    go(net, plan, chain, 1, 12, 1)
    go(net, plan, chain, 2, 6, 1)
    take_back(net, plan, chain, 3)
    assert (plan.part == _ROWS).all()
    assert plan.weight.tolist() == [21, 57, 93]
    assert plan.count[0] == 0
