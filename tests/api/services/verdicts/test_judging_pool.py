"""Processes that look at portions: the same bytes, and none is left behind."""

import subprocess

import numpy as np
import pytest

from api.services.verdicts import judging_pool
from api.services.verdicts.judging_pool import LookingFailed, looking, processes_for
from tests.tracking.worlds import DAY, HOME, clock, honest_round, roster
from tracking.rules.policy import DEFAULT_RULE
from tracking.storage.journal import pack
from tracking.verdict.portions import Matter, Portion, Task, show

MATTER = Matter(DAY, clock(60), [(DEFAULT_RULE, roster([("w1", HOME)]))])


@pytest.fixture
def children(monkeypatch):
    """Return the processes that are started, as they come."""
    started, popen = [], subprocess.Popen

    def start(*args, **kwargs):
        started.append(popen(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(judging_pool.subprocess, "Popen", start)
    return started


@pytest.fixture(scope="module")
def portion():
    from tests.tracking.verdict.test_portions import rows_of

    rows = rows_of(honest_round(np.random.default_rng(1)))
    packed = [(worker, device, pack(block)) for worker, device, block in rows]
    return Portion(["w1"], packed, [len(row[2]) for row in rows])


def test_processes_say_what_this_one_says_in_the_order_of_tasks(portion, children):
    empty = Portion(["w1"], [], [])
    tasks = [Task(portion if n % 3 else empty) for n in range(8)]
    with looking(2) as looks:
        there = [parts[0].lines for parts in looks(MATTER)(tasks)]
        # It divides by itself.
        assert len(children) == 1
    here = [show(MATTER, task)[0].lines for task in tasks]
    assert there == here
    assert here[0] != here[1]
    assert all(child.returncode is not None for child in children)


def test_what_fails_there_fails_here_and_no_process_is_left(portion, children):
    broken = Portion(["w1"], [("w1", "d", b"\x02\x05")], [5])
    with looking(1) as looks, pytest.raises(LookingFailed, match="BadPacking"):
        list(looks(MATTER)([Task(broken)]))
    assert children[0].returncode is not None


def test_a_process_that_is_killed_is_no_answer(portion, children):
    with looking(1) as looks:
        children[0].kill()
        with pytest.raises(LookingFailed, match="ended before its time"):
            list(looks(MATTER)([Task(portion)]))


def test_whoever_stops_in_the_middle_leaves_no_process(portion, children):
    with looking(2) as looks:
        next(looks(MATTER)(Task(portion) for _ in range(20)))
    assert children[0].returncode is not None


def test_few_tracks_or_one_core_need_no_process(monkeypatch):
    monkeypatch.setattr(judging_pool, "_cores", lambda: 4)
    assert processes_for(40) == 0
    assert processes_for(4000) == 4
    monkeypatch.setattr(judging_pool, "_cores", lambda: 1)
    assert processes_for(4000) == 0
