import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracking.ground.cells import cells_in_box, cells_of

lons = st.floats(111.0, 111.2)
lats = st.floats(34.0, 34.2)


@given(st.lists(st.tuples(lons, lats), min_size=1, max_size=20))
def test_a_box_around_positions_holds_all_their_cells(places):
    lon, lat = np.array(places).T
    box = cells_in_box(lon.min(), lat.min(), lon.max(), lat.max())
    assert set(cells_of(lon, lat)) <= set(box)


def test_cells_of_the_whole_earth_differ():
    corners = [(-180.0, -90.0), (180.0, 90.0), (-180.0, 90.0), (180.0, -90.0)]
    lon, lat = np.array(corners).T
    assert len(cells_of(lon, lat)) == 4


def test_a_cell_is_counted_once():
    assert len(cells_of(np.array([111.901, 111.902]), np.array([34.1, 34.1]))) == 1
