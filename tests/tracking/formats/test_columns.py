"""The quick way of a batch and the careful one are one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.formats.columns import plain_block
from tracking.formats.native import parse_native, say_native
from tracking.formats.reading import Rows

NOW = 1_779_249_600_000

numbers = st.floats(-1000, 1000) | st.integers(-1000, 1000)
odd = st.none() | st.booleans() | st.sampled_from(["", "7", "x", 1e300, 10**400, [1]])
places = st.floats(-180, 180) | st.integers(-90, 90)
times = (
    st.integers(NOW - 10**9, NOW)
    | st.integers(NOW // 1000 - 10**6, NOW // 1000)
    | st.sampled_from(["2026-05-20T04:00:00.123Z", "2026-05-20T12:00:00+08:00"])
)
fixes = st.fixed_dictionaries(
    {"t": times | odd, "lon": places, "lat": places},
    optional=dict.fromkeys(
        ("accuracy", "speed_mps", "heading", "altitude", "battery"), numbers | odd
    )
    | {
        "mock": st.none() | st.booleans() | st.sampled_from(["true", 1, 1.0]),
        "provider": st.none() | st.sampled_from(["gps", " gps ", "\ud800", 7, ["x"]]),
    },
)


def careful(batch):
    rows = Rows(NOW)
    rows.read(batch, say_native)
    return rows.upload()


@given(st.lists(fixes, max_size=6))
def test_where_the_quick_way_answers_it_says_what_the_careful_one_says(batch):
    block, upload = plain_block(batch, "wgs84", NOW), careful(batch)
    if block is not None:
        assert not upload.rejected
        assert block.providers == upload.block.providers
        assert block.values.tolist() == upload.block.values.tolist()


@pytest.mark.parametrize("t", [NOW - 500, NOW // 1000, "2026-05-20T04:00:00.999Z"])
def test_a_common_batch_takes_the_quick_way(t):
    fix = {"t": t, "lon": 111.9, "lat": 34.1, "accuracy": 5, "provider": "gps"}
    assert plain_block([fix, fix], "wgs84", NOW) is not None


@pytest.mark.parametrize(
    "batch", [[], [3], [None], [{}], [{"t": NOW, "lon": 200, "lat": 1}]]
)
def test_an_uncommon_batch_is_left_to_the_careful_way(batch):
    assert plain_block(batch, "wgs84", NOW) is None


def test_one_bad_fix_loses_none_beside_it():
    good = b'{"t":%d,"lon":1,"lat":1}' % NOW
    upload = parse_native(b'{"fixes":[%s,{"t":1},%s]}' % (good, good), NOW)
    assert (len(upload.block), len(upload.rejected)) == (2, 1)
