import numpy as np
import pandas as pd
import pytest

from geo.frames import FIX_COLUMNS
from tracking.errors import BadPacking
from tracking.storage.dense import pack_dense
from tracking.storage.fixblock import COLUMN, FIELDS, UNKNOWN, FixBlock, to_frame
from tracking.storage.journal import pack
from tracking.storage.stacking import stacked


def block(seed, datum=0):
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 1000, (200 + seed, len(FIELDS)))
    values[:, COLUMN["t_ms"]] = 1_779_235_200_000 + np.arange(len(values)) * 10_000
    values[:, COLUMN["received_ms"]] = values[:, COLUMN["t_ms"]] + 2_000
    values[:, COLUMN["lon_e7"]] += 1_119_000_000
    values[:, COLUMN["lat_e7"]] += 341_000_000
    values[:, COLUMN["mock"]] = rng.integers(-1, 2, len(values))
    values[:, COLUMN["provider"]], values[:, COLUMN["datum"]] = 0, datum
    values[::7, COLUMN["accuracy_cm"]] = UNKNOWN
    return FixBlock(values)


@pytest.mark.parametrize("packed", [pack, pack_dense, lambda same: same])
def test_stacked_rows_are_the_frames_of_their_blocks_end_to_end(packed):
    blocks = {"w2": block(1), "w1": block(2, datum=2), "w3": block(3, datum=1)}
    rows = [(worker, f"d-{worker}", packed(b)) for worker, b in blocks.items()]
    found = stacked(rows, [len(b) for b in blocks.values()])
    single = [
        to_frame(b).assign(worker_id=worker, device_id=f"d-{worker}")
        for worker, b in blocks.items()
    ]
    expected = pd.concat(single, ignore_index=True)
    for name in (*FIX_COLUMNS, "flags"):
        told = found[name].tolist(), expected[name].tolist()
        assert [v if v == v else None for v in told[0]] == [
            v if v == v else None for v in told[1]
        ]


def test_a_row_that_holds_another_number_of_fixes_is_broken():
    with pytest.raises(BadPacking, match="200 fixes and not 7"):
        stacked([("w", "d", pack_dense(block(0)))], [7])


def test_no_rows_are_a_frame_without_fixes():
    found = stacked([], [])
    assert len(found) == 0
    assert list(found.columns) == [*FIX_COLUMNS, "flags"]
