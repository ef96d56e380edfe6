"""Units heavier than a grid should be: they are laid aside, the rest share the rest."""

import numpy as np

from planning.graphs.contact import IntArray


def most_of_unit(ideal: float, size: tuple[float, float] | None) -> float:
    """Return the load above which a unit is oversized: in a size band its largest."""
    return ideal if size is None else max(ideal, size[1])


def peeled_ideal(load: IntArray, grids: int) -> tuple[IntArray, float]:
    """Return the units heavier than the ideal, and the ideal of the other grids.

    Peeled one by one, the heaviest first, until none is heavier than what is left for
    each remaining grid.
    """
    order = np.argsort(-load, kind="stable")
    total, left = int(load.sum()), grids
    heavy = 0
    while left > 1 and int(load[order[heavy]]) * left > total:
        total -= int(load[order[heavy]])
        left -= 1
        heavy += 1
    return np.sort(order[:heavy]), total / left
