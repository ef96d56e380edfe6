"""What edits changed: taken back one by one, or put together, it comes to the same."""

from itertools import pairwise
from uuid import uuid4

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from api.services.plans.drafting.effects import (
    Effect,
    Placed,
    Shift,
    apply_effect,
    compose,
    find_effect,
)
from api.services.plans.drafting.ground import DraftGround
from geo.crs import STORED
from planning.edits.moves import (
    lock_grids,
    merge_grids,
    move_units,
    unassign_units,
    unlock_grids,
)
from planning.edits.split import split_evenly
from planning.edits.state import free_name
from planning.errors import BadEdit
from planning.units.ground import project
from tests.planning.edits.worlds import block_plan


def make_ground() -> DraftGround:
    """The ground of a plan of twelve square grids."""
    base = block_plan()
    land = base.land
    points = project(shapely.points(land.xy), land.crs, STORED)
    return DraftGround(
        plan_id=uuid4(),
        code=0,
        base=base,
        names=land.unit_ids,
        households=np.full(land.size, np.nan),
        settlements=land.unit_ids,
        lonlat=shapely.get_coordinates(points),
        corner=land.corner,
        land_vertex=np.arange(len(land.xy)),
        exclusive=gpd.GeoDataFrame(geometry=[], crs=STORED),
        retired=frozenset(),
        tolerance=0.05,
    )


GROUND = make_ground()


def any_effect(at: Placed, draw) -> Effect:
    """What a random edit changes; nothing if the state does not allow it."""
    state = at.state
    alive = [n for n in state.names if len(state.members[state.slots[n]])]
    grid, other = draw(st.sampled_from(alive)), draw(st.sampled_from(alive))
    units = draw(st.lists(st.sampled_from(state.land.unit_ids), min_size=1, max_size=4))
    edits = {
        "move": lambda: move_units(state, units, grid).state,
        "unassign": lambda: unassign_units(state, units).state,
        "merge": lambda: merge_grids(state, [grid], other).state,
        "halve": lambda: split_evenly(state, grid, free_name(state, grid)).state,
        "lock": lambda: lock_grids(state, [grid]),
        "unlock": lambda: unlock_grids(state, [grid]),
    }
    kind = draw(st.sampled_from([*edits, "vertex"]))
    if kind == "vertex":
        vertex = draw(st.integers(0, len(GROUND.lonlat) - 1))
        old = at.places.get(vertex, tuple(GROUND.lonlat[vertex].tolist()))
        step = draw(st.integers(1, 9)) * 1e-5
        return Effect(shifts=(Shift(vertex, old, (old[0] + step, old[1])),))
    try:
        return find_effect(state, edits[kind]())
    except BadEdit:
        return Effect()


def same(a: Placed, b: Placed) -> bool:
    def homes(at):
        return at.state.assignment()

    return (
        homes(a) == homes(b)
        and {a.state.names[i] for i in a.state.locked}
        == {b.state.names[i] for i in b.state.locked}
        and a.places == b.places
        and np.array_equal(a.state.land.xy, b.state.land.xy)
    )


@given(st.data())
@settings(max_examples=40)
def test_edits_are_taken_back_in_turn_and_put_together(data):
    start = Placed(GROUND.base)
    states, effects = [start], []
    for _ in range(data.draw(st.integers(1, 8))):
        effect = any_effect(states[-1], data.draw)
        effects.append(Effect.from_json(effect.as_json()))
        states.append(apply_effect(GROUND, states[-1], effects[-1]))
    assert same(apply_effect(GROUND, start, compose(effects)), states[-1])
    at = states[-1]
    for (before, _), effect in reversed(
        list(zip(pairwise(states), effects, strict=True))
    ):
        at = apply_effect(GROUND, at, effect.reversed())
        assert same(at, before)


def test_a_vertex_that_is_back_stands_there_to_the_last_digit():
    old = tuple(GROUND.lonlat[5].tolist())
    away = Effect(shifts=(Shift(5, old, (old[0] + 1e-4, old[1])),))
    moved = apply_effect(GROUND, Placed(GROUND.base), away)
    assert moved.places
    back = apply_effect(GROUND, moved, away.reversed())
    assert back.places == {}
    assert np.array_equal(back.state.land.xy, GROUND.base.land.xy)
