"""Who begins a request and does not end it is hung up on; who waits for us is not."""

import asyncio
import socket
import time
from contextlib import contextmanager
from threading import Thread

import pytest
import uvicorn

from api.cli import patience
from api.cli.listening import listen
from api.cli.patience import Impatient, PatientServer

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\nab"
PATIENCE_S = 60


async def slow_app(scope, receive, send):
    """Answer later than anybody may be silent, with more than a socket holds."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    size = 50_000_000 if scope["path"] == "/much" else 2
    await send({"type": "http.response.body", "body": b"x" * size})


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(patience, "SILENT_S", 0.5)
    monkeypatch.setattr(patience, "UNREAD_S", 0.5)
    monkeypatch.setattr(patience, "_TICKS_BETWEEN_LOOKS", 1)
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        slow_app,
        port=listener.getsockname()[1],
        http=Impatient,
        log_level="critical",
        ws="none",
    )
    server = PatientServer(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def port(server):
    return server.config.port


@contextmanager
def caller(port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as found:
        yield found


def is_hung_up(connection):
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "begun", [b"", b"POST /", HEAD, HEAD + b"Content-Length: 9\r\n\r\nab"]
)
def test_a_request_that_does_not_go_on_is_hung_up_on(port, begun):
    with caller(port) as connection:
        connection.sendall(begun)
        assert is_hung_up(connection)


def test_a_second_request_that_does_not_go_on_is_too(port):
    with caller(port) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.sendall(HEAD)
        while not is_hung_up(connection):
            pass


def test_who_waits_for_our_answer_is_not(port):
    with caller(port) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_an_answer_that_nobody_reads_is_let_go(server, port):
    with caller(port) as connection:
        connection.sendall(WHOLE.replace(b"/", b"/much", 1))
        until(lambda: server.server_state.connections)
        until(lambda: not server.server_state.connections)


def test_a_request_has_an_end_however_steadily_it_drips(server, port, monkeypatch):
    monkeypatch.setattr(patience, "ASKING_S", 1.0)
    monkeypatch.setattr(patience, "SILENT_S", PATIENCE_S)
    with caller(port) as connection:
        connection.sendall(HEAD + b"Content-Length: 99999\r\n\r\n")
        until(lambda: is_gone_after(connection, b"a"))


def until(claim):
    limit = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < limit
        time.sleep(0.05)


def is_gone_after(connection, more):
    try:
        connection.sendall(more)
    except ConnectionError:
        return True
    return False
