"""The ground of a plan: which CRS it is measured in, whatever the layers came in."""

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS, Transformer

from geo.crs import STORED
from planning.errors import BadUnits
from planning.units.ground import find_ground, project


def _square(lon: float, lat: float, crs: str) -> gpd.GeoDataFrame:
    """Return a square of a kilometre (in the units of its CRS) around a place."""
    x, y = Transformer.from_crs(STORED, crs, always_xy=True).transform(lon, lat)
    shape = shapely.box(x - 500.0, y - 500.0, x + 500.0, y + 500.0)
    return gpd.GeoDataFrame(geometry=[shape], crs=crs)


@pytest.mark.parametrize(
    ("crs", "lon", "lat"),
    [
        ("EPSG:4549", 120.0, 34.0),
        ("EPSG:2414", 114.0, 34.0),
        ("EPSG:26916", -87.7, 41.8),
        ("EPSG:5070", -71.5, 43.5),
    ],
)
def test_a_crs_in_true_metres_is_kept(crs: str, lon: float, lat: float) -> None:
    assert find_ground(_square(lon, lat, crs)).crs == CRS(crs)


@pytest.mark.parametrize(
    ("crs", "lon", "lat"),
    [
        # Its metres are 0.83 m long there.
        ("EPSG:3857", 112.0, 34.0),
        # Degrees do not come back to the same millimetre.
        ("EPSG:27700", -2.0, 53.0),
        ("EPSG:3035", 10.5, 52.0),
        ("EPSG:2263", -73.9, 40.7),
    ],
)
def test_another_crs_gives_way_to_the_zone_of_its_middle(
    crs: str, lon: float, lat: float
) -> None:
    layer = _square(lon, lat, crs)
    ground = find_ground(layer)
    shapes = project(layer.geometry.values, layer.crs, ground.crs)

    there_and_back = project(ground.to_stored(shapes), STORED, ground.crs)

    assert ground.crs != CRS(crs)
    assert shapely.hausdorff_distance(there_and_back, shapes).max() < 1e-7
    side_m = 1_000.0 * CRS(crs).axis_info[0].unit_conversion_factor
    true_m = side_m * (0.829 if crs == "EPSG:3857" else 1.0)
    assert shapely.length(shapes)[0] == pytest.approx(4.0 * true_m, rel=2e-3)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32701"])
def test_land_on_both_sides_of_the_meridian_of_180_degrees_is_refused(crs: str) -> None:
    sides = [shapely.box(179.9, -17, 180, -16.9), shapely.box(-180, -17, -179.9, -16.9)]
    layer = gpd.GeoDataFrame(geometry=sides, crs=STORED).to_crs(crs)

    with pytest.raises(BadUnits, match="meridian of 180°"):
        find_ground(layer)
