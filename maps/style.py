"""Colours of every map: the single source, shared with the browser.

``style.json`` beside this module is read here and imported by the front end at build
time, so the two cannot drift. Categorical colours come from the colour-blind safe sets
of Okabe and Ito and of Tol; whatever a colour says, a shape or a word says too.

References
----------
.. [1] P. Tol, "Colour schemes", SRON/EPS/TN/09-002, 2021, figure "light".
.. [2] D. Brélaz, "New methods to color the vertices of a graph", CACM 22(4), 1979.
"""

import heapq
import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def style() -> dict[str, Any]:
    """Return the content of ``style.json``: colours by layer and meaning."""
    text = resources.files("maps").joinpath("style.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def deviation_colour(percent: float) -> str:
    """Return the colour of a grid whose load deviates from the ideal by `percent`.

    Examples
    --------
    >>> deviation_colour(0.0)
    '#F7F7F7'
    """
    steps = style()["deviation"]
    colours = (s["colour"] for s in steps[:-1] if percent < s["below"])
    colour: str = next(colours, steps[-1]["colour"])
    return colour


def colour_grids(edges: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Give each area a colour number so that no two neighbours agree.

    DSATUR: the area that sees most colours comes next; ties go to the one with more
    neighbours, then to the smaller index, so the answer depends on nothing else.

    Parameters
    ----------
    edges : ndarray of int64, shape (n_edges, 2)
        Pairs of positions that share a border; direction and repeats do not matter.
    count : int
        Number of areas.

    Returns
    -------
    ndarray of int64, shape (count,)
        Colour numbers from 0. A map in the plane rarely needs more than five; use
        them modulo the palette's length.

    Examples
    --------
    >>> colour_grids(np.array([[0, 1], [1, 2], [2, 0]]), 4).tolist()
    [0, 1, 2, 0]
    """
    neighbours = _neighbours(edges, count)
    colours = np.full(count, -1, dtype=np.int64)
    seen: list[set[int]] = [set() for _ in range(count)]
    queue = [(0, -len(neighbours[i]), i) for i in range(count)]
    heapq.heapify(queue)
    while queue:
        saturation, _, area = heapq.heappop(queue)
        if colours[area] >= 0 or -saturation != len(seen[area]):
            continue
        colours[area] = _smallest_missing(seen[area])
        for other in sorted(neighbours[area]):
            if colours[other] < 0 and colours[area] not in seen[other]:
                seen[other].add(int(colours[area]))
                heapq.heappush(
                    queue, (-len(seen[other]), -len(neighbours[other]), other)
                )
    return colours


def _neighbours(edges: NDArray[np.int64], count: int) -> list[set[int]]:
    neighbours: list[set[int]] = [set() for _ in range(count)]
    for u, v in np.asarray(edges, dtype=np.int64).reshape(-1, 2).tolist():
        if u != v:
            neighbours[u].add(v)
            neighbours[v].add(u)
    return neighbours


def _smallest_missing(taken: set[int]) -> int:
    colour = 0
    while colour in taken:
        colour += 1
    return colour
