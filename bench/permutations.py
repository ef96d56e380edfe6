"""One day of fixes in any order, repeated and split: always the same bytes.

Run from the project's folder: ``python bench/permutations.py --cases 10000``. Each case
cuts the fixes of every phone into batches that overlap, sends some twice, and judges
them three ways: as rows in any order, from journal rows, and from day tracks that were
merged in any order with late batches beside them.
"""

import argparse
import time

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import phones as p
import streets
from adversaries import DAY, Scene

from geo.crs import COORD_TYPES
from geo.frames import FIX_COLUMNS
from tracking.ground.areas import grid_versions
from tracking.ground.roster import Assignment, Roster
from tracking.storage.daytrack import merge
from tracking.storage.dense import pack_dense
from tracking.storage.fixblock import (
    COLUMN,
    FIELDS,
    UNKNOWN,
    UNKNOWN_ALTITUDE,
    FixBlock,
    to_frame,
)
from tracking.storage.journal import pack, unpack
from tracking.verdict.verify import verify_days


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    asked = options.parse_args()
    rng = np.random.default_rng(asked.seed)
    blocks, roster = draw(rng)
    expected = judged(frame_of(blocks), roster)
    begun, wrong = time.process_time(), 0
    for case in range(asked.cases):
        way = (shuffled, from_journal, from_day_tracks)[case % 3]
        wrong += judged(way(blocks, rng), roster) != expected
    print(
        f"seed {asked.seed}: {asked.cases - wrong} of {asked.cases} cases gave the "
        f"same {len(expected):,} bytes ({time.process_time() - begun:.0f} CPU-s)"
    )


def draw(rng):
    """Return the blocks of three phones with conflicts and bad fixes, and a roster."""
    centre = streets.centres(1, p.PLANE)[0]
    scene = Scene(0, centre, rng, 0.2, 0.4)
    people, blocks = [], {}
    for n in range(3):
        worker = f"w{n}"
        fixes = scene.fixes(scene.walk((18, 20)), worker=worker, device=f"d{n}")
        block = block_of(fixes)
        values = np.vstack([block.values, block.values[20:23]])
        values[-3:, COLUMN["lon_e7"]] += 900
        values[-3:, COLUMN["received_ms"]] += 60_000
        values[4, COLUMN["lat_e7"]] = values[4, COLUMN["lon_e7"]] = 0
        blocks[worker] = FixBlock(values)
        people.append(Assignment(worker, scene.code))
    shape = streets.on_earth(scene.grid, centre, p.PLANE)
    grids = gpd.GeoDataFrame({"grid_code": [scene.code]}, geometry=[shape], crs=4326)
    return blocks, Roster(grid_versions(grids), people)


def block_of(fixes) -> FixBlock:
    """Return fixes as the whole numbers that are stored."""
    values = np.full((len(fixes), len(FIELDS)), UNKNOWN, np.int64)
    told = {
        "t_ms": fixes["t_ms"],
        "received_ms": fixes["received_ms"],
        "lon_e7": np.rint(fixes["lon"] * 1e7),
        "lat_e7": np.rint(fixes["lat"] * 1e7),
        "accuracy_cm": np.rint(fixes["accuracy_m"] * 100),
        "altitude_cm": UNKNOWN_ALTITUDE,
        "mock": fixes["mock"],
        "provider": 0,
        "datum": COORD_TYPES.index("wgs84"),
        "flags": 0,
    }
    for name, column in told.items():
        values[:, COLUMN[name]] = column
    return FixBlock(values)


def frame_of(blocks) -> pd.DataFrame:
    parts = [
        to_frame(block).assign(worker_id=worker, device_id=f"d{worker[1:]}")
        for worker, block in blocks.items()
    ]
    return pd.concat(parts, ignore_index=True)[list(FIX_COLUMNS)]


def judged(fixes, roster) -> bytes:
    return orjson.dumps(verify_days(fixes, roster, days=[DAY]))


def batches(block, rng) -> list[FixBlock]:
    """Return a block cut into overlapping batches in any order, some sent twice."""
    n, parts = len(block), []
    order = rng.permutation(n) if rng.random() < 0.5 else np.arange(n)
    cuts = np.sort(rng.integers(0, n, int(rng.integers(1, 6))))
    for low, high in zip([0, *cuts], [*cuts, n], strict=True):
        rows = order[max(low - int(rng.integers(0, 9)), 0) : high]
        if len(rows):
            parts += [block.take(rows)] * int(rng.integers(1, 3))
    return [parts[i] for i in rng.permutation(len(parts))]


def shuffled(blocks, rng):
    rows = frame_of(blocks)
    again = rows.sample(frac=float(rng.uniform(0, 1)), random_state=rng)
    return pd.concat([again, rows]).sample(frac=1.0, random_state=rng)


def from_journal(blocks, rng):
    return frame_of(
        {
            worker: merge([unpack(pack(part)) for part in batches(block, rng)])
            for worker, block in blocks.items()
        }
    )


def from_day_tracks(blocks, rng):
    found = {}
    for worker, block in blocks.items():
        rows = batches(block, rng)
        cut = int(rng.integers(0, len(rows) + 1))
        day = unpack(pack_dense(merge(rows[:cut]))) if cut else merge([])
        found[worker] = merge([*rows[cut:], day])
    return frame_of(found)


if __name__ == "__main__":
    main()
