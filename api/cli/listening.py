"""A listening socket, or one clear line why not."""

import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import BadInput

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from api.services.upkeep.disk import Disk
    from api.settings import Settings
    from geo.db.engine import Database

_LOCAL = ("127.0.0.1", "::1")
_log = logging.getLogger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 lets the system choose one.

    Raises
    ------
    BadInput
        If the address is none of this machine, or the port is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise BadInput(
            f"cannot listen on {host} port {port}: {error.strerror or error}; "
            "choose another with --host or --port"
        ) from error
    listener.listen(256)
    return listener


Host = Annotated[str | None, typer.Option(help="Address to listen on; XUNGE_HOST.")]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="0 lets the system choose; XUNGE_PORT."),
]


def listen_as_told(
    settings: "Settings", host: str | None, port: int | None
) -> socket.socket:
    """Return a socket that listens where options say, or else the settings."""
    return listen(
        settings.host if host is None else host,
        settings.port if port is None else port,
    )


def say_where(listener: socket.socket) -> None:
    """Print the address that a socket listens on, as whoever started us awaits it."""
    address, port = listener.getsockname()[:2]
    typer.echo(f"http://{address}:{port}/")


def say_what_is_wrong(
    listener: socket.socket, settings: "Settings", database: "Database", disk: "Disk"
) -> None:
    """Log what ``/ready`` would refuse, and sessions that travel in the open.

    No reason to stay down: phones keep their queues, and somebody may have to look.
    """
    from api.security.records import log_as_lines
    from api.services.upkeep.readiness import unready

    log_as_lines()
    unready(database, disk)
    if not (settings.cookie_secure or listener.getsockname()[0] in _LOCAL):
        _log.warning("other machines reach this one, and XUNGE_COOKIE_SECURE is off")


def run_server(
    app: "ASGIApp",
    listener: socket.socket,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Answer requests until the process is told to stop; then finish those begun.

    `on_stop` is called first: it ends what would go on for hours.
    """
    import gc

    import uvicorn

    from api.cli.patience import Impatient, PatientServer
    from api.security.records import log_as_lines

    log_as_lines()
    # The server finishes what was begun and then raises the signal again; by default
    # that would kill the process before its other work has ended.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _leave)
    config = uvicorn.Config(
        app,
        http=Impatient,
        log_level="warning",
        # Its own format would print what an exception says, with values.
        log_config=None,
        # Query strings may hold what no log should.
        access_log=False,
        timeout_graceful_shutdown=10,
        # Longer than a phone's 10 s between two fixes: it need not knock anew.
        timeout_keep_alive=30,
        server_header=False,
    )
    # What was imported stays; looking through it again and again costs a tenth.
    gc.collect()
    gc.freeze()

    class Server(PatientServer):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            on_stop()
            await super().shutdown(sockets)

    Server(config).run(sockets=[listener])


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
