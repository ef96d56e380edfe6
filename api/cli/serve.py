"""`xunge serve`: the API, the pages and the periodic work, in one process."""

from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; XUNGE_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0 lets the system choose; XUNGE_PORT."),
    ] = None,
) -> None:
    """Serve the API and the pages, and do the periodic work, until stopped."""
    from api.cli.listening import listen, run_server
    from api.jobs import WORKS, Periodic, Work
    from api.main import create_app, front_end
    from api.services.audit import Anchoring
    from api.services.job_runner import JobRunner
    from api.services.keeping import Keeping, Terms
    from api.settings import read_settings

    settings = read_settings()
    listener = listen(
        settings.host if host is None else host,
        settings.port if port is None else port,
    )
    app = create_app(settings)
    if front_end() is None:
        typer.echo("the pages are not built: only the API answers", err=True)
    address, chosen = listener.getsockname()[:2]
    typer.echo(f"http://{address}:{chosen}/")
    works: list[Work] = [
        *WORKS,
        Keeping(Terms.of(settings), settings.photos),
        Anchoring(settings.anchors),
    ]
    runner = JobRunner(app.state.database, settings.data_dir)
    with Periodic(app.state.database, works=works), runner:
        run_server(app, listener, app.state.live.close)
