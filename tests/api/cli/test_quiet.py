"""Only our lines are on the standard output of a command."""

import subprocess
import sys

WORDS = """
import ctypes
from api.cli.quiet import only_our_lines
print("before")
with only_our_lines():
    print("ours")
    ctypes.CDLL(None).printf(b"of a library\\n")
ctypes.CDLL(None).printf(b"after\\n")
ctypes.CDLL(None).fflush(None)
print("again")
"""


def test_a_library_prints_past_python_and_only_our_lines_come_out():
    done = subprocess.run(
        [sys.executable, "-c", WORDS], capture_output=True, text=True, check=True
    )
    assert sorted(done.stdout.split("\n")) == ["", "after", "again", "before", "ours"]
    assert done.stderr == ""
