"""Who is confined can use little, reach nobody, and never get out again."""

import platform
import subprocess
import sys

import pytest

_BEGIN = """
import os, socket, sys
from api.security.confine import Limits, confine
ours = socket.socket()
has_filter = confine(Limits(memory=64 * 2**20, cpu_s=1, file_bytes=4096))
"""


def run(program):
    return subprocess.run(
        [sys.executable, "-c", _BEGIN + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


needs_filter = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64"),
    reason=f"the kernel's numbers of {platform.machine()} are not known",
)


@needs_filter
@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "ours.connect(('127.0.0.1', 9))",
        "os.execv('/bin/true', ['true'])",
        "__import__('subprocess').run(['/bin/true'], check=True)",
    ],
)
def test_there_is_no_way_out_by(attempt):
    done = run(
        f"try:\n {attempt}\nexcept PermissionError:\n print('refused', has_filter)\n"
    )
    assert done.stdout == "refused True\n", done.stderr


def test_memory_ends():
    done = run("try:\n b'x' * 2**27\nexcept MemoryError:\n print('refused')\n")
    assert done.stdout == "refused\n"


def test_time_ends():
    assert run("while True: pass\n").returncode == -24


def test_a_file_grows_no_further(tmp_path):
    path = tmp_path / "big"
    run(f"open({str(path)!r}, 'wb').write(bytes(10_000))\n")
    assert path.stat().st_size <= 4096


def test_what_was_given_up_cannot_be_taken_again():
    done = run(
        "import resource\n"
        "hard = resource.getrlimit(resource.RLIMIT_CPU)[1]\n"
        "if has_filter: os.setuid(65534) if os.geteuid() == 0 else None\n"
        "try:\n resource.setrlimit(resource.RLIMIT_CPU, (hard + 9, hard + 9))\n"
        "except ValueError:\n print('refused')\n"
    )
    assert done.stdout == "refused\n", done.stderr
