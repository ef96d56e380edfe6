"""Long borders cost more, so that of two plans that cut as often the rounder is drawn.

A border counts as long beside those around it, not beside those of the county: a grid
among hill villages is as round as one among blocks of houses.
"""

import numpy as np

from planning.graphs.contact import FloatArray, IntArray

# How much of a border's price hangs on its length, and the most that length counts.
_SHARE, _MOST = 0.15, 4.0
# How far around the usual length of a border is looked for, in units.
_AROUND = 2


def length_prices(u: IntArray, v: IntArray, length_m: FloatArray) -> FloatArray:
    """Return the price of each border by its length, 1 for one as long as those around.

    Parameters
    ----------
    u, v : ndarray of int64, shape (n,)
        Units at both sides, each pair once.
    length_m : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
        Between 0.85 and 1.45; 1 where no border has a length.
    """
    ends, far = np.r_[u, v], np.r_[v, u]
    count = int(ends.max(initial=-1)) + 1
    degree = np.maximum(1, np.bincount(ends, minlength=count))
    usual = np.bincount(ends, np.r_[length_m, length_m], minlength=count) / degree
    for _ in range(_AROUND):
        around = np.bincount(ends, usual[far], minlength=count)
        usual = (usual + around) / (degree + 1)
    here = (usual[u] + usual[v]) / 2
    beside = np.divide(length_m, here, out=np.ones(len(here)), where=here > 0)
    return 1 - _SHARE + _SHARE * np.minimum(beside, _MOST)
