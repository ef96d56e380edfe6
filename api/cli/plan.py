"""``xunge plan``: divide units into balanced, contiguous grids."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path | None, typer.Option(dir_okay=False)]


def plan(
    units: Annotated[
        Path, typer.Argument(help="Polygons or points: any vector file, or Parquet.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the results.")],
    grids: Annotated[
        int | None, typer.Option(help="How many grids; exclusive ones come on top.")
    ] = None,
    target: Annotated[
        float | None, typer.Option(help="Instead: the load of an average grid.")
    ] = None,
    id: Annotated[str, typer.Option(help="Column with the id.")] = "unit_id",
    load: Annotated[str, typer.Option(help="Column with the load.")] = "population",
    within: Annotated[
        str | None, typer.Option(help="Column that a grid may not straddle.")
    ] = None,
    outlines: Annotated[
        Path | None,
        typer.Option(help="Village outlines, by the column of --within or `code`."),
    ] = None,
    barriers: Annotated[
        list[Path] | None,
        typer.Option(help="Rivers, roads, ridges; may be given several times."),
    ] = None,
    exclusive: Annotated[
        Path | None, typer.Option(help="Sites that each get a grid of their own.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="CSV unit_id,grid_id of the plan to keep near.")
    ] = None,
    stability: Annotated[
        float, typer.Option(help="With --previous: 0 free to 1 hardly moving.")
    ] = 0.5,
    lock: Annotated[
        Path | None, typer.Option(help="CSV unit_id of units that never move.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="Deviation from the mean load that is fine.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(help="Another seed, another plan.")] = 0,
    split: Annotated[
        str,
        typer.Option(
            help="How far settlements may be split where the quota needs it: "
            "none, groups or blocks."
        ),
    ] = "blocks",
    micro: Annotated[
        int | None, typer.Option(help="Micro-grids to nest in the grids, in all.")
    ] = None,
    forbid: Annotated[
        list[str] | None,
        typer.Option(help="river, ridge or road: crossed only where a road crosses."),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="TOML of minutes per column: the load, instead of --load."),
    ] = None,
    band: Annotated[
        str | None,
        typer.Option(help="Instead of --grids: loads LOW-HIGH, free number a village."),
    ] = None,
    alternatives: Annotated[
        int, typer.Option(help="Try so many settings, keep what nothing beats.")
    ] = 1,
) -> None:
    """Divide units into balanced, contiguous grids, with a proof of coverage."""
    from api.services.plan_files import PlanFiles, plan_files
    from api.services.plan_wishes import offers_of, read_wishes

    files = PlanFiles(
        units=units,
        out=out,
        id_column=id,
        load_column=load,
        within=within,
        outlines=outlines,
        barriers=tuple(barriers or ()),
        exclusive=exclusive,
        previous=previous,
        lock=lock,
        weights=weights,
    )
    territory, policy = read_wishes(
        files,
        grids=grids,
        target_load=target,
        band=band,
        tolerance=tolerance,
        seed=seed,
        stability=stability,
        split=split,
        micro=micro,
        forbidden=tuple(forbid or ()),
    )
    for line in offers_of(territory, policy):
        typer.echo(line)
    made = plan_files(files, policy, alternatives, territory)
    report = made.report
    balance, bounds = report["scores"]["balance"], report["scores"]["bounds"]
    typer.echo(
        f"{report['grids']['base']} base + {report['grids']['exclusive']} exclusive "
        f"grids; largest deviation {balance['max_deviation_pct']['value']:.2f} % "
        f"(lines force {bounds['bound_lines_pct']['value']:.2f} %, indivisible units "
        f"{bounds['bound_units_pct']['value']:.2f} %, oversized units "
        f"{bounds['bound_oversized_pct']['value']:.2f} %); coverage "
        f"{'proven' if report['proof']['holds'] else 'NOT PROVEN'}; {out}"
    )
