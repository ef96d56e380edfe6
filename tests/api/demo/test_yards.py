"""Yards too small for any rule, and the grid that their workers walk as well."""

import geopandas as gpd
import shapely

from api.demo.yards import grids_around


def test_the_grid_around_a_yard_shares_most_of_its_border():
    yard = shapely.box(0.4, 0.0, 0.6, 0.2)
    around, below = shapely.box(0, 0, 1, 1) - yard, shapely.box(0, -1, 1, 0)
    codes = [410325105001001, 410325105001002, 410325105001003]
    grids = gpd.GeoDataFrame({"code": codes}, geometry=[below, yard, around], crs=4326)
    assert grids_around(grids, ["410325105001002"]) == {
        "410325105001002": "410325105001003"
    }


def test_a_yard_that_touches_nothing_has_no_grid_around():
    shapes = [shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]
    codes = [410325105001001, 410325105001002]
    grids = gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4326)
    assert grids_around(grids, ["410325105001002"]) == {}
