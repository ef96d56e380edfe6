"""Names of grids: where serials begin, and which are never given again."""

import numpy as np

from planning.account.numbering import number_grids

VILLAGE, OTHER = "410325105001", "410325105002"
# Two columns of two; the western column is named first, from its northern end.
MIDDLE = np.array([[10.0, 0.0], [0.0, 0.0], [0.0, 9.0], [10.0, 9.0]])


def named(labels, exclusive=(False,) * 4, kept=(), retired=()):
    names = number_grids(
        labels, list(exclusive), MIDDLE[: len(labels)], dict(kept), frozenset(retired)
    )
    return [name[-3:] for name in names]


def test_serials_run_west_to_east_and_then_north_to_south():
    assert named([VILLAGE] * 4) == ["004", "002", "001", "003"]


def test_each_village_counts_for_itself():
    names = number_grids([VILLAGE, OTHER], [False] * 2, MIDDLE[:2], {})
    assert names == [f"{VILLAGE}001", f"{OTHER}001"]


def test_exclusive_grids_come_after_the_base_grids_of_their_village():
    assert named([VILLAGE] * 4, (False, True, False, False))[1] == "004"


def test_names_that_were_given_once_are_not_given_again():
    kept = {1: f"{VILLAGE}002"}
    gone = {f"{VILLAGE}001", f"{VILLAGE}004"}
    assert named([VILLAGE] * 4, kept=kept, retired=gone) == ["006", "002", "003", "005"]


def test_without_village_codes_grids_are_numbered_through():
    assert number_grids(["东村", ""], [False] * 2, MIDDLE[:2], {}) == ["G002", "G001"]
