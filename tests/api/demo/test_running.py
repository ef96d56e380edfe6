"""The server of a demo: started beside it, or refused with its own last words."""

import pytest

from api.demo.phone import DemoTrouble
from api.demo.running import RunningServer


def test_a_server_that_cannot_start_says_why_in_a_log_of_a_new_folder(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("XUNGE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    log = tmp_path / "not" / "there" / "server.log"
    with (
        pytest.raises(DemoTrouble, match=r"did not start: xunge: .*database"),
        RunningServer("127.0.0.1", 0, log),
    ):
        pytest.fail("it started without a database")
    assert log.stat().st_size
