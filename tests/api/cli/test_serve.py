"""`xunge serve` answers, tells its address, and stops when told to."""

import os
import signal
import subprocess
import sys

import httpx
import pytest

from api.cli.listening import listen
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


def test_a_port_that_is_taken_is_one_clear_line():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port}"):
            listen("127.0.0.1", port)
