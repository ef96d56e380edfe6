"""A line that no grid may cross is regarded by every edit of a hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planning.account.walks import longest_walks
from planning.edits.breaches import find_breaches
from planning.edits.finish import describe_state
from planning.edits.land import make_land
from planning.edits.mend import repair_contiguity
from planning.edits.moves import merge_grids, move_units
from planning.edits.rebalance import rebalance
from planning.edits.split import split_evenly
from planning.edits.state import figures, start_state
from planning.errors import BadEdit
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import EAST, METRIC, NORTH, asking, square_units


def lines(*ways):
    """A river 200 m above the south, and roads that cross it at so many metres."""
    river = shapely.LineString([(EAST - 50, NORTH + 200), (EAST + 700, NORTH + 200)])
    roads = [
        shapely.LineString([(EAST + x, NORTH), (EAST + x, NORTH + 600)]) for x in ways
    ]
    kinds = ["river", *["road"] * len(roads)]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=[river, *roads], crs=METRIC)


def columns_of_two(layer, forbidden=("river",), links=()):
    """Six rows of six squares; grids of two columns, apart south and north."""
    units = square_units(6, 6)
    land = make_land(units, links, layer, forbidden)
    row, column = np.divmod(np.arange(36), 6)
    names = [
        f"{'S' if r < 2 else 'N'}{c // 2}" for r, c in zip(row, column, strict=True)
    ]
    return start_state(land, dict(zip(land.unit_ids, names, strict=True)))


def test_a_grid_that_is_made_to_cross_a_forbidden_river_is_told_with_the_place():
    state = columns_of_two(lines())
    assert find_breaches(state) == ()
    crossed = move_units(state, ["u0012"], "S0")
    (found,) = crossed.breaches
    assert (found.kind, found.grid, found.units) == ("crossed_line", "S0", ("u0012",))
    assert (found.x, found.y) == (EAST + 50, NORTH + 200)
    assert figures(crossed.state, "S0").pieces == 2
    assert find_breaches(crossed.state) == (found,)


def test_what_a_merge_across_the_river_breaks_is_told():
    (found,) = merge_grids(columns_of_two(lines()), ["S1"], "N1").breaches
    assert (found.kind, found.grid, len(found.units)) == ("crossed_line", "N1", 4)


@pytest.mark.parametrize(
    "state",
    [
        columns_of_two(lines(), forbidden=()),
        columns_of_two(lines(50)),
        columns_of_two(lines(), links=[("u0012", "u0006")]),
    ],
    ids=["allowed", "bridge", "link"],
)
def test_a_river_that_may_be_crossed_there_is_no_fault(state):
    crossed = move_units(state, ["u0012"], "S0")
    assert crossed.breaches == ()
    # With what the link joins counted once.
    assert figures(crossed.state, "S0").cut_edges == 5


def test_a_border_along_the_river_is_a_border_all_the_same():
    shut, open_ = columns_of_two(lines()), columns_of_two(None)
    assert figures(shut, "S0") == figures(open_, "S0")


def test_mending_gives_the_far_bank_back_to_its_side():
    state = move_units(columns_of_two(lines()), ["u0012"], "S0").state
    mended = repair_contiguity(state)
    assert mended.breaches == ()
    assert mended.state.grid_of("u0012") == "N0"


def test_no_search_divides_across_the_river():
    state = merge_grids(columns_of_two(lines()), ["S1"], "S0").state
    balanced = rebalance(state, "S0", tolerance=0.01)
    assert balanced.breaches == ()
    assert {name for name, *_ in _homes(balanced.state, range(12))} == {"S"}
    with pytest.raises(BadEdit, match="in pieces"):
        split_evenly(merge_grids(state, ["N0"], "S0").state, "S0", "new")


def _homes(state, units):
    return [state.names[state.part[u]] for u in units]


def test_the_bound_after_an_edit_is_the_one_of_the_plan():
    # Two rows of grids south and four north cannot share four grids evenly.
    layer = Territory(square_units(6, 6, np.full(36, 10.0)), lines=lines())
    plan = make_plan(layer, asking(4, forbidden=("river",)))
    told = plan.report["scores"]["bounds"]["bound_lines_pct"]["value"]
    land = make_land(layer.units, (), layer.lines, ("river",))
    state = start_state(land, dict(plan.assignment.to_numpy().tolist()))
    scores = describe_state(state, layer.lines).scores
    assert scores["bounds"]["bound_lines_pct"]["value"] == told
    assert told == pytest.approx(100 / 3, abs=1e-3)
    assert scores["manageability"] == plan.report["scores"]["manageability"]


def test_the_walk_goes_round_by_the_bridge():
    state = columns_of_two(lines(550))
    xy = state.land.middle
    far = longest_walks(state.land.ways, xy, np.ones(36), np.zeros(36, int), 1)
    near = longest_walks(state.land.graph, xy, np.ones(36), np.zeros(36, int), 1)
    assert far[0] > near[0]
