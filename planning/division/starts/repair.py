"""Make a labelling a partition: every part connected and non-empty, exactly k parts.

METIS and previous plans are only a start: both leave fragments and empty parts.
"""

import numpy as np
from numpy.typing import NDArray

from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, subgraph
from planning.graphs.kernels import label_pieces, tree_cut

_TREES = 8

Flags = NDArray[np.bool_]


def repair(
    graph: UnitGraph,
    part: IntArray,
    parts: int,
    seed: int,
    held: Flags | None = None,
) -> IntArray:
    """Return a partition of a connected graph in exactly `parts` connected parts.

    Parameters
    ----------
    graph : UnitGraph
        Connected, with at least `parts` units.
    part : ndarray of int64, shape (n,)
        Labels 0 .. parts - 1 (others are an error); not changed.
    held : ndarray of bool, shape (n,), optional
        Units that keep their label if they can: of a part in pieces the one that holds
        most of them stays.
    """
    if held is None:
        held = np.zeros(graph.size, bool)
    part = _give_fragments_away(graph, part.copy(), held)
    sizes = np.bincount(part, minlength=parts)
    for empty in np.flatnonzero(sizes == 0).tolist():
        part = _fill_by_split(graph, part, parts, empty, seed + empty, held)
    return part


def _give_fragments_away(graph: UnitGraph, part: IntArray, held: Flags) -> IntArray:
    """Keep the heaviest piece of each part; hand others to the longest border.

    A piece with units that are held comes before heavier ones.
    """
    while True:
        piece = label_pieces(graph.indptr, graph.indices, part)
        lost = _lost_pieces(graph, part, piece, held)
        if not lost.any():
            return part
        source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        edge = lost[piece[source]] & ~lost[piece[graph.indices]]
        key = piece[source[edge]] * graph.size + part[graph.indices[edge]]
        pair, inverse = np.unique(key, return_inverse=True)
        border = np.bincount(inverse, graph.cost[edge])
        order = np.lexsort((-border, pair // graph.size))
        chosen, at = np.unique(pair[order] // graph.size, return_index=True)
        new = np.full(len(lost), -1, np.int64)
        new[chosen] = pair[order][at] % graph.size
        moved = new[piece] >= 0
        part[moved] = new[piece][moved]


def _lost_pieces(
    graph: UnitGraph, part: IntArray, piece: IntArray, held: Flags
) -> Flags:
    count = int(piece.max()) + 1
    load = np.bincount(piece, graph.load, minlength=count)
    size = np.bincount(piece, minlength=count)
    kept = np.bincount(piece, held, minlength=count)
    owner = np.zeros(count, np.int64)
    owner[piece] = part
    order = np.lexsort((np.arange(count), -size, -load, -kept, owner))
    keep = np.unique(owner[order], return_index=True)[1]
    lost = np.ones(count, bool)
    lost[order[keep]] = False
    return lost


def _fill_by_split(
    graph: UnitGraph, part: IntArray, parts: int, empty: int, seed: int, held: Flags
) -> IntArray:
    weight = np.bincount(part, graph.load, minlength=parts)
    size = np.bincount(part, minlength=parts)
    order = np.lexsort((np.arange(parts), -size, -weight))
    heaviest = [int(p) for p in order if size[p] > 1]
    # Where what is held is on both sides, the next heaviest; at worst the heaviest.
    sides = (_free_side(graph, part == p, seed, held) for p in heaviest)
    free = next((side for side in sides if not held[side].any()), None)
    if free is None:
        free = _free_side(graph, part == heaviest[0], seed, held)
    part[free] = empty
    return part


def _free_side(graph: UnitGraph, inside: Flags, seed: int, held: Flags) -> IntArray:
    """Return the units of one side of a part cut in two, of that which holds fewer."""
    nodes = np.flatnonzero(inside)
    inner = subgraph(graph, nodes)
    side, _ = tree_cut(
        inner.indptr, inner.indices, inner.cost, inner.load, 2, _TREES, seed
    )
    side = np.asarray(side, bool)
    if held[nodes[side]].sum() > held[nodes[~side]].sum():
        side = ~side
    return nodes[side]
