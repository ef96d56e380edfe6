"""Which regions are swept: a wide band, and grids of some, not of very many units."""

import numpy as np
import pytest

from planning.division import connected
from planning.division.connected import Effort, divide_connected
from tests.planning.small_graphs import is_partition, lattice, task_of

_SIDE = 26


@pytest.fixture
def swept(monkeypatch):
    """The numbers of units that were swept, search by search."""
    sizes, sweep = [], connected.sweep

    def tell(task, *rest):
        sizes.append(task.graph.size)
        return sweep(task, *rest)

    monkeypatch.setattr(connected, "sweep", tell)
    return sizes


def divided(side, grids, tolerance, best=False):
    load = np.random.default_rng(3).integers(80, 120, side * side)
    task = task_of(lattice(side, side, load), grids, tolerance)
    part = divide_connected(task, Effort(0, 100, 2, 1, 1, best))
    assert is_partition(task.graph, part, grids)
    return task.outside(part)


@pytest.mark.parametrize(("side", "best"), [(_SIDE, False), (16, True)])
def test_a_wide_band_is_swept_and_kept(swept, side, best):
    assert not divided(side, side, 0.05, best).any()
    assert set(swept) == {side * side}


@pytest.mark.parametrize(
    ("grids", "tolerance"),
    [(26, 0.01), (_SIDE * _SIDE // 6, 0.05), (_SIDE * _SIDE // 70, 0.05)],
    ids=["narrow", "few units", "many units"],
)
def test_other_regions_are_annealed(swept, grids, tolerance):
    divided(_SIDE, grids, tolerance)
    assert not swept


def test_rough_starts_are_annealed(swept):
    divided(16, 16, 0.05)
    assert not swept
