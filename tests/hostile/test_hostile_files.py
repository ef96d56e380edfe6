"""Hostile files: each refused in one line, soon, in little memory.

The layers are read in a child process under limits; a file that breaks a limit, or is
read, or makes anything but a refusal, fails the test by its name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.errors import BadPhoto
from api.services.cases.photos import reencode
from tests.hostile import corpus
from tracking.formats.gpx import parse_gpx

_ROOT = Path(__file__).parents[2]
MOST_CPU_S = 5.0


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the reading says to each hostile layer."""
    folder = tmp_path_factory.mktemp("hostile")
    corpus.write_layers(folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.reader", str(folder)],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_there_are_more_than_a_hundred(told):
    assert len(told) == len(list(corpus.layers()))
    others = [*corpus.photos(), *corpus.tracks()]
    assert len(told) + len(others) > 100


def test_every_layer_is_refused(told):
    taken = [t for t in told if t["said"].startswith(("READ", "RAISED"))]
    assert taken == []


def test_every_refusal_is_one_line_that_names_the_file(told):
    for each in told:
        assert "\n" not in each["said"], each
        assert 10 < len(each["said"]) < 400, each


def test_no_layer_keeps_the_reader_busy(told):
    assert [t for t in told if t["cpu_s"] > MOST_CPU_S] == []


def test_no_refusal_quotes_what_another_file_holds(told):
    for each in told:
        assert "root:" not in each["said"]


@pytest.mark.parametrize("name", [name for name, _ in corpus.photos()])
def test_what_is_no_photo_is_refused(name):
    with pytest.raises(BadPhoto):
        reencode(dict(corpus.photos())[name])


@pytest.mark.parametrize("name", [name for name, _ in corpus.tracks()])
def test_of_a_hostile_track_nothing_is_used(name):
    upload = parse_gpx(dict(corpus.tracks())[name], 1_780_000_000_000)
    assert len(upload.block) == 0
