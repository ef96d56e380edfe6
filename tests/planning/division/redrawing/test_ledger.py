"""The books of a plan: moves there and back leave them as if written anew."""

import numpy as np

from planning.division.redrawing.ledger import (
    Rule,
    may_leave,
    move,
    outside_of,
    price_of,
)
from planning.graphs.wholeness import make_walk
from tests.planning.small_graphs import books_of, lattice

_HOME = np.repeat(np.arange(3), 6)


def _books(part, home=_HOME):
    return books_of(lattice(3, 6, np.arange(1, 19)), part, home, 3)


def _units_of(plan, grid):
    listed, u = [], plan.first[grid]
    while u >= 0:
        listed.append(int(u))
        u = plan.after[u]
    return sorted(listed)


def test_moves_leave_the_books_as_if_they_were_written_anew():
    net, plan = _books(_HOME)
    rng = np.random.default_rng(0)
    for _ in range(200):
        u, b = int(rng.integers(18)), int(rng.integers(3))
        if plan.part[u] != b:
            move(net, plan, u, b)
    _, anew = _books(plan.part)
    assert (plan.weight == anew.weight).all()
    assert (plan.size == anew.size).all()
    away = np.flatnonzero(plan.part != _HOME)
    for books in (plan, anew):
        count = books.count[0]
        assert sorted(books.away[:count].tolist()) == away.tolist()
        assert (books.away[books.place[away]] == away).all()
        for grid in range(3):
            assert _units_of(books, grid) == np.flatnonzero(plan.part == grid).tolist()


def test_a_step_costs_what_leaves_home_and_what_lies_outside_the_band():
    net, plan = _books(_HOME)
    # Rows weigh 21, 57 and 93. Unit 7 weighs 8.
    rule = Rule(40, 60, 2, 3)
    assert [outside_of(rule, weight) for weight in (21, 57, 93)] == [21, 0, 35]
    # The first row then lacks 11 and not 19, the second still has enough.
    assert price_of(net, plan, rule, 7, 0) == 8 - 3 * 8
    move(net, plan, 7, 0)
    assert price_of(net, plan, rule, 7, 1) == 3 * 8 - 8


def test_a_unit_may_leave_if_its_grid_is_whole_without_it():
    net, plan = _books(_HOME)
    walk = make_walk(18)
    assert [may_leave(net, plan, walk, u) for u in (0, 2, 5)] == [True, False, True]
