"""Which regions are swept, and which are tidied up by many short rounds.

Swept are those of a wide band, and grids of some, not of very many units.
"""

import numpy as np
import pytest

from planning.division import connected
from planning.division.connected import Effort, divide_connected
from planning.division.polishing.tidying import PATIENT, TIDY, WARM
from planning.division.task import make_band, task_from_nothing
from planning.graphs.graph import build_graph, cut_edges
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


def uneven_task(side, grids, tolerance=0.01):
    load = np.random.default_rng(3).integers(80, 120, side * side)
    return task_of(lattice(side, side, load), grids, tolerance)


def divided(side, grids, tolerance, best=False):
    task = uneven_task(side, grids, tolerance)
    part = divide_connected(task, Effort(0, 100, 2, 1, 1, 1, best))
    assert is_partition(task.graph, part, grids)
    return task.outside(part)


@pytest.mark.parametrize(("side", "best"), [(_SIDE, False), (16, True)])
def test_a_wide_band_is_swept_and_kept(swept, side, best):
    assert not divided(side, side, 0.05, best).any()
    assert set(swept) == {side * side}


def test_a_large_region_is_searched_as_long_as_its_units_have_contacts(monkeypatch):
    asked = []
    monkeypatch.setattr(connected, "_LARGE", 100)
    monkeypatch.setattr(
        connected, "sweep", lambda _, part, visits, __: asked.append([visits]) or part
    )
    monkeypatch.setattr(
        connected, "tidy", lambda _, part, rounds, *__: asked[-1].append(rounds) or part
    )
    rows, load = np.arange(400).reshape(20, 20), np.ones(400, np.int64)
    u, v = (side.ravel() for side in (rows[:, :-1], rows[:, 1:]))
    down, aslant = rows[:-1].ravel(), rows[1:].ravel()
    for far in ([v, aslant], [v, aslant, rows[1:, 1:].ravel()]):
        near = [u, down, rows[:-1, :-1].ravel()][: len(far)]
        ends = np.concatenate(near), np.concatenate(far)
        graph = build_graph(load, *ends, np.full(len(ends[0]), 1024))
        divide_connected(task_of(graph, 20, 0.05), Effort(0, 1_400, 2, 1, 1, 1, False))
    squares, triangles = asked
    assert squares == [10640, 15, 34]
    assert [more / less for more, less in zip(triangles, squares, strict=True)] == (
        pytest.approx([1.475] * 3, rel=0.03)
    )


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


@pytest.fixture
def tidied(monkeypatch):
    """The proposals per unit of the rounds by which was tidied up, search by search."""
    tries, tidy = [], connected.tidy

    def tell(task, part, rounds, seed, way=TIDY):
        tries.append(way.tries)
        return tidy(task, part, rounds, seed, way)

    monkeypatch.setattr(connected, "tidy", tell)
    return tries


@pytest.mark.parametrize(
    ("side", "grids", "tolerance"),
    [(_SIDE, 26, 0.01), (71, 250, 0.01), (_SIDE, 26, 0.05)],
)
def test_where_bands_are_narrow_or_grids_small_rounds_are_short(
    tidied, side, grids, tolerance
):
    assert not divided(side, grids, tolerance).any()
    assert max(tidied) < TIDY.tries / 4


@pytest.mark.parametrize(("side", "grids"), [(_SIDE, 60), (18, 32)])
def test_grids_of_few_units_are_tidied_by_visits_in_small_regions_too(
    tidied, side, grids
):
    divided(side, grids, 0.01)
    assert set(tidied) == {WARM.tries} == {PATIENT.tries}


@pytest.mark.parametrize(
    ("side", "grids", "tolerance"), [(_SIDE, 4, 0.05), (16, 16, 0.01)]
)
def test_large_grids_in_wide_bands_and_small_regions_have_long_rounds(
    tidied, side, grids, tolerance
):
    divided(side, grids, tolerance)
    assert set(tidied) == {TIDY.tries}


@pytest.mark.parametrize(
    ("grids", "tolerance", "way", "tidy", "long_rounds", "share"),
    [(100, 0.01, "BRISK", 2, 2, 0.98), (200, 0.05, "COOL", 4, 0.5, 0.995)],
    ids=["narrow", "wide"],
)
def test_many_short_rounds_cut_fewer_borders(
    monkeypatch, grids, tolerance, way, tidy, long_rounds, share
):
    task = uneven_task(40, grids, tolerance)
    effort = Effort(0, 600, 2, tidy, 1, 1, False)
    short = divide_connected(task, effort)
    monkeypatch.setattr(connected, way, TIDY)
    monkeypatch.setattr(connected, f"_{way}_ROUNDS", long_rounds)
    long = divide_connected(task, effort)
    assert not task.outside(short).any()
    assert cut_edges(task.graph, short) < share * cut_edges(task.graph, long)


