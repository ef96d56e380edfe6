"""`xunge account`: the first log-in of a county, and help for who is locked out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from geo.db.engine import Database

app = typer.Typer(
    help="Open an account, or help its person in again.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

County = Annotated[
    str | None, typer.Option(help="Six-digit code; not needed if there is one county.")
]
Login = Annotated[str, typer.Argument(help="The login.")]


@app.callback()
def group() -> None:
    """Open an account, or help its person in again."""


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Name of the person; new here.")],
    role: Annotated[
        str,
        typer.Option(
            help="admin, planner, supervisor, duty_desk, handler, worker or auditor."
        ),
    ] = "admin",
    area: Annotated[
        list[str] | None,
        typer.Option(help="Region code; the whole county if left out."),
    ] = None,
    county: County = None,
) -> None:
    """Open an account for a new person; its password is printed once."""
    from api.services.people import operator_accounts as service

    with _database() as database:
        password = service.add(database, county, login, name, role, area or [])
    typer.echo(f"{login}: {password}")


@app.command()
def password(login: Login, county: County = None) -> None:
    """Make a new password, printed once; every session of the account ends."""
    from api.services.people import operator_accounts as service

    with _database() as database:
        typer.echo(f"{login}: {service.reset_password(database, county, login)}")


@app.command()
def forget_second_factor(login: Login, county: County = None) -> None:
    """Let an account sign in without its second factor; every session of it ends."""
    from api.services.people import operator_accounts as service

    with _database() as database:
        service.forget_second_factor(database, county, login)
    typer.echo(f"{login}: the second factor is forgotten")


@app.command()
def link(
    login: Login,
    subject: Annotated[
        str, typer.Argument(help="`sub` at the provider XUNGE_OIDC_ISSUER.")
    ],
    county: County = None,
) -> None:
    """Let an account's person sign in at the provider too."""
    from api.services.people import operator_accounts as service
    from api.settings import read_settings

    issuer = read_settings().oidc_issuer
    with _database() as database:
        service.link(database, county, login, subject, issuer)
    typer.echo(f"{login}: linked to {subject} of {issuer}")


@app.command()
def unlink(login: Login, county: County = None) -> None:
    """Let an account's person sign in by password alone again."""
    from api.services.people import operator_accounts as service

    with _database() as database:
        service.link(database, county, login, "", None)
    typer.echo(f"{login}: linked to no provider")


@contextmanager
def _database() -> "Iterator[Database]":
    from api.services.upkeep.database import open_database
    from api.settings import read_settings

    database = open_database(read_settings())
    try:
        yield database
    finally:
        database.dispose()
