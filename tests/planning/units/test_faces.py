"""Loose faces: who gets the ground that is cut off from its unit."""

import numpy as np

from planning.units.faces import Contacts, give_away


def test_a_loose_face_waits_for_its_own_side_of_a_river():
    # Three faces on one bank, only the first of them held; the river parts the third
    # from a held face on the other bank, along a longer border than any.
    contacts = Contacts(
        a=np.array([0, 1, 2]),
        b=np.array([1, 2, 3]),
        open_m=np.array([10.0, 10.0, 0.0]),
        any_m=np.array([10.0, 10.0, 50.0]),
    )
    owner = np.array([0, -1, -1, 1])
    give_away(owner, np.arange(4), np.zeros(4, np.int64), 2, contacts)
    assert owner.tolist() == [0, 0, 0, 1]


def test_a_bank_without_a_unit_goes_across_the_river():
    contacts = Contacts(
        a=np.array([0, 1]),
        b=np.array([1, 2]),
        open_m=np.array([10.0, 0.0]),
        any_m=np.array([10.0, 50.0]),
    )
    owner = np.array([-1, -1, 0])
    give_away(owner, np.arange(3), np.zeros(3, np.int64), 1, contacts)
    assert owner.tolist() == [0, 0, 0]


def test_dust_of_no_village_carries_no_owner_across_a_village_line():
    # A village of two faces with a river between them, the second of them loose; dust
    # on the village line lies between that and a unit of the village beyond.
    contacts = Contacts(
        a=np.array([0, 1, 2]),
        b=np.array([1, 2, 3]),
        open_m=np.array([0.0, 0.1, 0.1]),
        any_m=np.array([50.0, 0.1, 0.1]),
    )
    owner, village = np.array([0, -1, -1, 1]), np.array([0, 0, -1, 1])
    give_away(owner, np.arange(4), village, 2, contacts)
    assert owner.tolist() == [0, 0, 1, 1]
