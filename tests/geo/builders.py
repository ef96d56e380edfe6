"""Toy territories drawn by hand, in metres and in degrees."""

import geopandas as gpd
from shapely import box

# A corner of a metric zone in Henan; EPSG:4546 has its central meridian at 111 E.
ZONE = 4546
EAST, NORTH = 550_000.0, 3_770_000.0
SIDE_M = 1000.0


def cell(column, row, side_m=SIDE_M):
    """A square cell of a town, by column and row."""
    west, south = EAST + column * side_m, NORTH + row * side_m
    return box(west, south, west + side_m, south + side_m)


def square_town(columns, rows, side_m=SIDE_M):
    """Cells that tile a rectangle, in metres; ``code`` counts from 0."""
    cells = [cell(c, r, side_m) for r in range(rows) for c in range(columns)]
    codes = [str(i) for i in range(len(cells))]
    return gpd.GeoDataFrame({"code": codes}, geometry=cells, crs=ZONE)
