"""Names persist: each grid keeps the name of a previous grid whose land it has."""

from scipy.sparse import csr_array, eye_array, hstack
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from planning.division.redrawing.redraw import Previous
from planning.graphs.contact import IntArray

# Units without load count for so little, and a new name for even less.
_UNIT, _NEW = 1e-3, 1e-6


def match_names(load: IntArray, part: IntArray, previous: Previous) -> dict[int, int]:
    """Return ``{part: previous grid}`` so that the least load changes its name.

    A locked unit keeps the name of its grid, however light it is.

    Parameters
    ----------
    load, part : ndarray of int64, shape (n,)
    """
    known = previous.home >= 0
    if not known.any():
        return {}
    worth = load + _UNIT + previous.fixed * float(load.sum())
    parts, names = int(part.max()) + 1, int(previous.home.max()) + 1
    ends = part[known], previous.home[known]
    shared = csr_array((worth[known], ends), shape=(parts, names))
    # So that no part is left over, each may also take a new name, its own.
    choices = hstack([shared, _NEW * eye_array(parts)], format="csr")
    of, name = min_weight_full_bipartite_matching(choices, maximize=True)
    keeps = name < names
    return dict(zip(of[keeps].tolist(), name[keeps].tolist(), strict=True))