@pytest.mark.parametrize(
    ("above", "first"), [(1.0, "polish"), (1.0097, "tidy")], ids=["room", "no room"]
)
def test_where_almost_no_grid_gets_inside_nothing_is_passed_on_before_tidying(
    monkeypatch, above, first
):
    called = []

    def note(name, part):
        called.append(name)
        return part

    monkeypatch.setattr(connected, "polish", lambda _t, part, *_: note("polish", part))
    monkeypatch.setattr(connected, "tidy", lambda _t, part, *_: note("tidy", part))
    graph = lattice(30, 30, np.random.default_rng(0).integers(5_000, 7_000, 900))
    ideal = float(graph.load.sum()) / 90 / above
    task = task_from_nothing(graph, 90, make_band(graph, 90, ideal, 0.01))
    divide_connected(task, Effort(0, 1_000, 2, 1, 1, 1, False))
    assert called[0] == first
    assert "polish" in called


@pytest.mark.parametrize(
    ("grids", "tolerance", "is_sliced"),
    [(30, 0.01, True), (30, 0.05, False), (15, 0.01, False)],
    ids=["few units", "wide", "many units"],
)
def test_pairs_are_looked_through_where_few_units_meet_a_narrow_band(
    monkeypatch, grids, tolerance, is_sliced
):
    looked_through = []

    def note(_task, part, sets, _seed):
        looked_through.append(sets)
        return part

    monkeypatch.setattr(connected, "slice_often", note)
    task = uneven_task(15, grids, tolerance)
    divide_connected(task, Effort(0, 200, 2, 1, 1, 7, False))
    assert looked_through == ([7 * 225] if is_sliced else [])


def test_a_strip_is_shared_from_its_top_also_where_grids_must_be_all_but_equal():
    graph = lattice(3, 300, np.random.default_rng(0).integers(20, 100, 900))
    ideal = float(graph.load.sum()) / 60 / 1.009
    task = task_from_nothing(graph, 60, make_band(graph, 60, ideal, 0.01))
    part = divide_connected(task, Effort(0, 1_000, 2, 2, 1, 1, False))
    # As a whole, without its shares settled first, 23 stay outside.
    assert np.count_nonzero(task.outside(part)) < 15


def test_where_many_grids_are_outside_areas_are_begun_and_nothing_is_mended(
    monkeypatch,
):
    areas, mended = [], []
    divide, mend = connected.divide_afresh, connected.polish

    def begin(task, tries, area, seed):
        areas.append(area)
        return divide(task, 1 if area == task.graph.size else tries, area, seed)

    def note(task, part, *rest):
        mended.append(np.count_nonzero(task.outside(part)))
        return mend(task, part, *rest)

    monkeypatch.setattr(connected, "divide_afresh", begin)
    monkeypatch.setattr(connected, "polish", note)
    task = uneven_task(_SIDE, 40)
    divide_connected(task, Effort(0, 400, 2, 1, 1, 1, False))
    assert areas[0] > areas[1]
    assert max(mended) <= 40 / 8


@pytest.mark.parametrize(
    ("side", "grids", "mean"), [(26, 68, 1.0), (18, 32, 1.0), (26, 34, 1.008)]
)
def test_grids_of_few_units_are_begun_once_and_all_come_into_a_narrow_band(
    monkeypatch, side, grids, mean
):
    """By areas of five grids and chains, where a whole annealing leaves many out.

    Few are also twenty, where the mean is near an end of the band.
    """
    areas, begin = [], connected.divide_afresh

    def tell(task, tries, area, *rest, **more):
        areas.append(area)
        return begin(task, tries, area, *rest, **more)

    monkeypatch.setattr(connected, "divide_afresh", tell)
    load = np.random.default_rng(4).integers(20, 100, side * side)
    graph = lattice(side, side, load)
    band = make_band(graph, grids, float(load.sum()) / grids / mean, 0.01)
    task = task_from_nothing(graph, grids, band)
    part = divide_connected(task, Effort(0, 5_000, 2, 4, 1, 1, best=False))
    assert is_partition(task.graph, part, grids)
    assert not task.outside(part).any()
    assert areas == [5 * side * side // grids]


def test_where_a_mean_is_near_an_end_of_the_band_exchanges_cut_fewer_borders(
    monkeypatch,
):
    load = np.random.default_rng(5).integers(50, 150, _SIDE * _SIDE)
    graph = lattice(_SIDE, _SIDE, load)
    band = make_band(graph, 34, float(load.sum()) / 34 / 1.008, 0.01)
    task = task_from_nothing(graph, 34, band)
    effort = Effort(0, 200, 2, 2, 1, 1, False)
    by_exchanges = divide_connected(task, effort)
    monkeypatch.setattr(connected, "_ROOM", 0.0)
    by_chance = divide_connected(task, effort)
    assert not task.outside(by_exchanges).any()
    assert cut_edges(graph, by_exchanges) < 0.97 * cut_edges(graph, by_chance)
