"""Names of grids: 15-digit codes inside villages, else G001, west to east."""

from collections.abc import Mapping

import numpy as np

from geo.codes import grid_code
from planning.graphs.contact import FloatArray

_VILLAGE_DIGITS = 12


def number_grids(
    labels: list[str],
    exclusive: list[bool],
    middle: FloatArray,
    kept: Mapping[int, str],
    retired: frozenset[str] = frozenset(),
) -> list[str]:
    """Return the name of each grid.

    Parameters
    ----------
    labels : list of str
        Village of each grid, "" if there is none.
    exclusive : list of bool
        Exclusive grids take the serials after the base grids of their village.
    middle : ndarray of float64, shape (n, 2)
        A point of each grid, metres: serials run west to east, then north to south.
    kept : mapping of int to str
        Names that grids keep from a previous plan.
    retired : frozenset of str
        Names that no new grid may take.

    Raises
    ------
    BadCode
        If a village has more than 999 grids.
    """
    coded = all(_is_village_code(label) for label in labels)
    names = [kept.get(i, "") for i in range(len(labels))]
    taken = set(kept.values()) | retired
    order = np.lexsort((-middle[:, 1], middle[:, 0], np.asarray(exclusive)))
    serial: dict[str, int] = {}
    width = max(3, len(str(len(labels) + len(taken))))
    for i in order.tolist():
        if names[i]:
            continue
        scope = labels[i] if coded else ""
        while True:
            serial[scope] = serial.get(scope, 0) + 1
            name = (
                grid_code(scope, serial[scope])
                if coded
                else f"G{serial[scope]:0{width}d}"
            )
            if name not in taken:
                break
        names[i] = name
    return names


def _is_village_code(label: str) -> bool:
    return (
        len(label) == _VILLAGE_DIGITS
        and label.isascii()
        and label.isdigit()
        and label[0] != "0"
    )
