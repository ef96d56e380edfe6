"""Depth, presence, motion, reach: the measures that a verdict is made of."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.worlds import HOME, PLANE, at, in_degrees, roster
from tracking.errors import BadRoster
from tracking.ground.areas import DEPTH_CAP_M, grid_versions, make_area
from tracking.walking.motion import anchor_distance, smooth
from tracking.walking.presence import add_ways_in, find_credited, find_presence
from tracking.walking.reach import cells_per_block, nearest_hit, seen_share
from tracking.walking.stays import find_stays


def area_of(shape):
    versions = roster(grids=[(HOME, shape)]).versions
    return make_area([HOME], versions, (), PLANE, 0, 10)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 30))
def test_depth_is_the_signed_distance_to_the_border(seed, corners):
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
    far = rng.uniform(20, 400, corners)
    ring = [at(*p) for p in zip(far * np.cos(turn), far * np.sin(turn), strict=True)]
    shape = shapely.make_valid(shapely.Polygon(ring))
    x, y = np.array(at(0, 0))[:, None] + rng.uniform(-600, 600, (2, 40))
    depth = area_of(shape).depth(np.zeros(40, np.int64), x, y)
    points = shapely.points(x, y)
    placed = PLANE.project_geometry(in_degrees(shape))
    away = shapely.distance(points, shapely.boundary(placed))
    signed = np.where(shapely.contains(placed, points), away, -away)
    expected = np.clip(signed, -DEPTH_CAP_M, DEPTH_CAP_M)
    # The two disagree only in the last digits of a position.
    assert np.allclose(depth, expected, atol=1e-3)


def test_a_grid_in_metres_is_refused_by_its_place():
    frame = gpd.GeoDataFrame(
        {"grid_code": [HOME]}, geometry=[shapely.box(5e5, 3e6, 6e5, 4e6)]
    )
    with pytest.raises(BadRoster, match=f"{HOME}.*500000"):
        grid_versions(frame)


def presence(depth, step=10.0, accuracy=5.0):
    depth = np.asarray(depth, float)
    t = np.arange(len(depth)) * step
    return find_presence(t, depth, np.full(len(depth), accuracy), 20.0, 60.0, 3600.0)


def test_a_step_outside_within_the_band_is_no_exit():
    assert presence([5, -15, 5, -19, 5]).tolist() == [0] * 5


def test_an_exit_takes_the_hold_time_and_begins_where_it_began():
    assert presence([5, 5] + [-50] * 7).tolist() == [0, 0] + [-1] * 7


def test_a_short_way_outside_does_not_end_a_stretch():
    assert presence([5] + [-50] * 5 + [5, 5]).tolist() == [0] * 8


def test_a_second_visit_is_a_second_stretch():
    assert presence([5] + [-50] * 8 + [5]).tolist() == [0] + [-1] * 8 + [1]


def ways_in(depth, moving, strip=25.0):
    found, depth = presence(depth), np.asarray(depth, float)
    t, moving = np.arange(len(depth)) * 10.0, np.asarray(moving, bool)
    add_ways_in(t, depth, moving, found, strip, 60.0, 3600.0)
    return found.tolist()


def test_who_comes_in_along_the_border_road_was_there_before():
    assert ways_in([-30, -6, -4, -5, 2, 9], [1] * 6) == [-1, 0, 0, 0, 0, 0]


def test_who_stood_outside_the_border_was_not():
    assert ways_in([-6] * 9 + [2, 9], [1, 1] + [0] * 7 + [1] * 2) == [-1] * 9 + [0] * 2


def test_only_certain_fixes_count_unless_one_walks_on_the_border():
    depth, accuracy = np.array([30.0, 4.0, -4.0, -30.0]), np.full(4, 8.0)
    still = find_credited(depth, accuracy, np.zeros(4, bool), 25.0)
    walking = find_credited(depth, accuracy, np.ones(4, bool), 25.0)
    assert still.tolist() == [True, False, False, False]
    assert walking.tolist() == [True, True, True, False]


def test_jitter_within_the_anchor_radius_is_no_distance():
    rng = np.random.default_rng(5)
    t = np.arange(500) * 10.0
    x, y = rng.uniform(-10, 10, (2, 500))
    assert anchor_distance(t, x, y, 30.0, 300.0) == 0.0


def test_a_straight_walk_keeps_its_length_and_a_gap_earns_nothing():
    t = np.arange(101) * 10.0
    x = np.arange(101) * 12.0
    assert anchor_distance(t, x, 0 * x, 30.0, 300.0) == pytest.approx(1200, abs=36)
    t[50:] += 600.0
    assert anchor_distance(t, x, 0 * x, 30.0, 300.0) == pytest.approx(1188, abs=72)
    x[50:] += 5000.0
    assert anchor_distance(t, x, 0 * x, 30.0, 300.0) < 1200


def test_smoothing_is_the_mean_of_half_a_minute():
    t = np.arange(7) * 10.0
    values = np.array([0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0])
    for means in smooth(t, values, values, values):
        assert means.tolist() == [0.0, 0.0, 3.0, 3.0, 3.0, 0.0, 0.0]


def test_a_stay_ends_where_the_walk_begins():
    t = np.arange(0, 3600, 10.0)
    x = np.where(t < 2400, 0.0, (t - 2400) * 1.2)
    moving = t > 2400
    stays = find_stays(t, x, 0 * x, moving, 1200.0, 25.0, 300.0)
    assert stays[t <= 2380].all()
    assert not stays[t > 2410].any()


def test_ten_minutes_at_one_place_are_no_stay():
    t = np.arange(0, 600, 10.0)
    still = np.zeros(len(t), bool)
    assert not find_stays(t, 0 * t, 0 * t, still, 1200.0, 25.0, 300.0).any()


def test_cells_are_counted_per_ten_moving_minutes():
    t = np.arange(0, 1201, 10.0)
    yes = np.ones(len(t), bool)
    straight = cells_per_block(t, t, 0 * t, yes, yes, 25.0)
    assert straight == pytest.approx(24, abs=1)
    to_and_fro = cells_per_block(t, np.abs(t % 100 - 50), 0 * t, yes, yes, 25.0)
    assert to_and_fro <= 3


def test_a_point_is_reached_by_two_fixes_within_its_radius():
    x, accuracy = np.array([0.0, 40.0, 80.0]), np.full(3, 10.0)
    assert nearest_hit(x, 0 * x, accuracy, 15.0, 0.0, 30.0, 50.0)[0]
    assert not nearest_hit(x, 0 * x, accuracy, -5.0, 0.0, 30.0, 50.0)[0]
    assert nearest_hit(x, 0 * x, 4.5 * accuracy, -5.0, 0.0, 30.0, 50.0)[0]


def test_the_largest_gap_does_not_count_twice():
    t = np.concatenate([np.arange(0, 600, 10.0), np.arange(840, 1200, 10.0)])
    assert seen_share(t, 60.0, 300.0) == 1.0
    assert seen_share(t, 60.0, 200.0) < 0.85


def test_two_fixes_five_minutes_apart_are_not_well_seen():
    assert seen_share(np.array([0.0, 299.0]), 60.0, 300.0) < 0.5
