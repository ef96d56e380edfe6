"""``xunge verify``: judge patrols from files."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer


def verify(
    positions: Annotated[
        Path,
        typer.Argument(
            help="CSV or Parquet: worker_id, t (ISO 8601 with offset), lon, lat; "
            "if known accuracy, speed_mps, mock, received_at, device_id."
        ),
    ],
    grids: Annotated[Path, typer.Option(help="Polygons with grid_code [from, to].")],
    assignments: Annotated[
        Path, typer.Option(help="CSV: worker_id, grid_code [group, from, to].")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="JSON lines to write.")],
    checkpoints: Annotated[
        Path | None, typer.Option(help="Points with grid_code and checkpoint_id.")
    ] = None,
    calendar: Annotated[
        Path | None,
        typer.Option(
            help="CSV: worker_id or grid_code, from, to, kind: who is excused."
        ),
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option(help="TOML file (docs/verdict.md) or a preset such as winter."),
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="Only this local day, YYYY-MM-DD.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Judge at this moment; without it every deadline has passed.",
        ),
    ] = None,
) -> None:
    """Judge every worker's day: verdict, reasons and evidence, one JSON line each."""
    from api.services.verdicts.verify_files import VerifyFiles, verify_files

    day, moment = _day(date), _moment(as_of)
    files = VerifyFiles(
        positions, grids, assignments, out, checkpoints, calendar, rules
    )
    bodies = verify_files(files, day, moment)
    verified = sum(body["verified"] for body in bodies)
    required = sum(body["required"] for body in bodies)
    typer.echo(
        f"{len(bodies)} worker-days, {verified} of {required} rounds verified: {out}"
    )


def _day(value: str | None) -> date | None:
    from geo.errors import BadInput

    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError as trouble:
        raise BadInput(f"--date {value!r} is no date; write YYYY-MM-DD") from trouble


def _moment(value: str | None) -> datetime | None:
    from geo.errors import BadInput

    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as trouble:
        raise BadInput(f"--as-of {value!r} is no ISO 8601 time") from trouble
    if moment.tzinfo is None:
        raise BadInput(f"--as-of {value!r} has no offset; add +08:00 or Z")
    return moment
