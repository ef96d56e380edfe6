"""The printed sheet tells in Chinese what the planner notes of its layers."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from maps.note_words import note_in_chinese
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import (
    METRIC,
    asking,
    settlements,
    small_town,
    square_units,
)


def bare(text):
    """The text without codes and numbers."""
    return re.sub(r"[A-Z]?\d+|[a-z]\d{4}", "", text)


def town_of_several_points():
    """The toy town with settlements of two points each, and a site misnamed."""
    town = small_town()
    shapes = [
        shapely.multipoints([(p.x, p.y), (p.x + 1e-4, p.y)])
        for p in town.units.geometry
    ]
    sites = town.sites.assign(label="410325105299")
    return replace(town, units=town.units.set_geometry(shapes), sites=sites)


def a_river_through_units():
    units = square_units(4, 4)
    west, south, east, _ = units.total_bounds
    middle = south + 150.0
    line = shapely.LineString([(west - 9, middle), (east + 9, middle)])
    river = gpd.GeoDataFrame({"kind": ["river"]}, geometry=[line], crs=units.crs)
    return Territory(units, lines=river)


def units_in_millimetres():
    units = square_units(4, 4)
    shapes = shapely.transform(np.asarray(units.geometry), lambda xy: xy / 1000.0)
    return Territory(units.set_geometry(gpd.GeoSeries(shapes, crs=METRIC)))


def units_drawn_a_little_apart():
    units = square_units(4, 4)
    shapes = shapely.buffer(np.asarray(units.geometry), -0.2, join_style="mitre")
    return Territory(units.set_geometry(gpd.GeoSeries(shapes, crs=METRIC)))


@pytest.mark.parametrize(
    ("territory", "policy"),
    [
        (town_of_several_points(), asking(12)),
        (a_river_through_units(), asking(3, forbidden=("river",))),
        (a_river_through_units(), asking(3, cut_blocks=True)),
        (units_in_millimetres(), asking(2)),
        (units_drawn_a_little_apart(), asking(2)),
        (Territory(settlements(np.random.default_rng(0), 3, 1)), asking(2)),
    ],
)
def test_no_note_of_a_plan_stays_in_english(territory, policy):
    notes = make_plan(territory, policy).report["notes"]
    assert notes
    for note in notes:
        assert not re.search(r"[a-z]{3}", bare(note_in_chinese(note))), note
