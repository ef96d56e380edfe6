"""Compiled code never outlives a source that it was made of."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import geo.compiled
from geo.compiled import source_stamp

LOWER = "from geo.compiled import njit\n\nSTEP = {step}\n\n\n"
LOWER += "@njit(cache=True)\ndef add(x):\n    return x + {step}\n"
UPPER = "from geo.compiled import njit\nfrom planning.lower import STEP, add\n\n\n"
UPPER += "@njit(cache=True)\ndef twice(x):\n    return add(add(x)) + 100 * STEP\n"


@pytest.fixture
def house(tmp_path):
    """A house of its own with two compiled files, one made of the other."""
    (tmp_path / "geo").mkdir()
    (tmp_path / "planning").mkdir()
    shutil.copy(geo.compiled.__file__, tmp_path / "geo" / "compiled.py")
    (tmp_path / "planning" / "lower.py").write_text(LOWER.format(step=1))
    (tmp_path / "planning" / "upper.py").write_text(UPPER)
    return tmp_path


def asked(house, **more):
    """What the upper function makes of 0 in a new process, and if it was kept."""
    code = "from planning.upper import twice as f; print(f(0), len(f.stats.cache_hits))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(house), "PYTHONSAFEPATH": "1", **more},
        capture_output=True,
        text=True,
        check=True,
    )
    value, hits = map(int, found.stdout.split())
    return value, hits > 0


def kept(folder):
    return sorted(path.name for path in folder.rglob("compiled-planning.upper-*"))


def test_what_is_compiled_in_from_another_file_is_compiled_anew(house):
    assert asked(house) == (102, False)
    assert asked(house) == (102, True)
    before = kept(house)
    (house / "planning" / "lower.py").write_text(LOWER.format(step=5))
    assert asked(house) == (510, False)
    # Of the older sources nothing is left.
    assert len(kept(house)) == len(before) == 1
    assert kept(house) != before


def test_a_stamp_changes_with_all_that_is_imported_and_with_nothing_else(tmp_path):
    def write(name, text):
        path = tmp_path / "planning" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        geo.compiled._read.cache_clear()
        return path

    one = write("one.py", "from planning import two\nimport planning.four\n")
    write("two.py", "from planning.three import (\n    A,\n    B,\n)\n")
    write("three.py", "A, B = 1, 2\n")
    write("four.py", "from planning.one import X\n")
    write("other.py", "A = 1\n")
    seen = {source_stamp(one, tmp_path)}
    for number, name in enumerate(("one", "two", "three", "four"), start=2):
        path = tmp_path / "planning" / f"{name}.py"
        write(f"{name}.py", path.read_text() + "# changed\n")
        seen.add(source_stamp(one, tmp_path))
        assert len(seen) == number
    write("other.py", "A = 2\n")
    assert source_stamp(one, tmp_path) in seen


def test_a_stamp_changes_with_a_file_beside_a_script(tmp_path):
    script, beside = tmp_path / "bench" / "one.py", tmp_path / "bench" / "two.py"
    script.parent.mkdir()
    script.write_text("from two import STEP\n")
    stamps = set()
    for step in (1, 2):
        beside.write_text(f"STEP = {step}\n")
        geo.compiled._read.cache_clear()
        stamps.add(source_stamp(script, tmp_path))
    assert len(stamps) == 2


def test_where_nothing_can_be_written_functions_are_compiled_all_the_same(house):
    nowhere = Path(os.devnull) / "compiled"
    assert asked(house, NUMBA_CACHE_DIR=str(nowhere)) == (102, False)
    assert kept(house) == []
