"""Cut a large territory in two again and again, each half with exactly its share.

A local search passes load on from grid to grid, but not across a county: a start whose
west is one percent too heavy stays so. So the shares are settled from the top: METIS
halves, units at the border of the halves change sides until both carry what their grids
should, and each half is cut on in the same way.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
import pymetis

from geo.compiled import njit
from planning.division.starts.repair import repair
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Net, follow, list_cuts, make_net
from planning.graphs.graph import PLAIN_COST, UnitGraph
from planning.graphs.kernels import draw, tree_cut
from planning.graphs.wholeness import Walk, holds_without, make_walk

_METIS_TOTAL = 10**8
# Bisections by chance until one is off by no more than this share of the load.
_STARTS, _NEXT_SEED, _NEARLY = 8, 1_000_003, 0.005
_TRIES = 100_000
# Spanning trees where units are few.
_TREES = 8
# How much a border may grow by one unit that changes sides, in plain borders, plus one;
# more and more where a narrow land leaves no cheap way.
_SLACK, _STEPS = 3, 8


def halve(graph: UnitGraph, parts: int, seed: int) -> tuple[IntArray, int]:
    """Return the side, 0 or 1, of each unit of a connected graph, and side 0's parts.

    Both sides are connected, have as many units as parts at least, and carry their
    shares of the load to about a unit, as far as that goes together.
    """
    first = parts // 2
    target = int(graph.load.sum()) * first // parts
    side = _bisect(graph, first / parts, target, seed).astype(np.int32)
    _even_out(make_net(graph), side, target, make_walk(graph.size), _TRIES, seed)
    if not first <= np.count_nonzero(side == 0) <= graph.size - (parts - first):
        return _halve_by_trees(graph, parts, seed)
    return side.astype(np.int64), first


def _halve_by_trees(graph: UnitGraph, parts: int, seed: int) -> tuple[IntArray, int]:
    """Halve where half of the load lies in fewer units than half of the parts need."""
    is_first, first = tree_cut(
        graph.indptr, graph.indices, graph.cost, graph.load, parts, _TREES, seed
    )
    return (~is_first).astype(np.int64), first


def _bisect(graph: UnitGraph, share: float, target: int, seed: int) -> IntArray:
    """Return two connected sides, of several by chance the first that is nearly even.

    METIS's halves may be in pieces; what is left of them may be far from even, and to
    even it out unit by unit would leave a ragged border.
    """
    total = max(1, int(graph.load.sum()))
    best, least = np.zeros(graph.size, np.int64), total + 1
    for start in range(_STARTS):
        chance = seed + start * _NEXT_SEED
        _, label = pymetis.part_graph(
            2,
            adjacency=pymetis.CSRAdjacency(graph.indptr, graph.indices),
            vweights=graph.load * min(total, _METIS_TOTAL) // total,
            eweights=graph.cost,
            tpwgts=[share, 1 - share],
            recursive=True,
            options=pymetis.Options(seed=chance),
        )
        side = repair(graph, np.asarray(label, np.int64), 2, chance)
        off = abs(int(graph.load[side == 0].sum()) - target)
        if off < least:
            best, least = side, off
        if least <= _NEARLY * total:
            break
    return best


@njit(cache=True)
def _even_out(
    net: Net, side: ShortArray, target: int, walk: Walk, tries: int, seed: int
) -> None:
    """Move units across the border until side 0 carries the target, nearly."""
    state = np.array([seed], dtype=np.uint64)
    cuts = list_cuts(net, side)
    over = -target
    for u in range(len(side)):
        if side[u] == 0:
            over += net.load[u]
    for turn in range(tries):
        if over == 0 or cuts.count[0] == 0:
            return
        edge = cuts.listed[draw(state, cuts.count[0])]
        u = net.source[edge]
        after = over - net.load[u] if side[u] == 0 else over + net.load[u]
        if abs(after) >= abs(over):
            continue
        price = np.int64(cuts.own[u]) - cuts.toward[edge]
        slack = _SLACK + turn * _STEPS // tries
        if price >= draw(state, slack) * PLAIN_COST + 1:
            continue
        if holds_without(net.indptr, net.indices, side, u, walk):
            side[u] = 1 - side[u]
            over = after
            follow(net, side, u, 1 - side[u], cuts)
