"""`xunge serve`: the API, the pages and the periodic work, in one process."""

import typer

from api.cli.listening import (
    Host,
    Port,
    listen_as_told,
    run_server,
    say_what_is_wrong,
    say_where,
)


def serve(
    host: Host = None,
    port: Port = None,
) -> None:
    """Serve the API and the pages, and do the periodic work, until stopped."""
    from api.jobs import WORKS, Periodic, Work
    from api.main import create_app, front_end
    from api.services.upkeep.audit import Anchoring
    from api.services.upkeep.keeping import Keeping, Terms
    from api.services.works.job_runner import PLANNING, JobRunner
    from api.settings import read_settings

    settings = read_settings()
    listener = listen_as_told(settings, host, port)
    app = create_app(settings)
    if front_end() is None:
        typer.echo("the pages are not built: only the API answers", err=True)
    say_where(listener)
    say_what_is_wrong(listener, settings, app.state.database, app.state.disk)
    works: list[Work] = [
        *WORKS,
        Keeping(Terms.of(settings), settings.photos),
        Anchoring(settings.anchors),
    ]
    database, folder = app.state.database, settings.data_dir
    with (
        Periodic(database, works=works),
        JobRunner(database, folder, only=PLANNING),
        JobRunner(database, folder, but=PLANNING),
    ):
        run_server(app, listener, app.state.live.close)
