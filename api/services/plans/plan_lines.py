"""Rivers, ridges and roads of a plan, whatever an office calls them in its layers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from api.services.plans.layer_files import read_named
from geo.crs import STORED
from geo.errors import BadLayer
from planning.units.territory import LINE_KINDS

# What lines are called in the layers of county offices.
_LINE_WORDS: Mapping[str, tuple[str, ...]] = {
    "river": ("river", "water", "stream", "canal", "川", "河", "溪", "沟", "渠", "江"),
    "ridge": ("ridge", "岭", "脊", "山"),
    "road": ("road", "street", "highway", "rail", "道", "路", "街"),
}


def read_lines(paths: Sequence[Path]) -> gpd.GeoDataFrame | None:
    """Return the lines of some layers with their kinds, in the stored CRS, or None.

    Raises
    ------
    BadLayer
        If a layer has points, or does not say what its lines are.
    """
    if not paths:
        return None
    layers = []
    for path in paths:
        frame = read_named(path).frame
        kinds, shapes = _line_kinds(frame, path), _line_shapes(frame, path)
        layer = gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs=frame.crs)
        layers.append(layer.to_crs(STORED))
    return gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=STORED)


def _line_shapes(frame: gpd.GeoDataFrame, path: Path) -> NDArray[np.object_]:
    """Return lines; of water or a road that is drawn as a surface, its banks."""
    shapes = np.array(frame.geometry.values, object)
    dimension = shapely.get_dimensions(shapes)
    if (dimension == 0).any():
        raise BadLayer(f"{path.name}: barriers are lines or surfaces, not points")
    banks = dimension == 2
    shapes[banks] = shapely.boundary(shapes[banks])
    return shapes


def _line_kinds(frame: gpd.GeoDataFrame, path: Path) -> list[str]:
    if "kind" in frame and frame["kind"].notna().all():
        found = [_kind_in(str(value)) for value in frame["kind"]]
        if all(found):
            return [kind for kind in found if kind]
    by_name = _kind_in(path.stem.lower()) or ("road" if "road_class" in frame else None)
    if by_name is None:
        raise BadLayer(
            f"{path.name}: say what each line is in a column 'kind': "
            f"{', '.join(LINE_KINDS)}"
        )
    return [by_name] * len(frame)


def _kind_in(text: str) -> str | None:
    for kind, words in _LINE_WORDS.items():
        if any(word in text for word in words):
            return kind
    return None
