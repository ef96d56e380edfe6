"""`xunge backup`, `xunge restore` and `xunge drill`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="A new folder for the backup.")
    ] = None,
    base: Annotated[
        bool,
        typer.Option(
            "--base", help="Copy the cluster into XUNGE_ARCHIVE_DIR instead, for --to."
        ),
    ] = False,
) -> None:
    """Write the database and the photos to a folder, with a hash of every table."""
    from api.services.upkeep.backup import back_up
    from api.services.upkeep.point_in_time import take_base
    from api.settings import read_settings

    now = datetime.now(UTC)
    if base:
        made = take_base(read_settings(), now)
        typer.echo(f"{made.folder}: any moment after {made.ended_at.isoformat()}")
        return
    manifest = back_up(read_settings(), _required(folder), now)
    rows = sum(int(value.split(":")[0]) for value in manifest["tables"].values())
    typer.echo(f"{folder}: {len(manifest['tables'])} tables, {rows} rows")


def restore(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder that backup wrote.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            help="Instead a moment, from XUNGE_ARCHIVE_DIR: "
            "2026-05-20T09:30:00+08:00, or latest."
        ),
    ] = None,
) -> None:
    """Restore a backup, compare it, and let it take the place of the database."""
    from api.services.upkeep.backup import restore as restore_backup
    from api.services.upkeep.point_in_time import restore_to
    from api.settings import read_settings

    if to is not None:
        done = restore_to(read_settings(), None if to == "latest" else _moment(to))
        typer.echo(
            f"restored to {to} from {done.base} in {done.took_s:.1f} s; what was there "
            f"is in {done.before}. Take a new base copy: xunge backup --base"
        )
        return
    manifest = restore_backup(read_settings(), _required(folder), datetime.now(UTC))
    typer.echo(f"restored {len(manifest['tables'])} tables of {manifest['made_at']}")


def drill() -> None:
    """Back up, restore beside it and compare; exit code 0 if every hash is equal."""
    from api.services.upkeep.backup import drill as run_drill
    from api.settings import read_settings

    found = run_drill(read_settings(), datetime.now(UTC))
    typer.echo(
        f"{found.tables} tables, {found.rows} rows: backup {found.backup_s:.1f} s, "
        f"restore {found.restore_s:.1f} s, differing: {len(found.differing)}"
    )
    for table in found.differing:
        typer.echo(f"differs: {table}")
    raise typer.Exit(3 if found.differing else 0)


def _required(folder: Path | None) -> Path:
    from geo.errors import BadInput

    if folder is None:
        raise BadInput("name a folder for the backup")
    return folder


def _moment(text: str) -> datetime:
    from geo.errors import BadInput

    moment: datetime | None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            f"--to {text!r} is no moment; it looks like 2026-05-20T09:30:00+08:00"
        )
    return moment
