"""The demo as a newcomer starts it: a process of its own, its own database and port."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

# Far more than it takes: a busy machine is no failure.
START_S, END_S, ANSWER_S = 1800, 300, 60


@dataclass(frozen=True)
class RunningDemo:
    """What a demo printed, and where it serves."""

    url: str
    output: str
    started_s: float


@contextmanager
def run_demo(data_dir):
    """Run `xunge demo deting` until it serves; stop it at the end."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "demo", "deting"],
        env={**os.environ, "XUNGE_DATA_DIR": str(data_dir), "XUNGE_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    try:
        while time.monotonic() - begin < START_S:
            line = process.stdout.readline()
            lines.append(line)
            if not line or "Ctrl-C" in line:
                break
        output = "".join(lines)
        found = re.search(r"网址 (\S+?)/\n", output)
        assert found, output
        yield RunningDemo(found[1], output, time.monotonic() - begin)
    finally:
        process.terminate()
        process.wait(END_S)
        process.stdout.close()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    yield folder
    _xunge(folder, "db", "down")


@pytest.fixture(scope="module")
def first_run(data_dir):
    with run_demo(data_dir) as running:
        yield running


@pytest.fixture(scope="module")
def second_run(data_dir, first_run):
    """A second demo in the same folder, which served and was told to end."""
    with run_demo(data_dir) as running:
        assert httpx.get(f"{running.url}/healthz", timeout=ANSWER_S).status_code == 200
    return running


def _xunge(folder, *arguments):
    subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        env={**os.environ, "XUNGE_DATA_DIR": str(folder)},
        check=False,
        capture_output=True,
    )
