"""Measures of one grid from its units alone: what an edit has to do anew."""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"

import numpy as np

from geo.compiled import njit
from planning.graphs.contact import IntArray

COLUMNS = (
    "load",
    "size",
    "cut",
    "border_mm",
    "outer_mm",
    "area_cm2",
    "pieces",
    "labels",
)


@njit(cache=True)
def measure(
    indptr: IntArray,
    indices: IntArray,
    border_indptr: IntArray,
    border_indices: IntArray,
    border_mm: IntArray,
    way_indptr: IntArray,
    way_indices: IntArray,
    unit_load: IntArray,
    outer_mm: IntArray,
    area_cm2: IntArray,
    label: IntArray,
    part: IntArray,
    members: IntArray,
) -> IntArray:
    """Return the measures of a grid, in the order of `COLUMNS`.

    Parameters
    ----------
    indptr, indices : ndarray of int64
        The graph of contacts.
    border_indptr, border_indices, border_mm : ndarray of int64
        Who shares how much border, also where it is too little for a contact.
    way_indptr, way_indices : ndarray of int64
        The graph of what holds a grid together.
    part : ndarray of int64, shape (n,)
        Grid of each unit.
    members : ndarray of int64
        The grid's units, ascending.
    """
    out = np.zeros(8, np.int64)
    for u in members:
        out[0] += unit_load[u]
        out[1] += 1
        out[4] += outer_mm[u]
        out[5] += area_cm2[u]
        for j in range(indptr[u], indptr[u + 1]):
            if part[indices[j]] != part[u]:
                out[2] += 1
        for j in range(border_indptr[u], border_indptr[u + 1]):
            if part[border_indices[j]] != part[u]:
                out[3] += border_mm[j]
    if len(members):
        out[6] = piece_numbers(way_indptr, way_indices, members).max() + 1
    labels = label[members]
    labels.sort()
    for i in range(len(labels)):
        if i == 0 or labels[i] != labels[i - 1]:
            out[7] += 1
    return out


@njit(cache=True)
def piece_numbers(indptr: IntArray, indices: IntArray, members: IntArray) -> IntArray:
    """Return the number of the connected piece that each of some units is in.

    Pieces are numbered in the order of their first units; `members` is ascending.
    """
    count = len(members)
    piece = np.full(count, -1, np.int64)
    queue = np.empty(count, np.int64)
    number = 0
    for start in range(count):
        if piece[start] >= 0:
            continue
        piece[start] = number
        queue[0], head, tail = start, 0, 1
        while head < tail:
            u = members[queue[head]]
            head += 1
            for j in range(indptr[u], indptr[u + 1]):
                at = np.searchsorted(members, indices[j])
                if at < count and members[at] == indices[j] and piece[at] < 0:
                    piece[at] = number
                    queue[tail] = at
                    tail += 1
        number += 1
    return piece
