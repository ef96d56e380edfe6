"""`xunge ingest`: positions only, alone: for a host that phones may reach."""

from api.cli.listening import (
    Host,
    Port,
    listen_as_told,
    run_server,
    say_what_is_wrong,
    say_where,
)


def ingest(
    host: Host = None,
    port: Port = None,
) -> None:
    """Take positions from phones and nothing else, without pages, until stopped."""
    from api.ingest.app import create_ingest_app
    from api.services.upkeep.database import open_database
    from api.services.upkeep.disk import Disk
    from api.settings import read_settings

    settings = read_settings()
    listener = listen_as_told(settings, host, port)
    database = open_database(settings)
    say_where(listener)
    say_what_is_wrong(listener, settings, database, Disk(settings.data_dir))
    run_server(create_ingest_app(database, settings), listener)
