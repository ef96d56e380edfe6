"""A site to look at: a server that is running already, or one with made-up answers."""

import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ROOT / "api" / "demo" / "data" / "deting"


@pytest.fixture(scope="session")
def site(request):
    """Address, login and password.

    ``XUNGE_TEST_SITE=http://host:port`` with ``XUNGE_TEST_LOGIN`` (login:password)
    names a running server; otherwise one with made-up answers is started.
    """
    running = os.environ.get("XUNGE_TEST_SITE")
    if running:
        login, _, password = os.environ["XUNGE_TEST_LOGIN"].partition(":")
        yield SimpleNamespace(url=running.rstrip("/"), login=login, password=password)
        return
    request.getfixturevalue("built")
    with mock_site() as url:
        yield SimpleNamespace(url=url, login="zhiban", password="demo")


class mock_site:
    """Context: the made-up town on a port from the kernel."""

    def __enter__(self) -> str:
        import uvicorn

        from api.cli.listening import listen
        from tests.web.mock_server import mock_app

        # It listens before the thread runs: who comes too early waits.
        self.socket = listen("127.0.0.1", 0)
        config = uvicorn.Config(mock_app(LAYERS), log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, args=([self.socket],), daemon=True
        )
        self.thread.start()
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()
