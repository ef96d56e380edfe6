"""Fixes of many phones put in order, repeats merged, each phone's fixes together.

Most of what arrives is in order already: then each phone's rows are one run of rising
times, and nothing is moved. Contents are compared only where two fixes of a phone share
a time.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.compiled import njit

Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


def codes_of(column: "pd.Series[Any]") -> tuple[NDArray[Any], list[str]]:
    """Return a column of names as numbers, and the names that they stand for.

    Parameters
    ----------
    column : Series
        Text, or a categorical of texts, which costs nothing per row.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        names = column.cat.categories.astype(str)
        return column.cat.codes.to_numpy(), [str(name) for name in names]
    codes, names = pd.factorize(column.astype(str))
    return codes, [str(name) for name in names]


@njit(cache=True)
def runs(one: NDArray[Any], other: NDArray[Any]) -> Int64:
    """Return where runs of the same two numbers start, and the end.

    Parameters
    ----------
    one, other : ndarray of integers, shape (n,)
    """
    count = 1
    for i in range(1, len(one)):
        count += (one[i] != one[i - 1]) | (other[i] != other[i - 1])
    if not len(one):
        return np.zeros(1, np.int64)
    starts = np.empty(count + 1, np.int64)
    starts[0], starts[count] = 0, len(one)
    count = 1
    for i in range(1, len(one)):
        if one[i] != one[i - 1] or other[i] != other[i - 1]:
            starts[count] = i
            count += 1
    return starts


@njit(cache=True)
def which_rise(starts: Int64, t_ms: Int64) -> Bools:
    """Return the runs whose times rise from row to row."""
    rising = np.ones(len(starts) - 1, np.bool_)
    for run in range(len(starts) - 1):
        falls = False
        for i in range(starts[run] + 1, starts[run + 1]):
            falls |= t_ms[i] <= t_ms[i - 1]
        rising[run] = not falls
    return rising


def put_in_order(
    group: Int64, groups: int, t_ms: Int64, received_ms: Int64
) -> tuple[Int64, Int64]:
    """Return the rows sorted by group, time and receipt, and where each group starts.

    Parameters
    ----------
    group : ndarray of int64, shape (n,)
        In ``range(groups)``.
    groups : int
    t_ms, received_ms : ndarray of int64, shape (n,)

    Returns
    -------
    order : ndarray of int64, shape (n,)
    starts : ndarray of int64, shape (groups + 1,)
    """
    order, starts = _by_group(group, groups)
    for g in _unsorted(order, starts, t_ms, received_ms).tolist():
        part = order[starts[g] : starts[g + 1]]
        inner = np.lexsort((received_ms[part], t_ms[part]))
        order[starts[g] : starts[g + 1]] = part[inner]
    return order, starts


@njit(cache=True)
def _by_group(group: Int64, groups: int) -> tuple[Int64, Int64]:
    starts = np.zeros(groups + 1, np.int64)
    for g in group:
        starts[g + 1] += 1
    starts = np.cumsum(starts)
    filled = starts.copy()
    order = np.empty(len(group), np.int64)
    for i in range(len(group)):
        order[filled[group[i]]] = i
        filled[group[i]] += 1
    return order, starts


@njit(cache=True)
def _unsorted(order: Int64, starts: Int64, t_ms: Int64, received_ms: Int64) -> Int64:
    found = np.zeros(len(starts) - 1, np.bool_)
    for g in range(len(starts) - 1):
        for k in range(starts[g] + 1, starts[g + 1]):
            i, j = order[k - 1], order[k]
            if t_ms[j] > t_ms[i]:
                continue
            if t_ms[j] < t_ms[i] or received_ms[j] < received_ms[i]:
                found[g] = True
                break
    return np.flatnonzero(found)


@njit(cache=True)
def same_moment(order: Int64, starts: Int64, t_ms: Int64) -> Bools:
    """Return which places of the order share group and time with the one before."""
    same = np.zeros(len(order), np.bool_)
    for g in range(len(starts) - 1):
        for k in range(starts[g] + 1, starts[g + 1]):
            same[k] = t_ms[order[k]] == t_ms[order[k - 1]]
    return same


def distinct(
    order: Int64, same: Bools, received_ms: Int64, columns: dict[str, NDArray[Any]]
) -> tuple[Int64, Bools, Bools]:
    """Return the order with ties settled, what is no repeat, and what is a conflict.

    Of several contents at one time the first received is used, ties by the hash of the
    content; the others are conflicts.

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        As `put_in_order` returns it.
    same : ndarray of bool, shape (n,)
        As `same_moment` returns it.
    received_ms : ndarray of int64, shape (n,)
    columns : dict
        What a fix says, by name.
    """
    keep = np.ones(len(order), np.bool_)
    if not same.any():
        return order, keep, same
    tied = same.copy()
    tied[:-1] |= same[1:]
    at = np.flatnonzero(tied)
    rows, moment = order[at], np.cumsum(~same[at])
    content = content_hash({name: values[rows] for name, values in columns.items()})
    inner = np.lexsort((content, received_ms[rows], moment))
    order = order.copy()
    order[at] = rows[inner]
    content = content[inner].view(np.int64)
    by_content = np.lexsort((np.arange(len(content)), content, moment))
    repeat = np.zeros(len(content), np.bool_)
    a, b = by_content[1:], by_content[:-1]
    repeat[a] = (moment[a] == moment[b]) & (content[a] == content[b])
    keep[at[repeat]] = False
    return order, keep, same


def content_hash(columns: dict[str, NDArray[Any]]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of what a fix says, the same on every machine."""
    mixed = np.zeros(len(next(iter(columns.values()))), np.uint64)
    for name in ("lon", "lat", "accuracy_m", "speed_mps", "mock"):
        values = columns[name].astype(np.float64) + 0.0  # -0.0 is 0.0
        bits = np.where(np.isnan(values), np.nan, values).view(np.uint64)
        mixed = _mix(mixed ^ bits)
    return mixed


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # SplitMix64, Steele, Lea and Flood 2014.
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
