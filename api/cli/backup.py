"""`xunge backup`, `xunge restore` and `xunge drill`."""

from pathlib import Path
from typing import Annotated

import typer


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder for the backup.")],
) -> None:
    """Write the database and the photos to a folder, with a hash of every table."""
    from datetime import UTC, datetime

    from api.services.backup import back_up
    from api.settings import read_settings

    manifest = back_up(read_settings(), folder, datetime.now(UTC))
    rows = sum(int(value.split(":")[0]) for value in manifest["tables"].values())
    typer.echo(f"{folder}: {len(manifest['tables'])} tables, {rows} rows")


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that backup wrote.")],
) -> None:
    """Restore a backup, compare it, and let it take the place of the database."""
    from datetime import UTC, datetime

    from api.services.backup import restore as restore_backup
    from api.settings import read_settings

    manifest = restore_backup(read_settings(), folder, datetime.now(UTC))
    typer.echo(f"restored {len(manifest['tables'])} tables of {manifest['made_at']}")


def drill() -> None:
    """Back up, restore beside it and compare; exit code 0 if every hash is equal."""
    from datetime import UTC, datetime

    from api.services.backup import drill as run_drill
    from api.settings import read_settings

    found = run_drill(read_settings(), datetime.now(UTC))
    typer.echo(
        f"{found.tables} tables, {found.rows} rows: backup {found.backup_s:.1f} s, "
        f"restore {found.restore_s:.1f} s, differing: {len(found.differing)}"
    )
    for table in found.differing:
        typer.echo(f"differs: {table}")
    raise typer.Exit(3 if found.differing else 0)
