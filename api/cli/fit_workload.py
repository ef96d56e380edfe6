"""``xunge fit-workload``: what observed patrols say about the weights of a workload."""

from pathlib import Path
from typing import Annotated

import typer


def fit_workload(
    observed: Annotated[
        Path, typer.Argument(help="CSV: a row per grid, minutes and what it holds.")
    ],
    term: Annotated[
        list[str] | None,
        typer.Option(help="Column to weigh; again for each. Default: all of --weights"),
    ] = None,
    minutes: Annotated[
        str, typer.Option(help="Column with patrol minutes per day.")
    ] = "minutes",
    weights: Annotated[
        Path | None, typer.Option(help="TOML of hand-set weights, shown beside.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the intervals.")] = 0,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="JSON with the numbers.")
    ] = None,
) -> None:
    """Fit the weights of a workload to observed patrol minutes, with 95 % intervals."""
    from api.services.plans.workload_files import fit_files

    rows = fit_files(observed, tuple(term or ()), minutes, weights, seed, out)
    for row in rows:
        typer.echo(row)
