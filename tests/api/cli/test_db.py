"""`xunge db`, as it is typed."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def xunge():
    """Run the command with a data folder of its own; the database is down after."""
    folder = Path(tempfile.mkdtemp(prefix="xunge-test-"))
    folder.chmod(0o755)
    program = Path(sys.executable).with_name("xunge")
    own = {k: v for k, v in os.environ.items() if not k.startswith("XUNGE_")}

    def xunge(*words, **settings):
        return subprocess.run(
            [program, *words],
            capture_output=True,
            text=True,
            env=own | {"XUNGE_DATA_DIR": str(folder)} | settings,
            check=False,
        )

    yield xunge
    xunge("db", "down")
    shutil.rmtree(folder)


def test_up_status_and_down_tell_the_state_and_can_be_repeated(xunge):
    seen = [
        (done.returncode, done.stdout.split(" at ")[0].split(":")[0].strip())
        for done in (
            xunge("db", word) for word in "status up up status down down status".split()
        )
    ]
    assert seen == [
        (3, "down"),
        (0, "up"),
        (0, "up"),
        (0, "up"),
        (0, "stopped"),
        (0, "was not running"),
        (3, "down"),
    ]


def test_a_wrong_address_is_one_line_and_exit_code_2(xunge):
    done = xunge("db", "up", XUNGE_DATABASE_URL="mysql://u:secret@h/x")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("xunge: the database address is none of PostgreSQL")


def test_a_folder_that_cannot_be_made_is_one_line_and_exit_code_2(xunge):
    done = xunge("db", "up", XUNGE_DATA_DIR="/proc/none")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "XUNGE_DATA_DIR" in done.stderr


def test_a_wrong_setting_is_one_line(xunge):
    done = xunge("db", "up", XUNGE_PORT="many")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "XUNGE_PORT" in done.stderr
