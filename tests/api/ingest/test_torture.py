"""The kill ledger in its short form, and that it notices what it is there for.

Not a timed test: a share of the full run (``make torture``) in a process of its own,
because the servers it kills are its own too.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "bench/torture.py"
SHORT = ["--fixes", "4000", "--api-kills", "1", "--database-kills", "1"]


def torture(*options):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *SHORT, "--phones", "4", *options],
        capture_output=True,
        text=True,
    )
    found = dict(re.findall(r"(\w+)=(\d+)", done.stdout))
    assert int(found.get("acknowledged", 0)) >= 4000, done.stdout + done.stderr
    return done.returncode, {name: int(value) for name, value in found.items()}


def test_what_is_acknowledged_outlives_every_kill_once_and_unaltered():
    code, found = torture()
    assert (found["lost"], found["duplicated"], found["altered"]) == (0, 0, 0)
    assert code == 0


@pytest.mark.parametrize(
    ("plant", "sign"),
    [("early-ack", "lost"), ("async-commit", "lost"), ("no-unique", "duplicated")],
)
def test_a_planted_bug_is_caught(plant, sign):
    code, found = torture("--plant", plant)
    assert found[sign] > 0
    assert code == 1
