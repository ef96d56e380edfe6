"""Edits keep their books: totals, undo, and what they break."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planning.edits.breaches import find_breaches
from planning.edits.land import make_land
from planning.edits.mend import repair_contiguity
from planning.edits.moves import (
    lock_grids,
    merge_grids,
    move_units,
    unassign_units,
    unlock_grids,
)
from planning.edits.rebalance import rebalance
from planning.edits.split import split_by_line, split_evenly, split_from_seed
from planning.edits.state import PlanState, figures, free_name, start_state
from planning.edits.vertex import ground_breaches, move_vertex, nearest_vertex
from planning.errors import BadEdit
from planning.graphs.graph import build_graph, components
from tests.planning.builders import EAST, NORTH, VILLAGES, square_units
from tests.planning.edits.worlds import (
    block_plan,
    nearly_touching_units,
    recomputed,
    square_land,
)


def same(a: PlanState, b: PlanState) -> bool:
    return (
        a.names == b.names
        and np.array_equal(a.part, b.part)
        and np.array_equal(a.totals, b.totals)
        and a.loose == b.loose
        and all(map(np.array_equal, a.members, b.members))
    )


def any_edit(state: PlanState, draw) -> PlanState:
    """One random edit; one that the state does not allow changes nothing."""
    alive = [n for n in state.names if len(state.members[state.slots[n]])]
    grid, other = draw(st.sampled_from(alive)), draw(st.sampled_from(alive))
    units = draw(st.lists(st.sampled_from(state.land.unit_ids), min_size=1, max_size=4))
    x, y = (draw(st.floats(0, 1)) for _ in range(2))
    edits = {
        "move": lambda: move_units(state, units, grid),
        "unassign": lambda: unassign_units(state, units),
        "merge": lambda: merge_grids(state, [grid], other),
        "halve": lambda: split_evenly(state, grid, free_name(state, grid)),
        "seed": lambda: split_from_seed(state, grid, units[0], free_name(state, grid)),
        "line": lambda: split_by_line(
            state,
            grid,
            [(EAST + 800 * x, NORTH), (EAST + 800 * y, NORTH + 600)],
            free_name(state, grid),
        ),
        "repair": lambda: repair_contiguity(state),
        "vertex": lambda: move_vertex(
            state,
            draw(st.integers(0, len(state.land.xy) - 1)),
            EAST + 800 * x,
            NORTH + 600 * y,
        ),
    }
    try:
        return edits[draw(st.sampled_from(sorted(edits)))]().state
    except BadEdit:
        return state


@settings(max_examples=30, deadline=None)
@given(data=st.data(), seed=st.integers(0, 50))
def test_after_any_edits_the_sums_equal_a_recomputation(data, seed):
    state = block_plan(seed=seed, villages=2)
    for _ in range(data.draw(st.integers(1, 6))):
        state = any_edit(state, data.draw)
    assert same(state, recomputed(state))
    load = state.land.graph.load[state.part >= 0].sum()
    assert state.total("load").sum() == load
    assert state.loose == (state.part < 0).sum()


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_undo_is_the_state_that_was_there_before(data):
    first = block_plan(villages=2)
    fingerprint = (first.part.tobytes(), first.totals.tobytes(), first.names)
    shapes = shapely.to_wkb(first.land.shapes).tolist()
    state = first
    for _ in range(4):
        state = any_edit(state, data.draw)
    assert (first.part.tobytes(), first.totals.tobytes(), first.names) == fingerprint
    assert shapely.to_wkb(first.land.shapes).tolist() == shapes


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_moving_units_back_gives_the_same_plan(data):
    state = block_plan(villages=2)
    ids = state.land.unit_ids
    units = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=5))
    grid = data.draw(st.sampled_from(state.names))
    homes = {unit: state.grid_of(unit) for unit in units}
    moved = move_units(state, units, grid).state
    # A grid that lost all its units is gone.
    assume(all(len(moved.members[moved.slots[home]]) for home in homes.values()))
    for unit, home in homes.items():
        moved = move_units(moved, [unit], home).state
    assert same(moved, state)


@settings(max_examples=20, deadline=None)
@given(data=st.data(), seed=st.integers(0, 50))
def test_broken_grids_are_those_that_a_graph_search_finds(data, seed):
    state = block_plan(seed=seed)
    for _ in range(3):
        state = any_edit(state, data.draw)
    graph = state.land.graph
    u = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    inside = (state.part[u] == state.part[graph.indices]) & (u < graph.indices)
    ones = np.ones(int(inside.sum()), np.int64)
    piece = components(build_graph(graph.load, u[inside], graph.indices[inside], ones))
    expected = {
        name: len(np.unique(piece[state.part == at]))
        for at, name in enumerate(state.names)
    }
    found = [b.grid for b in find_breaches(state) if b.kind == "broken_grid"]
    assert {n: 1 + found.count(n) for n in expected if expected[n]} == {
        n: count for n, count in expected.items() if count
    }


def test_a_move_that_breaks_a_grid_says_which_piece_and_where():
    state = block_plan(4, 4)
    result = move_units(state, ["u0000"], "G004")
    assert [(b.kind, b.grid, b.units) for b in result.breaches] == [
        ("broken_grid", "G004", ("u0000",))
    ]
    breach = result.breaches[0]
    assert (breach.x, breach.y) == (EAST + 50, NORTH + 50)
    assert 110 < breach.lon < 112
    assert 34 < breach.lat < 35
    assert breach.area_m2 == 10_000


def test_a_move_across_a_village_line_is_told():
    state = block_plan(4, 4, villages=2)
    result = move_units(state, ["u0002"], "G001")
    assert [(b.kind, b.units) for b in result.breaches] == [
        ("straddled_line", ("u0002",))
    ]


def test_units_taken_out_are_told_piece_by_piece():
    state = block_plan(4, 4)
    result = unassign_units(state, ["u0000", "u0001", "u0015"])
    kinds = [(b.kind, b.units) for b in result.breaches]
    assert kinds == [
        ("unassigned", ("u0000", "u0001")),
        ("unassigned", ("u0015",)),
    ]
    assert result.state.loose == 3


def test_a_merged_grid_holds_both_loads_and_the_old_name_is_gone():
    state = block_plan(4, 4)
    loads = [figures(state, name).load for name in ("G001", "G002")]
    after = merge_grids(state, ["G002"], "G001").state
    assert figures(after, "G001").load == sum(loads)
    assert after.count == 3
    with pytest.raises(BadEdit, match="'G002'"):
        figures(after, "G002")
    assert free_name(after, "G001") == "G005"


def test_a_split_along_a_line_follows_the_line():
    state = block_plan(4, 4)
    merged = merge_grids(state, ["G002"], "G001").state
    x = EAST + 190
    result = split_by_line(merged, "G001", [(x, NORTH), (x, NORTH + 50)], "N")
    west = {"u0000", "u0001", "u0004", "u0005"}
    sides = [
        {u for u, g in result.state.assignment().items() if g == name}
        for name in ("N", "G001")
    ]
    assert west in sides
    assert result.breaches == ()


@pytest.mark.parametrize("seed", range(5))
def test_halves_are_whole_and_nearly_equal(seed):
    state = block_plan(8, 8, 4, seed=seed)
    result = split_evenly(state, "G001", "N")
    loads = [figures(result.state, name).load for name in ("G001", "N")]
    assert result.breaches == ()
    assert abs(loads[0] - loads[1]) <= 20


def test_a_grid_grown_from_a_seed_holds_the_seed_or_leaves_it_the_lighter_half():
    state = block_plan(8, 8, 4)
    result = split_from_seed(state, "G001", "u0000", "N", share=0.4)
    assert result.state.grid_of("u0000") == "N"
    assert result.breaches == ()


def test_a_seed_that_holds_its_grid_together_takes_the_lighter_end_with_it():
    land = square_land(1, 7)
    state = start_state(land, dict.fromkeys(land.unit_ids, "A"))
    result = split_from_seed(state, "A", "u0002", "N", share=0.1)
    assert result.breaches == ()
    kept, taken = result.state.members
    assert (kept.tolist(), taken.tolist()) == ([0, 1], [2, 3, 4, 5, 6])


def test_repair_gives_stray_pieces_to_the_longest_neighbour_of_the_village():
    state = block_plan(6, 8, villages=2)
    broken = unassign_units(
        move_units(state, ["u0000", "u0007"], "G006").state, ["u0020"]
    ).state
    fixed = repair_contiguity(broken)
    assert find_breaches(fixed.state) == ()
    assert fixed.state.grid_of("u0000") == "G001"


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_repair_leaves_nothing_that_could_be_mended(data):
    state = block_plan()
    ids = state.land.unit_ids
    units = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=10))
    broken = move_units(state, units, "G001").state
    assert find_breaches(repair_contiguity(broken).state) == ()


def test_rebalance_lowers_what_is_outside_and_breaks_nothing():
    state = block_plan(8, 8, 4, seed=3)
    crowded = move_units(state, ["u0004", "u0005", "u0012", "u0013"], "G001").state
    result = rebalance(crowded, "G001")
    worst = max(abs(figures(result.state, n).deviation_pct) for n in state.names)
    assert worst < max(abs(figures(crowded, n).deviation_pct) for n in state.names)
    assert find_breaches(result.state) == ()
    again = rebalance(crowded, "G001")
    assert same(again.state, result.state)


def test_rebalance_moves_nobody_where_no_division_is_better():
    state = block_plan(8, 8, 4, seed=3)
    assert rebalance(state, "G001", tolerance=0.9).state is state


def test_rebalance_never_crosses_a_village_line():
    state = block_plan(8, 8, 2, seed=1, villages=2)
    after = rebalance(state, "G002").state
    assert [b for b in find_breaches(after) if b.kind == "straddled_line"] == []


def test_a_locked_grid_stays_and_unlocking_frees_it():
    state = lock_grids(block_plan(4, 4), ["G001"])
    with pytest.raises(BadEdit, match="locked"):
        move_units(state, ["u0000"], "G002")
    with pytest.raises(BadEdit, match="locked"):
        rebalance(state, "G001")
    assert rebalance(state, "G004").state.part[0] == state.part[0]
    free = unlock_grids(state, ["G001"])
    assert move_units(free, ["u0000"], "G002").state.grid_of("u0000") == "G002"


def test_both_sides_follow_a_vertex_and_the_cover_stays_valid():
    state = block_plan(4, 4)
    vertex = nearest_vertex(state.land, EAST + 201, NORTH + 199)
    result = move_vertex(state, vertex, EAST + 220, NORTH + 170)
    assert result.breaches == ()
    land = result.state.land
    assert shapely.coverage_is_valid(land.shapes)
    assert shapely.area(land.shapes).sum() == pytest.approx(160_000)
    assert len(land.units_at(vertex)) == 4
    assert figures(result.state, "G001").area_m2 != figures(state, "G001").area_m2


def test_a_moved_vertex_leaves_the_sums_of_a_land_made_anew():
    state = block_plan(4, 4)
    vertex = nearest_vertex(state.land, EAST + 200, NORTH + 100)
    after = move_vertex(state, vertex, EAST + 240, NORTH + 120).state
    anew = make_land(square_units(4, 4).set_geometry(list(after.land.shapes), crs=4546))
    for name in ("border_mm", "outer_mm", "area_cm2"):
        ours, theirs = getattr(after.land, name), getattr(anew, name)
        assert np.abs(ours - theirs).max() <= 2


@settings(max_examples=40)
@given(seed=st.integers(0, 100_000))
def test_after_any_vertex_moves_outlines_are_those_of_a_land_made_anew(seed):
    units = nearly_touching_units()
    grids = dict(zip(units["unit_id"], ("A", "B", "B", "A"), strict=True))
    state = start_state(make_land(units), grids)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        vertex = int(rng.integers(len(state.land.xy)))
        place = (EAST + rng.uniform(-50, 250), NORTH + rng.uniform(-50, 250))
        state = move_vertex(state, vertex, *place).state
    shapes = list(state.land.shapes)
    anew = start_state(make_land(units.set_geometry(shapes, crs=units.crs)), grids)
    for grid in "AB":
        ours, theirs = figures(state, grid), figures(anew, grid)
        assert ours.outline_m == pytest.approx(theirs.outline_m, abs=0.02)
        assert ours.area_m2 == pytest.approx(theirs.area_m2, abs=0.02)


def test_units_that_share_less_than_a_metre_are_no_contact_but_share_a_border():
    land = make_land(nearly_touching_units())
    state = start_state(land, dict.fromkeys(("u0001", "u0002"), "B"))
    assert figures(state, "B").pieces == 2
    assert 2 not in land.within_reach(1)
    lengths = shapely.length(land.shapes[1:3]).sum()
    assert figures(state, "B").outline_m == pytest.approx(lengths - 1.2, abs=0.01)


@pytest.mark.parametrize(
    ("to", "kind", "area"),
    [
        ((EAST + 150, NORTH + 30), "gap", 3_000),
        ((EAST + 100, NORTH - 30), "outside_outline", 3_000),
    ],
)
def test_a_vertex_of_the_edge_tells_the_ground_it_loses_or_takes(to, kind, area):
    state = block_plan(4, 4)
    vertex = nearest_vertex(state.land, EAST + 100, NORTH)
    result = move_vertex(state, vertex, *to)
    assert [b.kind for b in result.breaches] == [kind]
    assert result.breaches[0].area_m2 == pytest.approx(area)


def test_a_vertex_drawn_across_its_neighbours_is_an_overlap_with_its_place():
    state = block_plan(4, 4)
    vertex = nearest_vertex(state.land, EAST + 100, NORTH + 100)
    result = move_vertex(state, vertex, EAST + 350, NORTH + 120)
    overlaps = [b for b in result.breaches if b.kind == "overlap"]
    assert overlaps
    assert all(b.area_m2 > 0 and len(b.units) <= 2 for b in overlaps)
    assert EAST + 100 < overlaps[0].x < EAST + 350


def test_a_vertex_drawn_over_far_units_is_an_overlap_and_no_foreign_ground():
    state = block_plan(1, 6, 1)
    vertex = nearest_vertex(state.land, EAST, NORTH)
    result = move_vertex(state, vertex, EAST + 550, NORTH + 50)
    found = {(b.kind, b.units) for b in result.breaches}
    assert ("overlap", ("u0000", "u0004")) in found
    assert "outside_outline" not in {kind for kind, _ in found}
    at = next(b for b in result.breaches if b.units == ("u0000", "u0004"))
    assert EAST + 400 < at.x < EAST + 500
    assert {b.units for b in ground_breaches(state, result.state)} == {
        b.units for b in result.breaches
    }


@given(x=st.floats(20, 180), y=st.floats(20, 180))
def test_a_vertex_moved_and_moved_back_leaves_no_millimetre(x, y):
    state = block_plan(4, 4, villages=1)
    vertex = nearest_vertex(state.land, EAST + 100, NORTH + 100)
    there = move_vertex(state, vertex, EAST + x, NORTH + y).state
    assert not there.land.outer_mm[there.land.outer_mm % 100_000 > 0].any()
    back = move_vertex(there, vertex, EAST + 100, NORTH + 100).state
    assert same(back, state)
    assert np.array_equal(back.land.outer_mm, state.land.outer_mm)


def test_a_vertex_of_a_village_line_is_told():
    state = block_plan(4, 4, villages=2)
    vertex = nearest_vertex(state.land, EAST + 200, NORTH + 100)
    kinds = [b.kind for b in move_vertex(state, vertex, EAST + 210, NORTH + 100)[1]]
    assert kinds == ["straddled_line"]


def test_vertices_of_holes_move_with_both_rings():
    outer = shapely.box(0, 0, 300, 300)
    inner = shapely.box(100, 100, 200, 200)
    frame = square_units(1, 2)
    shapes = [outer.difference(inner), inner]
    land = make_land(frame.set_geometry(shapes, crs=frame.crs))
    state = start_state(land, {"u0000": "A", "u0001": "B"})
    vertex = nearest_vertex(land, 200, 200)
    result = move_vertex(state, vertex, 220, 230)
    assert result.breaches == ()
    assert shapely.coverage_is_valid(result.state.land.shapes)
    assert same(result.state, recomputed(result.state))
    expected = 200 + np.hypot(20, 130) + np.hypot(120, 30)
    assert figures(result.state, "B").outline_m == pytest.approx(expected, abs=0.01)


def test_new_names_take_the_next_free_serial_of_the_village():
    land = make_land(square_units(2, 2, label=VILLAGES[0]))
    grids = dict.fromkeys(land.unit_ids, f"{VILLAGES[0]}001")
    state = start_state(land, grids)
    assert free_name(state, f"{VILLAGES[0]}001") == f"{VILLAGES[0]}002"
    retired = [f"{VILLAGES[0]}002"]
    assert free_name(state, f"{VILLAGES[0]}001", retired) == f"{VILLAGES[0]}003"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda s: move_units(s, ["x"], "G001"), "unit 'x'"),
        (lambda s: move_units(s, ["u0000"], "G999"), "grid 'G999'"),
        (lambda s: merge_grids(s, ["G001"], "G001"), "another grid"),
        (lambda s: split_evenly(s, "G001", "G002"), "another name"),
        (lambda s: split_by_line(s, "G001", [(0, 0), (1, 0)], "N"), "one side"),
        (lambda s: split_by_line(s, "G001", [(0, 0), (0, 0)], "N"), "again"),
        (lambda s: split_from_seed(s, "G001", "u0015", "N"), "not in grid"),
        (lambda s: move_vertex(s, 99_999, 0.0, 0.0), "vertex 99999"),
        (lambda s: move_vertex(s, 0, float("nan"), 0.0), "no place"),
        (lambda s: move_vertex(s, 0, EAST + 100, NORTH), "another vertex"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(edit, words):
    with pytest.raises(BadEdit, match=words):
        edit(block_plan(4, 4))


def test_a_broken_grid_must_be_repaired_before_it_is_split_or_balanced():
    broken = move_units(block_plan(4, 4), ["u0000"], "G004").state
    for edit in (lambda: split_evenly(broken, "G004", "N"),
                 lambda: rebalance(broken, "G004")):  # fmt: skip
        with pytest.raises(BadEdit, match="in pieces"):
            edit()


def test_links_join_islands():
    units = square_units(1, 3)
    far = units.geometry.copy()
    far.iloc[2] = shapely.transform(far.iloc[2], lambda xy: xy + 1_000.0)
    units = units.set_geometry(far)
    names = {"u0000": "A", "u0001": "A", "u0002": "A"}
    apart = start_state(make_land(units), names)
    joined = start_state(make_land(units, [("u0001", "u0002")]), names)
    assert [b.kind for b in find_breaches(apart)] == ["broken_grid"]
    assert find_breaches(joined) == ()


def test_land_in_degrees_is_refused():
    with pytest.raises(BadEdit, match="metres"):
        make_land(square_units(2, 2).to_crs(4326))


def test_a_unit_that_is_not_there_cannot_start_a_plan():
    with pytest.raises(BadEdit, match="'nobody'"):
        start_state(square_land(2, 2), {"nobody": "A"})
