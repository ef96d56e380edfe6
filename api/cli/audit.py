"""`xunge audit`: hold the record of who did and looked at what against itself."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Check the record of who did and looked at what.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Check the record of who did and looked at what."""


@app.command()
def verify(
    anchors: Annotated[
        Path | None,
        typer.Option(help="Copy of the anchor file kept outside; default: our own."),
    ] = None,
) -> None:
    """Recompute every county's chain; exit code 0 if all are sound, else 3."""
    from api.services.upkeep.audit import read_anchors
    from api.services.upkeep.audit import verify as verify_chains
    from api.services.upkeep.database import open_database
    from api.settings import read_settings

    settings = read_settings()
    path = anchors or settings.anchors
    known = read_anchors(path) if anchors or path.exists() else []
    database = open_database(settings)
    try:
        found = verify_chains(database, known)
    finally:
        database.dispose()
    for county in found:
        typer.echo(f"county {county.county_id}: {county.links} links")
        for trouble in county.troubles:
            typer.echo(f"  {trouble}")
    if not known:
        typer.echo("no anchors: a chain whose end was cut off cannot be told")
    raise typer.Exit(3 if any(county.troubles for county in found) else 0)
