"""The command `xunge`: one module per command; errors become one line."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer
from typer.exceptions import TyperException

from api.cli import account, audit, db, demo, policy, rule
from api.cli.backup import backup, drill, restore
from api.cli.fit_workload import fit_workload
from api.cli.ingest import ingest
from api.cli.load import load
from api.cli.plan import plan
from api.cli.serve import serve
from api.cli.verify import verify
from geo.errors import XungeError

app = typer.Typer(
    name="xunge",
    help="巡格 Xunge: plan the grids, prove the patrols, close the hazards.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(account.app, name="account")
app.add_typer(audit.app, name="audit")
app.add_typer(db.app, name="db")
app.add_typer(demo.app, name="demo")
app.add_typer(policy.app, name="policy")
app.add_typer(rule.app, name="rule")
app.command()(backup)
app.command()(drill)
app.command()(fit_workload)
app.command()(load)
app.command()(ingest)
app.command()(plan)
app.command()(restore)
app.command()(serve)
app.command()(verify)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xunge {version('xunge')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print it and end.",
        ),
    ] = False,
) -> None:
    """巡格 Xunge: plan the grids, prove the patrols, close the hazards."""


def main() -> None:
    """Run the command line; every expected error is one line and exit code 2."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except TyperException as error:
        _refuse(error)
    except typer.Abort:
        sys.exit(1)
    except XungeError as error:
        typer.echo(f"xunge: {error}", err=True)
        sys.exit(2)
    except Exception as error:
        if os.environ.get("XUNGE_DEBUG"):
            raise
        # A person at a terminal can do nothing with a traceback; the line says how to
        # get one for a report.
        kind = type(error).__name__
        typer.echo(
            f"xunge: unexpected {kind}: {error} (XUNGE_DEBUG=1 shows where)", err=True
        )
        sys.exit(1)


def _as_given(error: TyperException) -> str:
    """Return what was written where a number, a path or the like belongs."""
    given = getattr(error.__cause__ or error.__context__, "errors", None)
    return f": {given()[0]['input']!r}" if given is not None else ""


def _refuse(error: TyperException) -> None:
    """Say in one line what the command line got wrong, and end with exit code 2."""
    message = error.format_message()
    if "\n" not in message:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "xunge"
        message += _as_given(error)
        message = f"xunge: {message} ({command} --help lists what there is)"
    # A command without arguments: the message is its help.
    typer.echo(message, err=True)
    sys.exit(2)
