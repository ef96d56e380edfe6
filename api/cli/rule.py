"""`xunge rule`: the rules of a county, by area, kind of grid and season."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="The rules of a county, by area, kind of grid and season.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_DAY = ["%Y-%m-%d"]
Region = Annotated[
    str, typer.Argument(help="6, 9, 12 or 15 digits: county, town, village or grid.")
]
Rules = Annotated[
    str, typer.Option("--rules", help="TOML file, or the name of a preset.")
]
Kind = Annotated[
    str, typer.Option(help="Only grids of a kind: base, exclusive or a category.")
]
Season = Annotated[str, typer.Option(help="MM-DD/MM-DD; all year if left out.")]
Day = Annotated[datetime, typer.Option(formats=_DAY)]


@app.command("list")
def list_rules(county: Annotated[str, typer.Argument(help="Six digits.")]) -> None:
    """List all rules of a county; without any the built-in default holds."""
    from api.services.rules.rules import as_told
    from geo.db.store.rules import rules_of

    with in_county(county) as (session, county_id):
        told = [as_told(row) for row in rules_of(session, county_id)]
    for rule in told:
        days = f"{rule['valid_from'] or ''}..{rule['last_day'] or ''}"
        note = "  record only" if rule["record_only"] else ""
        where = " ".join(x for x in (rule["kind"], rule["season"]) if x)
        typer.echo(
            f"{rule['id']}  {rule['region_code']:15} {days:22} {rule['rule_id']} "
            f"{where}{note}"
        )
    if not told:
        typer.echo("no rules: yiri-sanxun-1 holds everywhere, record only")


@app.command()
def add(
    region: Region,
    valid_from: Day,
    rules: Rules = "yiri-sanxun-1",
    kind: Kind = "",
    season: Season = "",
) -> None:
    """Let a rule hold from a day on, and name the grids in which it cannot be met."""
    from uuid import uuid4

    from api.services.rules.rulebook import read_rulebook
    from api.services.rules.rules import Wanted, add_rule

    wanted = Wanted(region, _body(rules), kind, season)
    first = valid_from.date()
    with in_county(region[:6]) as (session, county_id):
        row = add_rule(session, county_id, uuid4(), wanted, first, _today())
        typer.echo(f"{row.id} {row.rule_id} holds in {region} from {first}")
        _tell_unfit(
            session,
            county_id,
            region,
            first,
            read_rulebook(session, county_id, first, first),
        )


@app.command()
def end(
    county: Annotated[str, typer.Argument(help="Six digits.")],
    rule: Annotated[str, typer.Argument(help="Id, from `xunge rule list`.")],
    last_day: Day,
) -> None:
    """Set the last day on which a rule holds."""
    from uuid import UUID

    from api.services.rules.rules import end_rule
    from geo.errors import BadInput

    try:
        rule_id = UUID(rule)
    except ValueError:
        raise BadInput(f"{rule!r} is no id; see xunge rule list {county}") from None
    with in_county(county) as (session, county_id):
        row = end_rule(session, county_id, rule_id, last_day.date(), _today())
        typer.echo(f"{row.id} {row.rule_id} ends with {last_day.date()}")


@app.command("try")
def try_out(
    region: Region,
    first: Day,
    last: Day,
    rules: Rules = "yiri-sanxun-1",
    kind: Kind = "",
    season: Season = "",
) -> None:
    """Tell what a rule would have judged on past days; nothing is written."""
    from api.services.rules.rules import Wanted
    from api.services.verdicts.rule_trials import preview
    from geo.codes import range_of

    wanted = Wanted(region, _body(rules), kind, season)
    areas, days = (range_of(region[:6]),), (first.date(), last.date())
    with in_county(region[:6]) as (session, county_id):
        found = preview(session, county_id, wanted, *days, areas, _tell_nobody)
    typer.echo(f"{found.looked_at} of {found.worker_days} worker-days")
    for verdict in sorted({*found.before, *found.after}):
        before, after = found.before.get(verdict, 0), found.after.get(verdict, 0)
        typer.echo(f"  {verdict:12} {before:6} -> {after}")
    typer.echo(f"  verified rounds gained {found.gained}, lost {found.lost}")


def _tell_nobody(_stage: str, _percent: float) -> None:
    """Say nothing: the command is done before anybody asks how far it is."""


@app.command()
def fit(region: Region) -> None:
    """Walk an honest round in every grid and name those in which none passes."""
    from api.services.rules.rulebook import read_rulebook

    with in_county(region[:6]) as (session, county_id):
        day = _today()
        rules = read_rulebook(session, county_id, day, day)
        _tell_unfit(session, county_id, region, day, rules)


def _tell_unfit(
    session: Any, county_id: Any, region: str, day: Any, rules: Any
) -> None:
    from api.services.rules.fitness import walk_grids
    from geo.codes import range_of

    found = walk_grids(session, county_id, (range_of(region),), day, rules)
    typer.echo(
        f"{found.walked} grids walked, {len(found.unfit)} without an honest round that "
        "passes within 60 minutes"
    )
    for unfit in found.unfit:
        hint = f"preset {unfit.preset} fits" if unfit.preset else "no preset fits"
        typer.echo(f"  {unfit.grid_code} {', '.join(unfit.lacks)}: {hint}")


def _body(rules: str) -> dict[str, Any]:
    import tomllib

    from geo.errors import BadInput
    from tracking.rules.presets import PRESETS

    if rules in PRESETS:
        return {"base": rules, "rule_id": rules}
    try:
        return tomllib.loads(Path(rules).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(
            f"rules {rules!r}: neither a TOML file nor a preset "
            f"({', '.join(PRESETS)}): {error}"
        ) from error


def _today() -> Any:
    from datetime import UTC

    from geo.localtime import local_date

    return local_date(datetime.now(UTC))


@contextmanager
def in_county(code: str) -> Iterator[tuple[Any, Any]]:
    """Open a transaction in the county of a code."""
    from api.services.upkeep.database import open_database
    from api.settings import read_settings
    from geo.db.door import as_job, as_nobody
    from geo.db.store.counties import county_by_code

    database = open_database(read_settings())
    try:
        with as_nobody(database) as session:
            county_id = county_by_code(session, code)
        with as_job(database, county_id) as session:
            yield session, county_id
    finally:
        database.dispose()
