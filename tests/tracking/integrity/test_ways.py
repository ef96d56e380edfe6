"""Many ways side by side: who is compared, and that threads change nothing."""

import numpy as np
import pytest

from tracking.integrity import beside
from tracking.integrity.digests import Digest
from tracking.integrity.replays import find_near_replay
from tracking.integrity.ways import AHEAD_MS, REPLAY_DAYS, Ways
from tracking.rules.policy import DEFAULT_RULE

DAY_MS = 86_400_000
STEPS = 120


def way(worker, start_ms, seed, east_e6=0):
    """Return a way of twenty minutes that turns as it likes."""
    rng = np.random.default_rng(seed)
    turns = np.cumsum(rng.normal(0, 0.4, STEPS))
    places = np.cumsum(12e6 / 111_320 * np.c_[np.cos(turns), np.sin(turns)], axis=0)
    places += (111_900_000 + east_e6, 34_005_000)
    whole = np.rint(places).astype(np.int32)
    return Digest(worker, start_ms, start_ms + 1000 * 10 * STEPS, whole)


def found(mine, *books):
    return find_near_replay(mine, books, 3.0, DEFAULT_RULE)


@pytest.mark.parametrize(
    ("worker", "ahead_ms", "east_e6", "is_found"),
    [
        ("own", DAY_MS, 0, True),
        # Of somebody else only ways over the same ground may be the source.
        ("other", DAY_MS, 0, True),
        ("other", DAY_MS, 50_000, False),
        ("own", DAY_MS * (REPLAY_DAYS - 1), 0, True),
        ("own", DAY_MS * (REPLAY_DAYS + 1), 0, False),
        # Who walks together is no copy, nor is a way one of itself.
        ("other", AHEAD_MS - 1, 0, False),
        ("own", 0, 0, False),
    ],
)
def test_the_source_of_a_copy_is_found_where_it_may_be(
    worker, ahead_ms, east_e6, is_found
):
    mine = way("own", 60 * DAY_MS, 1)
    source = way(worker, mine.start_ms - ahead_ms, 1, east_e6)
    others = [way("own", 59 * DAY_MS, seed) for seed in range(2, 30)]
    match = found(mine, Ways.of([*others, source]))
    assert (match is not None) == is_found
    if match is not None:
        assert match.digest.sha256 == source.sha256
        assert (match.digest.worker_id, match.shift_s) == (worker, ahead_ms / 1000)


def test_one_book_or_several_in_any_order_name_the_same_source():
    mine = way("own", 60 * DAY_MS, 1)
    near = way("own", 58 * DAY_MS, 1)
    rng = np.random.default_rng(3)
    off = near.places + rng.normal(0, 8, near.places.shape).astype(np.int32)
    ways = [Digest("b", 57 * DAY_MS, 57 * DAY_MS + 1, off), near]
    ways += [way("own", 50 * DAY_MS, seed) for seed in range(2, 9)]
    told = {
        (match.digest.start_ms, match.apart_m)
        for books in ([ways], [ways[::-1]], [ways[:1], ways[1:]], [ways[1:], ways[:1]])
        for match in [found(mine, *(Ways.of(book) for book in books))]
    }
    assert len(told) == 1
    assert told.pop()[0] == near.start_ms


def test_no_ways_and_short_ones_are_no_source():
    mine = way("own", 60 * DAY_MS, 1)
    short = Digest("own", 0, 1, mine.places[:5])
    assert found(mine, Ways.of([])) is None
    assert found(mine, Ways.of([short])) is None
    assert found(short, Ways.of([mine])) is None
    empty = Digest("own", 0, 1, np.empty((0, 2), np.int32))
    assert found(mine, Ways.of([empty, way("own", 59 * DAY_MS, 1)])) is not None


def test_threads_find_what_one_after_another_finds(monkeypatch):
    class Seen:
        accuracy_m = np.full(9, 5.0)

    month = [way("own", (30 + n) * DAY_MS, n % 7) for n in range(20)]
    asked = [(Seen(), way("own", 59 * DAY_MS, seed)) for seed in range(12)]

    def told():
        matches = beside._matches(asked, [Ways.of(month)], DEFAULT_RULE)
        return [(id(seen), match.digest.start_ms) for seen, match in matches]

    here = told()
    assert len(here) == 7
    monkeypatch.setattr(beside, "_WORTH_THREADS", 0)
    assert told() == here
