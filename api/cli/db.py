"""`xunge db`: start, stop and look at the database."""

import typer

app = typer.Typer(
    help="Start, stop and look at the database.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def up() -> None:
    """Start the private database, or reach your own, and migrate it."""
    from api.services.upkeep.database import bring_up
    from api.settings import read_settings

    state = bring_up(read_settings())
    typer.echo(f"up at {state.revision}: {state.address}")


@app.command()
def down() -> None:
    """Stop the private database; its data stays."""
    from api.services.upkeep.database import take_down
    from api.settings import read_settings

    typer.echo("stopped" if take_down(read_settings()) else "was not running")


@app.command()
def status() -> None:
    """Tell whether the database is up and migrated; exit code 0 if so, else 3."""
    from api.services.upkeep.database import state_of
    from api.settings import read_settings

    state = state_of(read_settings())
    if not state.is_running:
        typer.echo(f"down: {state.address}")
    elif not state.is_ready:
        typer.echo(f"up at {state.revision or 'nothing'}, to migrate: {state.address}")
    else:
        typer.echo(f"up at {state.revision}: {state.address}")
    raise typer.Exit(0 if state.is_ready else 3)
