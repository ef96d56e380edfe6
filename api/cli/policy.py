"""`xunge policy`: what a county settles by days, each with a history."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="What a county settles by days: pay share, appeals, visits, working hours.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

County = Annotated[str, typer.Argument(help="Six digits.")]
Subject = Annotated[str, typer.Argument(help="allowance, appeals, visits or hours.")]
_DAY = ["%Y-%m-%d"]


@app.command()
def show(
    county: County,
    subject: Subject,
    on: Annotated[datetime | None, typer.Option(formats=_DAY)] = None,
) -> None:
    """Show what holds on a day, today if none is given."""
    from datetime import UTC

    import orjson

    from api.cli.rule import in_county
    from geo.db.store.fairness import policy_on
    from geo.localtime import local_date

    day = on.date() if on else local_date(datetime.now(UTC))
    with in_county(county) as (session, county_id):
        body = policy_on(session, county_id, subject, day)
    typer.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())


@app.command()
def settle(
    county: County,
    subject: Subject,
    file: Annotated[Path, typer.Argument(help="TOML with its values.")],
    valid_from: Annotated[datetime, typer.Option(formats=_DAY)],
) -> None:
    """Let the values of a file hold from a day on; what was before stays stored."""
    import tomllib

    from api.cli.rule import in_county
    from api.services.rules.policies import settle as settle_policy
    from geo.errors import BadInput

    try:
        body = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{file}: {error}") from error
    with in_county(county) as (session, county_id):
        settle_policy(session, county_id, subject, body, valid_from.date())
    typer.echo(f"{subject} of {county} holds from {valid_from.date()}")
