import itertools
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracking.errors import BadPacking
from tracking.storage.dense import pack_dense
from tracking.storage.fixblock import EMPTY, FIELDS, PROVIDER, FixBlock, concat
from tracking.storage.journal import pack, pack_rows, unpack


def walk(count):
    """Someone walking at 1 m/s, a fix every 10 s, every field said and noisy."""
    rng = np.random.default_rng(1)
    values = np.zeros((count, len(FIELDS)), np.int64)
    jitter = rng.integers(-200, 200, count)
    values[:, 0] = 1_779_235_200_000 + np.arange(count) * 10_000 + jitter
    values[:, 1] = values[:, 0] + 900
    values[:, 2] = 1_119_000_000 + np.cumsum(rng.normal(0, 900, count))
    values[:, 3] = 341_000_000 + np.cumsum(rng.normal(0, 900, count))
    values[:, 4] = rng.integers(300, 2500, count)
    values[:, 5] = rng.integers(0, 2000, count)
    values[:, 6] = rng.integers(0, 36_000, count)
    values[:, 7] = 30_000 + np.cumsum(rng.integers(-50, 50, count))
    values[:, 8] = 870
    return FixBlock(values)


wild = st.integers(-(2**63), 2**63 - 1)
tame = st.integers(-3, 3)


@st.composite
def blocks(draw):
    rows = draw(st.integers(1, 40))
    values = draw(arrays(np.int64, (rows, len(FIELDS)), elements=wild | tame))
    texts = draw(st.lists(st.text(st.characters(codec="utf-8")), max_size=3))
    return FixBlock(values, ("", *texts))


@pytest.mark.parametrize("form", [pack, pack_dense])
@given(block=blocks())
def test_unpacking_gives_back_every_number_and_text(form, block):
    found = unpack(form(block))
    assert (found.values == block.values).all()
    assert found.providers == block.providers


@pytest.mark.parametrize("form", [pack, pack_dense])
def test_a_block_without_fixes_packs_too(form):
    assert len(unpack(form(EMPTY))) == 0


@given(
    st.lists(st.sampled_from(["", "gps", "net"]), min_size=1, max_size=30), st.data()
)
def test_rows_packed_at_once_are_those_packed_alone(said, data):
    texts = ("", "gps", "net")
    whole = walk(len(said))
    whole.values[:, PROVIDER] = [texts.index(text) for text in said]
    whole = FixBlock(whole.values, texts)
    cuts = data.draw(
        st.sets(st.integers(1, len(said))) if len(said) > 1 else st.just([])
    )
    bounds = sorted({0, len(said), *cuts})
    alone = [
        pack(concat([whole.take(np.arange(start, end))]))
        for start, end in itertools.pairwise(bounds)
    ]
    assert pack_rows(whole, bounds) == alone


@pytest.mark.parametrize("form", [pack, pack_dense])
@given(block=blocks(), data=st.data())
def test_broken_bytes_are_named_never_misread_as_a_crash(form, block, data):
    packed = bytearray(form(block))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    # Either it is noticed, or what changed was a number; nothing else may be raised.
    with suppress(BadPacking):
        unpack(bytes(packed))


@pytest.mark.parametrize("packed", [b"", b"\x01", b"\x03\x00\x00", b"\x01\x00\x05"])
def test_what_is_no_packed_row_is_refused(packed):
    with pytest.raises(BadPacking):
        unpack(packed)


def test_a_batch_of_50_fixes_takes_at_most_20_bytes_each():
    assert len(pack(walk(50))) <= 20 * 50


def test_a_day_of_fixes_takes_at_most_12_bytes_each():
    assert len(pack_dense(walk(2880))) <= 12 * 2880
