"""Merge: journal rows and day tracks in, one day track per local day out.

The merge of blocks is a set union with a rule for ties, so the result is the same
however the fixes were split, repeated or shuffled on their way:

- exact repeats (same `t_ms`, same content hash) are one fix; it keeps the earliest
  `received_ms`;
- of several contents at one `t_ms` the first received is used, ties by hash; the
  others stay and carry the flag `CONFLICT`.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geo.localtime import DAY_MS, day_start_ms, local_date_of_ms
from tracking.storage.fixblock import (
    CONFLICT,
    EMPTY,
    FLAGS,
    OFF_DUTY,
    FixBlock,
    concat,
    content_hashes,
    flags_of,
)

_DAY_ZERO_MS = day_start_ms(date(1970, 1, 1))


def merge(blocks: Sequence[FixBlock]) -> FixBlock:
    """Return the fixes of one device as one block, repeats taken out.

    Parameters
    ----------
    blocks : sequence of FixBlock
        In any order, overlapping or not; earlier results of `merge` among them.

    Returns
    -------
    FixBlock
        Sorted by ``t_ms``; at one time the fix that is used stands first.
    """
    full = concat(blocks)
    if not len(full):
        return EMPTY
    hashes = content_hashes(full)
    t, received = full.column("t_ms"), full.column("received_ms")
    order = np.lexsort((received, hashes, t))
    first = order[_changes(t[order], hashes[order])]
    ranked = first[np.lexsort((hashes[first], received[first], t[first]))]
    return _flagged(FixBlock(full.values[ranked], full.providers))


def used(block: FixBlock) -> NDArray[np.bool_]:
    """Return which fixes of a merged block a verdict may read, shape (n,)."""
    return (block.column("flags") & (CONFLICT | OFF_DUTY)) == 0


def by_day(block: FixBlock) -> dict[date, FixBlock]:
    """Return a block's fixes by the local day of their own time."""
    days = (block.column("t_ms") - _DAY_ZERO_MS) // DAY_MS
    return {
        local_date_of_ms(int(day) * DAY_MS + _DAY_ZERO_MS): block.take(days == day)
        for day in np.unique(days)
    }


def _changes(*columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    changed = np.ones(len(columns[0]), bool)
    if len(changed) > 1:
        changed[1:] = np.any([np.diff(column) != 0 for column in columns], axis=0)
    return changed


def _flagged(block: FixBlock) -> FixBlock:
    values = block.values.copy()
    flags = flags_of(block)
    flags[~_changes(block.column("t_ms"))] |= CONFLICT
    values[:, FLAGS] = flags
    return FixBlock(values, block.providers)
