"""A layer a known datum vector off is refused until that is said."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity

from geo.crs import wgs84_to_gcj02
from geo.errors import BadDatum
from tests.api.services.layers.offices import mines


def shifted(path, target):
    frame = gpd.read_file(path)
    geoms = shapely.transform(
        np.asarray(frame.geometry.array), wgs84_to_gcj02, interleaved=False
    )
    frame.set_geometry(gpd.GeoSeries(geoms, crs=4326)).to_file(target)
    return target


@pytest.mark.parametrize(
    ("layer", "file"), [("villages", "villages"), ("settlements", "homes")]
)
def test_a_layer_a_gcj02_vector_off_is_refused_and_loads_when_said(
    settled, layer, file
):
    path = getattr(settled, file)()
    off = shifted(path, settled.folder / f"{file}.gpkg")
    with pytest.raises(
        BadDatum, match=r"by the GCJ-02 vector .* say --coord-type gcj02"
    ):
        settled.load(layer, off)
    report = settled.load(layer, off, coord_type="gcj02")
    assert report.counts["gone"] == 0


def test_a_second_delivery_a_gcj02_vector_off_the_first_is_refused(settled):
    path = mines(settled)
    settled.load("mines", path)
    off = shifted(path, settled.folder / "off.gpkg")
    with pytest.raises(BadDatum, match="say --coord-type gcj02"):
        settled.load("mines", off)


def test_the_first_layer_cannot_be_checked_and_says_so(office):
    report = office.load("villages", office.villages())
    assert any("nothing is loaded to check the datum" in n for n in report.notes)
