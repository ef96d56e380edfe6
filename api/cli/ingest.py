"""`xunge ingest`: positions only, alone: for a host that phones may reach."""

from typing import Annotated

import typer


def ingest(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; XUNGE_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0 lets the system choose; XUNGE_PORT."),
    ] = None,
) -> None:
    """Take positions from phones and nothing else, without pages, until stopped."""
    from api.cli.listening import listen, run_server
    from api.ingest.app import create_ingest_app
    from api.services.database import open_database
    from api.settings import read_settings

    settings = read_settings()
    listener = listen(
        settings.host if host is None else host,
        settings.port if port is None else port,
    )
    database = open_database(settings)
    address, chosen = listener.getsockname()[:2]
    typer.echo(f"http://{address}:{chosen}/")
    run_server(create_ingest_app(database, settings), listener)
