"""Layers are found by their name in a file, and in their place on the ground."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from api.services.plans.layer_files import read_named, require_in_place
from geo.crs import STORED, wgs84_to_gcj02
from geo.errors import BadDatum, BadLayer
from tests.planning.builders import settlements, square_units, square_villages


def test_a_layer_is_named_behind_its_file(tmp_path):
    path = tmp_path / "town.gpkg"
    square_units(2, 2).to_file(path, layer="units")
    square_units(3, 3).to_file(path, layer="blocks")
    assert len(read_named(tmp_path / "town.gpkg#blocks").frame) == 9
    with pytest.raises(BadLayer, match=r"say which layer; .*write town\.gpkg#"):
        read_named(path)


def test_a_sharp_in_a_name_of_a_file_is_part_of_it(tmp_path):
    path = tmp_path / "town#1.gpkg"
    square_units(2, 2).to_file(path)
    assert len(read_named(path).frame) == 4


def shifted(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    x, y = shapely.get_coordinates(units.to_crs(STORED).geometry.values).T
    return units.set_geometry(shapely.points(*wgs84_to_gcj02(x, y)), crs=STORED)


def test_units_that_sit_a_datum_vector_off_their_villages_are_refused():
    units, villages = settlements(np.random.default_rng(0), 20), square_villages()
    require_in_place(units, villages, "units.csv")
    require_in_place(shifted(units), None, "units.csv")
    with pytest.raises(BadDatum, match=r"units\.csv: sits \d+ m off .* in gcj02"):
        require_in_place(shifted(units), villages, "units.csv")
