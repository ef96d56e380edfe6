"""The kill ledger in its short form, and that it notices what it is there for.

Not a timed test: a share of the full run (``make torture``) on a durable cluster that
all of these share, because the servers it kills are its own.
"""

import re
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from geo.db import cluster as clusters

BENCH = Path(__file__).parents[3] / "bench"
SHORT = ["--fixes", "4000", "--api-kills", "1", "--database-kills", "1"]


@pytest.fixture(scope="module")
def bench():
    """The script and what it shares with other benches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        import rig
        import torture

        yield torture, rig
        for name in ("rig", "torture"):
            del sys.modules[name]


@pytest.fixture(scope="module")
def durable(bench):
    """The settings of a deployment whose database writes to the disk."""
    _, rig = bench
    with rig.own_settings() as settings:
        yield settings


@pytest.fixture
def torture(bench, durable, make_county, monkeypatch, capsys):
    """Return a function: options -> the exit code and what was found."""
    script, rig = bench
    cluster = clusters.cluster_in(durable.data_dir)
    monkeypatch.setattr(rig, "own_settings", lambda: nullcontext(durable))
    monkeypatch.setattr(rig, "add_county", make_county)

    def run(*options):
        monkeypatch.setattr(sys, "argv", ["torture", *SHORT, "--phones", "4", *options])
        with pytest.raises(SystemExit) as ended:
            script.main()
        found = dict(re.findall(r"(\w+)=(\d+)", capsys.readouterr().out))
        assert int(found["acknowledged"]) >= 4000
        return ended.value.code, {name: int(value) for name, value in found.items()}

    yield run
    # What a planted bug set there would hold for the next one too.
    script.run_as_admin(cluster, "ALTER SYSTEM RESET ALL")
    script.run_as_admin(cluster, "SELECT pg_reload_conf()")


def test_what_is_acknowledged_outlives_every_kill_once_and_unaltered(torture):
    code, found = torture()
    assert (found["lost"], found["duplicated"], found["altered"]) == (0, 0, 0)
    assert code == 0


@pytest.mark.parametrize(
    ("plant", "sign"),
    [("early-ack", "lost"), ("async-commit", "lost"), ("no-unique", "duplicated")],
)
def test_a_planted_bug_is_caught(torture, plant, sign):
    code, found = torture("--plant", plant)
    assert found[sign] > 0
    assert code == 1
