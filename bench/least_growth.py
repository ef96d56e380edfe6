"""Cheap grids at given prices, found by annealing single grids: compiled.

Finds most of what `least_pricing` would, in a hundredth of the time, but proves
nothing. A unit comes in, goes out, or both at once; the grid stays connected.
"""

import numpy as np
from least_net import CUT, Field, Flags, Ints
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.kernels import LOG_BITS, LOG_TABLE, draw
from planning.graphs.wholeness import Walk, holds_without, make_walk

_TRIES, _KEPT = 20_000, 4
_COME, _GO, _BOTH = 0, 1, 2
# Heat at the beginning and at the end, and the price of a grid's load outside the band.
_HOT, _COLD, _OUTSIDE = CUT * 8 // 10, CUT // 10, 40 * CUT
_HALF = CUT // 2


def grow_grids(field: Field, grid: Flags, seed: int) -> Flags:
    """Return grids with a reduced cost below 0, found from one, as rows."""
    found, part = np.zeros((_KEPT, len(grid)), np.bool_), grid.astype(np.int32)
    state, walk = np.array([seed], np.uint64), make_walk(len(grid))
    count = _anneal(field, part, walk, found, _TRIES, state, LOG_TABLE)
    return found[:count]


@njit(cache=True)
def _anneal(
    field: Field,
    part: NDArray[np.int32],
    walk: Walk,
    found: Flags,
    tries: int,
    state: NDArray[np.uint64],
    log_table: Ints,
) -> int:
    """Anneal the grid of the units with part 1; return how many sets were kept.

    The last of ever cheaper ones, over and over in the rows of `found`.
    """
    price, best, count = 2 * _OUTSIDE // (field.low + field.high), np.int64(-1), 0
    listed = np.flatnonzero(part)
    listed = np.append(listed, np.zeros(len(part) - len(listed), np.int64))
    size, load, cost = part.sum(), (field.load * part).sum(), np.int64(0)
    for u in listed[:size]:
        # Each border inside is counted from both its ends.
        cost -= field.price[u]
        for j in range(field.indptr[u], field.indptr[u + 1]):
            cost += _HALF * (part[field.indices[j]] == 0)
    for turn in range(tries):
        heat = _HOT - (_HOT - _COLD) // tries * turn
        most = (heat >> 16) * log_table[draw(state, 1 << LOG_BITS)]
        kind, at = draw(state, 3), draw(state, size)
        come = _beside(field, state, listed[at])
        if part[come] == 1:
            continue
        change, shift = np.int64(0), np.int64(0)
        if kind != _GO:
            change += _costs(field, part, come)
            shift += field.load[come]
            part[come] = 1
        if kind == _BOTH:
            at = draw(state, size)
        gone = listed[at]
        if kind != _COME:
            change -= _costs(field, part, gone)
            shift -= field.load[gone]
        more = _outside(field, load + shift) - _outside(field, load)
        if change + more * price > most or (
            kind != _COME
            and not holds_without(field.indptr, field.indices, part, gone, walk)
        ):
            part[come] = 0
            continue
        cost, load = cost + change, load + shift
        if kind == _COME:
            listed[size] = come
            size += 1
        elif kind == _BOTH:
            listed[at] = come
            part[gone] = 0
        else:
            size -= 1
            listed[at] = listed[size]
            part[gone] = 0
        if cost < best and field.low <= load <= field.high:
            best = cost
            found[count % len(found)] = part == 1
            count += 1
    return min(count, len(found))


@njit(cache=True)
def _beside(field: Field, state: NDArray[np.uint64], unit: int) -> int:
    """Return a random neighbour of a unit, itself if it has none."""
    first, end = field.indptr[unit], field.indptr[unit + 1]
    return field.indices[first + draw(state, end - first)] if end > first else unit


@njit(cache=True)
def _costs(field: Field, part: NDArray[np.int32], unit: int) -> int:
    """Return what a unit adds to the reduced cost of the other units with part 1."""
    cost = -field.price[unit]
    for j in range(field.indptr[unit], field.indptr[unit + 1]):
        cost += -_HALF if part[field.indices[j]] else _HALF
    return cost


@njit(cache=True)
def _outside(field: Field, load: int) -> int:
    return max(0, field.low - load, load - field.high)
