"""`xunge serve` answers, tells its address, and stops when told to."""

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest

from api.cli.listening import listen, say_what_is_wrong
from api.security import records
from api.services.upkeep import readiness
from api.settings import Settings
from geo.errors import BadInput

XUNGE = [sys.executable, "-m", "api.cli"]


@pytest.fixture
def served(fresh_database, tmp_path):
    url = fresh_database.app.url.render_as_string(hide_password=False)
    owner = fresh_database.owner.url.render_as_string(hide_password=False)
    environment = os.environ | {
        "XUNGE_DATA_DIR": str(tmp_path),
        "XUNGE_DATABASE_URL": url,
        "XUNGE_OWNER_URL": owner,
    }
    process = subprocess.Popen(
        [*XUNGE, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_it_tells_its_address_answers_and_stops_in_good_order(served):
    address = served.stdout.readline().strip()
    assert httpx.get(f"{address}healthz", timeout=60).json() == {"status": "ok"}
    served.send_signal(signal.SIGTERM)
    _, errors = served.communicate(timeout=60)
    assert served.returncode == 0
    assert "Traceback" not in errors
    # The databases of tests are no durable ones.
    assert "not ready: database" in errors


@pytest.mark.parametrize(
    ("address", "is_secure", "is_told"),
    [("10.0.0.1", False, True), ("10.0.0.1", True, False), ("127.0.0.1", False, False)],
)
def test_sessions_that_travel_in_the_open_are_told(
    monkeypatch, caplog, address, is_secure, is_told
):
    monkeypatch.setattr(records, "log_as_lines", lambda: None)
    monkeypatch.setattr(readiness, "unready", lambda *_: [])
    listener = SimpleNamespace(getsockname=lambda: (address, 8325))
    say_what_is_wrong(listener, Settings(cookie_secure=is_secure), None, None)
    assert ("XUNGE_COOKIE_SECURE" in caplog.text) is is_told


def test_a_port_that_is_taken_is_one_clear_line():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port}"):
            listen("127.0.0.1", port)
