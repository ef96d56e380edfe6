"""A small map as inline SVG: areas with a fill and a label, sharp in print."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.escaping import escaped

# Square pixels of an area below which its label is small, or left out.
_SMALL_LABEL_PX2, _NO_LABEL_PX2 = 420.0, 60.0
# Hatching of what changes hands; drawn over the fill so that it survives grey print.
_HATCH = (
    '<defs><pattern id="moved" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="2" height="6" fill="#C8281E"/>'
    "</pattern></defs>"
)


@dataclass(frozen=True)
class Layer:
    """Areas of one look, drawn in the order of the layers.

    Attributes
    ----------
    shapes : ndarray of Polygon, MultiPolygon or LineString
        EPSG:4326.
    fills : sequence of str
        Colour of each, "none", or "url(#moved)" for hatching.
    line : str
        Colour of the outlines.
    width : float
        Of the outlines, in pixels.
    labels : sequence of str
        Written inside each area; none if empty.
    name : str
        What the layer holds, for a legend.
    """

    shapes: NDArray[np.object_]
    fills: Sequence[str]
    line: str = "#5F6B76"
    width: float = 1.0
    labels: Sequence[str] = ()
    name: str = ""


def svg_map(layers: Sequence[Layer], width: int, height: int, words: str) -> str:
    """Return layers as one SVG of a size in pixels, north up, to true proportions.

    Parameters
    ----------
    words : str
        What the picture shows, for who cannot see it; escaped here.
    """
    place = _placement([layer.shapes for layer in layers], width, height)
    body = "".join(_layer(layer, place) for layer in layers)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escaped(words)}">{_HATCH}{body}</svg>'
    )


def _placement(shapes: Sequence[Any], width: int, height: int) -> Any:
    """Return the function from degrees to pixels."""
    bounds = np.array([shapely.total_bounds(s) for s in shapes if len(s)])
    west, south = np.nanmin(bounds[:, :2], axis=0)
    east, north = np.nanmax(bounds[:, 2:], axis=0)
    narrow = np.cos(np.radians((south + north) / 2))
    span_x, span_y = max((east - west) * narrow, 1e-9), max(north - south, 1e-9)
    scale = min((width - 8) / span_x, (height - 8) / span_y)
    left = (width - span_x * scale) / 2
    top = (height - span_y * scale) / 2

    def place(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x = left + (xy[:, 0] - west) * narrow * scale
        y = top + (north - xy[:, 1]) * scale
        return np.round(np.column_stack([x, y]), 1)

    return place


def _layer(layer: Layer, place: Any) -> str:
    shapes = shapely.transform(np.asarray(layer.shapes, object), place)
    paths = "".join(
        f'<path d="{path}" fill="{fill}"/>'
        for path, fill in zip(_paths(shapes), layer.fills, strict=True)
    )
    text = "".join(
        _label(shape, words)
        for shape, words in zip(shapes, layer.labels, strict=False)
        if words
    )
    return (
        f'<g stroke="{layer.line}" stroke-width="{layer.width}" '
        f'stroke-linejoin="round" fill-rule="evenodd">{paths}</g>{text}'
    )


def _paths(shapes: NDArray[np.object_]) -> list[str]:
    """Return the lines of each shape, then the rings of its areas, as SVG writes them.

    All in one go: to ask a shape for its points takes longer than to write them.
    """
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    rings, area_of = shapely.get_rings(parts[~is_line], return_index=True)
    drawn = np.r_[parts[is_line], rings]
    owner = np.r_[shape_of[is_line], shape_of[~is_line][area_of]].tolist()
    ends = [""] * int(is_line.sum()) + ["Z"] * len(rings)
    paths = [""] * len(shapes)
    for shape, points, end in zip(owner, _thinned(drawn), ends, strict=True):
        paths[shape] += "M" + "L".join(points) + end
    return paths


def _thinned(lines: NDArray[np.object_]) -> list[list[str]]:
    """Return the vertices of each line, without those that fall on one pixel."""
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    is_same = (np.diff(xy, axis=0) == 0).all(axis=1) & (np.diff(line_of) == 0)
    kept = np.flatnonzero(np.r_[True, ~is_same][: len(xy)])
    ends = np.searchsorted(line_of[kept], np.arange(len(lines) + 1)).tolist()
    words = [f"{x:g},{y:g}" for x, y in xy[kept].tolist()]
    return [words[first:last] for first, last in pairwise(ends)]


def _label(shape: Any, words: str) -> str:
    room = shapely.area(shape)
    if room < _NO_LABEL_PX2:
        return ""
    size = " small" if room < _SMALL_LABEL_PX2 else ""
    spot = shapely.centroid(shape)
    if not shapely.intersects(shapely.make_valid(shape), spot):
        spot = shapely.point_on_surface(shapely.make_valid(shape))
    return (
        f'<text x="{shapely.get_x(spot):.1f}" y="{shapely.get_y(spot) + 4:.1f}" '
        f'class="map-label{size}">{escaped(words)}</text>'
    )
