from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracking.storage.daytrack import by_day, merge, used
from tracking.storage.fixblock import (
    ACCURACY_UNKNOWN,
    COLUMN,
    CONFLICT,
    FIELDS,
    FUTURE,
    LATE,
    NULL_ISLAND,
    FixBlock,
    content_hashes,
)
from tracking.storage.journal import pack

T0 = 1_779_235_200_000


def fix(t_ms=T0, received_ms=T0, provider=0, **said):
    row = [0] * len(FIELDS)
    row[COLUMN["lon_e7"]], row[COLUMN["lat_e7"]] = 1_119_000_000, 341_000_000
    row[COLUMN["accuracy_cm"]] = 500
    said |= {"t_ms": t_ms, "received_ms": received_ms, "provider": provider}
    for name, value in said.items():
        row[COLUMN[name]] = value
    return row


def block(*rows, providers=("", "gps", "network")):
    return FixBlock(np.array(rows, np.int64), providers)


# Few times and contents, so that repeats and conflicts are frequent.
rows = st.builds(
    fix,
    t_ms=st.integers(T0, T0 + 4),
    received_ms=st.integers(T0, T0 + 9),
    provider=st.integers(0, 2),
    accuracy_cm=st.integers(0, 2),
)


@given(st.lists(rows, min_size=1, max_size=30), st.randoms(), st.data())
def test_the_merge_has_the_same_bytes_however_the_fixes_came(found, random, data):
    whole = pack(merge([block(*found)]))
    again = found + data.draw(st.lists(st.sampled_from(found), max_size=10))
    random.shuffle(again)
    cut = data.draw(st.integers(1, len(again)))
    parts = [block(*part) for part in (again[:cut], again[cut:]) if part]
    assert pack(merge(parts)) == whole
    # A day track merged before takes part like any journal row.
    assert pack(merge([merge(parts[:1]), *parts[::-1]])) == whole


@given(st.lists(rows, min_size=1, max_size=30))
def test_every_content_is_kept_once_and_one_per_time_is_used(found):
    merged = merge([block(*found)])
    keys = {(row[0], *row[2:12]) for row in found}
    assert len(merged) == len(keys)
    assert used(merged).sum() == len({row[0] for row in found})


def test_a_repeat_keeps_its_first_receipt():
    merged = merge([block(fix(received_ms=T0 + 9)), block(fix(received_ms=T0 + 2))])
    assert merged.column("received_ms").tolist() == [T0 + 2]


def test_of_two_contents_at_one_time_the_first_received_is_used():
    early, late = fix(received_ms=T0 + 1, lon_e7=5), fix(received_ms=T0 + 2, lon_e7=4)
    merged = merge([block(late), block(early)])
    assert merged.column("lon_e7").tolist() == [5, 4]
    assert (merged.column("flags") & CONFLICT).astype(bool).tolist() == [False, True]


def test_a_tie_of_receipts_goes_by_hash():
    pair = block(fix(lon_e7=5), fix(lon_e7=4))
    merged = merge([pair])
    assert content_hashes(merged).tolist() == sorted(content_hashes(pair).tolist())


def test_flags_follow_from_the_fix_and_its_receipt():
    found = merge(
        [
            block(
                fix(T0, T0 - 300_001),
                fix(T0 + 1, T0 + 1 + 7 * 86_400_000 + 1),
                fix(T0 + 2, accuracy_cm=0),
                fix(T0 + 3, accuracy_cm=-1),
                fix(T0 + 4, lon_e7=0, lat_e7=0),
                fix(T0 + 5),
            )
        ]
    )
    assert found.column("flags").tolist() == [
        FUTURE,
        LATE,
        ACCURACY_UNKNOWN,
        ACCURACY_UNKNOWN,
        NULL_ISLAND,
        0,
    ]


def test_a_block_is_cut_at_local_midnight():
    last = 1_779_206_399_999
    days = by_day(block(fix(last), fix(last + 1)))
    assert {day: part.column("t_ms").tolist() for day, part in days.items()} == {
        date(2026, 5, 19): [last],
        date(2026, 5, 20): [last + 1],
    }
