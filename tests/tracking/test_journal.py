from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracking.errors import BadPacking
from tracking.fixblock import EMPTY, FIELDS, FixBlock
from tracking.journal import digest, pack, unpack


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


@given(blocks())
def test_unpacking_gives_back_every_number_and_text(block):
    found = unpack(pack(block))
    assert (found.values == block.values).all()
    assert found.providers == block.providers


def test_a_block_without_fixes_packs_too():
    assert len(unpack(pack(EMPTY))) == 0


@given(blocks(), st.data())
def test_broken_bytes_are_named_never_misread_as_a_crash(block, data):
    packed = bytearray(pack(block))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))
    # Either it is noticed, or what changed was a number; nothing else may be raised.
    with suppress(BadPacking):
        unpack(bytes(packed))


@pytest.mark.parametrize("packed", [b"", b"\x01", b"\x02\x00\x00", b"\x01\x00\x05"])
def test_what_is_no_packed_row_is_refused(packed):
    with pytest.raises(BadPacking):
        unpack(packed)


def test_a_batch_of_50_fixes_takes_at_most_20_bytes_each():
    assert len(pack(walk(50))) <= 20 * 50


def test_a_day_of_fixes_takes_at_most_16_bytes_each():
    assert len(pack(walk(2880))) <= 16 * 2880


def test_the_digest_is_of_the_content_not_of_the_compression():
    block = walk(50)
    assert digest(unpack(pack(block))) == digest(block)
