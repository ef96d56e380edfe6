"""Tiny villages joined to a neighbour, where the planner says so.

"Never cross a village" and "equal tasks" conflict where a village is much smaller than
a grid (`planning.account.offers` says by how much). Joined villages count as one: a
grid may lie in both. The lightest is joined first, to the neighbour with the longest
shared border, or to the nearest if it touches none, until none is tiny.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.adjacency import rook_edges
from planning.graphs.contact import FloatArray, IntArray
from planning.units.territory import Territory


def tiny_villages(territory: Territory, ideal: float, share: float) -> dict[str, str]:
    """Return which village takes in which: ``{tiny: host}``, hosts standing alone.

    Parameters
    ----------
    territory : Territory
        In a metric CRS. Villages are their outlines, else the ground or the points of
        their units.
    ideal : float
        Load of an average grid.
    share : float
        A village below this share of the ideal is tiny.
    """
    load = territory.units.groupby("label", sort=True)["load"].sum()
    if territory.villages is not None:
        every = sorted({*load.index, *territory.villages["label"]})
        load = load.reindex(every, fill_value=0.0)
    names = [str(name) for name in load.index]
    shapes = _village_shapes(territory, names)
    border = _borders(shapes)
    weight = load.to_numpy(np.float64, copy=True)
    head = np.arange(len(names))
    while (tiny := _lightest(weight, head, share * ideal)) is not None:
        own, other = head == tiny, np.flatnonzero(head != tiny)
        contact = border[own][:, other].max(axis=0)
        if not contact.any():
            contact = -shapely.distance(shapes[other], shapely.union_all(shapes[own]))
        chosen = int(head[other[int(np.argmax(contact))]])
        weight[chosen] += weight[tiny]
        head[own] = chosen
    return {names[i]: names[h] for i, h in enumerate(head.tolist()) if h != i}


def _lightest(weight: FloatArray, head: IntArray, least: float) -> int | None:
    alive = np.unique(head)
    if len(alive) < 2:
        return None
    first = alive[int(np.argmin(weight[alive]))]
    return int(first) if weight[first] < least else None


def _village_shapes(territory: Territory, names: list[str]) -> NDArray[np.object_]:
    layer = territory.units if territory.villages is None else territory.villages
    label, shapes = layer["label"].to_numpy(str), np.asarray(layer.geometry.values)
    return np.array([shapely.union_all(shapes[label == n]) for n in names], object)


def _borders(shapes: NDArray[np.object_]) -> FloatArray:
    """Return the metres of border that each two villages share, 0 for points."""
    border = np.zeros((len(shapes), len(shapes)))
    if set(shapely.get_dimensions(shapes).tolist()) == {2}:
        u, v, length = rook_edges(shapes)
        border[u, v] = border[v, u] = length
    return border
