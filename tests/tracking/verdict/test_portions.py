"""A county in portions: the same bytes however it is cut, and whoever does the work."""

import pickle
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import numpy as np
import orjson
import pandas as pd
import pytest

from geo.crs import COORD_TYPES
from geo.localtime import local_date_of_ms
from tests.tracking.worlds import (
    DAY,
    HOME,
    NEXT,
    SEEDS,
    SIDE,
    clock,
    honest_round,
    phone,
    roster,
    square,
)
from tracking.integrity.ways import Ways
from tracking.rules.policy import DEFAULT_RULE
from tracking.storage.fixblock import COLUMN, FIELDS, UNKNOWN, FixBlock
from tracking.storage.stacking import stacked
from tracking.verdict.portions import (
    Matter,
    Portion,
    closed_groups,
    judge_portions,
    show,
)
from tracking.verdict.verify import judge_days

BEFORE = DAY - timedelta(days=1)
LATER = clock(60)
PEOPLE = [
    *(("honest", HOME), ("copied", NEXT), ("pair-a", HOME, "g"), ("pair-b", HOME, "g")),
    *(("bag-a", HOME), ("bag-b", NEXT), ("lent", HOME), ("skewed", NEXT)),
    ("silent", HOME),
]


def world(seed):
    """Return tracks with every kind of finding that needs somebody else."""
    rng = np.random.default_rng(seed)
    own = [honest_round(rng, worker=w) for w in ("honest", "pair-a", "bag-a")]
    near = square(x=SIDE)
    walked = honest_round(
        rng, worker="copied", area=near, device=phone("c"), day=BEFORE
    )
    again = walked.assign(
        **{t: walked[t] + 86_400_000 for t in ("t_ms", "received_ms")}
    )
    names = ("honest", "pair-a", "bag-a")
    own = [f.assign(device_id=f"of-{n}") for f, n in zip(own, names, strict=True)]
    # One walks with the other; and two change one phone between them.
    beside = [
        own[1].assign(worker_id="pair-b", device_id="of-pair-b"),
        own[2].assign(worker_id="bag-b", device_id="of-bag-b"),
    ]
    lent = own[0].iloc[5::11].assign(worker_id="lent")
    own[0] = own[0].drop(own[0].index[5::11])
    skewed = honest_round(rng, worker="skewed", area=near, device=phone("s"))
    skewed["t_ms"] += 3_600_000
    return pd.concat([*own, *beside, lent, walked, again, skewed], ignore_index=True)


def rows_of(fixes):
    rows = []
    days = fixes["t_ms"].map(lambda t: local_date_of_ms(int(t)))
    for key, own in fixes.groupby(["worker_id", "device_id", days]):
        values = np.full((len(own), len(FIELDS)), UNKNOWN, np.int64)
        for name in ("t_ms", "received_ms", "mock"):
            values[:, COLUMN[name]] = own[name]
        for name in ("lon", "lat"):
            values[:, COLUMN[f"{name}_e7"]] = np.rint(own[name] * 1e7)
        values[:, COLUMN["accuracy_cm"]] = np.rint(own["accuracy_m"] * 100)
        for name in ("provider", "flags"):
            values[:, COLUMN[name]] = 0
        values[:, COLUMN["datum"]] = COORD_TYPES.index("wgs84")
        rows.append((key[0], key[1], FixBlock(values)))
    return rows


def portions_of(rows, size):
    carried = [(worker, device) for worker, device, _ in rows]
    groups = closed_groups(carried, [person[0] for person in PEOPLE])
    while groups:
        some = sorted(chain.from_iterable(groups[:size]))
        groups = groups[size:]
        own = [row for row in rows if row[0] in some]
        yield Portion(some, own, [len(row[2]) for row in own])


def in_portions(rows, people, rule, size, digests=()):
    matter = Matter(DAY, LATER, [(rule, people)])
    asked = []

    def reading(only=None):
        asked.append(only)
        for portion in portions_of(rows, size):
            if only is None or not only.isdisjoint(portion.workers):
                yield portion

    def doing(tasks):
        # As between processes: nothing is shared.
        for task in tasks:
            there = pickle.loads(pickle.dumps((matter, task)))
            yield pickle.loads(pickle.dumps(show(*there)))

    return judge_portions(matter, reading, doing, Ways.of(digests)), asked


def as_told(digests):
    return [(d.worker_id, d.start_ms, d.end_ms, d.packed()) for d in digests]


@pytest.mark.parametrize("seed", SEEDS)
def test_portions_give_the_bytes_of_the_whole(seed):
    walked, people = world(seed), roster(PEOPLE)
    if seed == 1:
        # All phones are wrong by the same: it is the server.
        walked["t_ms"] += 3_600_000
    rows, rule = rows_of(walked), replace(DEFAULT_RULE, server_clock_devices=5)
    fixes = stacked(rows, [len(row[2]) for row in rows])
    told = {"days": [DAY], "as_of_ms": LATER, "with_silent": True}
    whole = judge_days(fixes, people, rule, **told)
    lines = {body["worker_id"]: orjson.dumps(body) for body in whole.bodies}
    for size in (1, 2, 9):
        parts, asked = in_portions(rows, people, rule, size)
        assert parts.lines == lines
        assert as_told(parts.digests) == as_told(whole.digests)
        assert len(asked) > 1
    found = b"".join(lines.values())
    for code in ("joint_patrol", "companion_device", "replayed_track", "device_shared"):
        assert code.encode() in found, code


def test_a_day_that_shows_nothing_of_others_is_looked_at_once():
    rows = rows_of(honest_round(np.random.default_rng(1), worker="honest"))
    _, asked = in_portions(rows, roster(PEOPLE), DEFAULT_RULE, 2)
    assert asked == [None]


def test_who_shared_a_device_stays_together():
    carried = [("c", "1"), ("a", "1"), ("d", "2"), ("b", "3"), ("d", "3")]
    assert closed_groups(carried, ["e"]) == [["a", "c"], ["b", "d"], ["e"]]
