"""Names of grids after a redraw: as few people as can be get another one."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.redrawing.naming import match_names
from planning.division.redrawing.redraw import Previous

GRIDS = 4


def free(home):
    return Previous(home, np.zeros(len(home), bool), 1.0)


@st.composite
def redraws(draw):
    """Loads, parts, and the grids before; -1 for units that are new."""
    size = draw(st.integers(2, 30))
    load, part, home = (
        draw(st.lists(st.integers(least, most), min_size=size, max_size=size))
        for least, most in ((0, 9), (0, GRIDS - 1), (-1, GRIDS - 1))
    )
    return np.array(load), np.array(part), np.array(home)


@settings(max_examples=60, deadline=None)
@given(redraws())
def test_no_other_names_keep_more_load_with_its_name(redraw):
    load, part, home = redraw
    kept = match_names(load, part, free(home))
    assert len(set(kept.values())) == len(kept)
    stays = sum(int(load[(part == a) & (home == b)].sum()) for a, b in kept.items())
    most = max(
        sum(int(load[(part == a) & (home == b)].sum()) for a, b in enumerate(names))
        for names in permutations(range(GRIDS))
    )
    assert stays == most


@settings(max_examples=30, deadline=None)
@given(redraws())
def test_a_grid_that_did_not_change_keeps_its_name(redraw):
    load, part, home = redraw
    kept = match_names(load, part, free(home))
    for a in set(part.tolist()):
        before = set(home[part == a].tolist())
        if len(before) == 1 and set(part[np.isin(home, list(before))].tolist()) == {a}:
            (name,) = before
            assert kept.get(a, -1) == name


def test_two_grids_that_meet_in_one_leave_a_name_to_the_rest():
    home = np.array([0, 0, 1, 1])
    part = np.array([0, 1, 0, 0])
    load = np.array([55, 45, 25, 25])
    assert match_names(load, part, free(home)) == {0: 1, 1: 0}


def test_a_locked_unit_keeps_the_name_of_its_grid():
    home, part = np.array([0, 0, 0, 1, 1, 1]), np.array([1, 1, 0, 0, 0, 1])
    load = np.array([9, 9, 1, 9, 9, 9])
    assert match_names(load, part, free(home)) == {0: 1, 1: 0}
    locked = Previous(home, np.arange(6) == 2, 1.0)
    assert match_names(load, part, locked) == {0: 0, 1: 1}
