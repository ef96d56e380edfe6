"""Plans on square land that edits are tried on."""

import geopandas as gpd
import numpy as np
import shapely

from planning.edits.land import Land, make_land
from planning.edits.state import PlanState, measured, start_state
from tests.planning.builders import EAST, NORTH, square_units


def square_land(rows: int, columns: int, seed: int = 0, villages: int = 1) -> Land:
    """Squares of 100 m with random loads, villages as upright strips."""
    load = np.random.default_rng(seed).integers(1, 20, rows * columns)
    units = square_units(rows, columns, load)
    strip = (np.arange(rows * columns) % columns) * villages // columns
    return make_land(units.assign(label=[f"V{s}" for s in strip]))


def block_plan(
    rows: int = 6, columns: int = 8, side: int = 2, **land: int
) -> PlanState:
    """A plan of square grids of side x side units each, named west to east."""
    ground = square_land(rows, columns, **land)
    across = columns // side
    names = {}
    for i, unit in enumerate(ground.unit_ids):
        row, column = divmod(i, columns)
        names[unit] = f"G{(row // side) * across + column // side + 1:03d}"
    return start_state(ground, names)


def nearly_touching_units() -> gpd.GeoDataFrame:
    """Four units around a line of 0.6 m that u0001 and u0002 share."""
    rings = [
        [(0, 0), (100, 0), (100, 100), (0, 100)],
        [(100, 0), (200, 0), (200, 100), (100.6, 100), (100, 100)],
        [(0, 100), (100, 100), (100.6, 100), (100.6, 200), (0, 200)],
        [(100.6, 100), (200, 100), (200, 200), (100.6, 200)],
    ]
    shapes = [shapely.Polygon(np.add(ring, (EAST, NORTH))) for ring in rings]
    return square_units(2, 2).set_geometry(shapes, crs=4546)


def recomputed(state: PlanState) -> PlanState:
    """The same plan with every sum made anew."""
    return measured(state, range(len(state.names)))
