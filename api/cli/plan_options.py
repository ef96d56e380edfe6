"""What ``xunge plan`` may be asked: one type per option, with its help."""

from pathlib import Path
from typing import Annotated

import typer

Units = Annotated[
    Path, typer.Argument(help="Polygons or points: any vector file, or Parquet.")
]
Out = Annotated[Path, typer.Option("-o", "--out", help="Folder for the results.")]
Grids = Annotated[
    int | None, typer.Option(help="How many grids; exclusive ones come on top.")
]
Target = Annotated[
    float | None, typer.Option(help="Instead: the load of an average grid.")
]
SizeBand = Annotated[
    str | None,
    typer.Option(help="Instead of --grids: loads LOW-HIGH, free number a village."),
]
Id = Annotated[str, typer.Option(help="Column with the id.")]
Load = Annotated[str, typer.Option(help="Column with the load.")]
Also = Annotated[
    list[str] | None,
    typer.Option(help="A further column of loads to balance; may be given again."),
]
Weights = Annotated[
    Path | None,
    typer.Option(help="TOML of minutes per column: the load, instead of --load."),
]
Within = Annotated[
    str | None, typer.Option(help="Column that a grid may not straddle.")
]
Outlines = Annotated[
    Path | None,
    typer.Option(help="Village outlines, by the column of --within or `code`."),
]
JoinTiny = Annotated[
    float,
    typer.Option(
        help="Villages below this share of a grid's load count as one with a neighbour."
    ),
]
Barriers = Annotated[
    list[Path] | None,
    typer.Option(help="Rivers, roads, ridges; may be given several times."),
]
LinePrice = Annotated[
    list[str] | None,
    typer.Option(
        help="KIND=PRICE of a border along road, river, ridge, village_line or open "
        "ground, which is 1; may be given again."
    ),
]
Forbid = Annotated[
    list[str] | None,
    typer.Option(help="river, ridge or road: crossed only where a road crosses."),
]
CutBlocks = Annotated[
    bool, typer.Option(help="Cut polygons along the barriers; loads share by area.")
]
Spots = Annotated[
    list[Path] | None,
    typer.Option(help="Points that no border may run through; may be given again."),
]
Exclusive = Annotated[
    Path | None, typer.Option(help="Sites that each get a grid of their own.")
]
Overlays = Annotated[
    bool,
    typer.Option(
        help="Exclusive grids lie on base grids, not carved out; a column `overlay` "
        "says so site by site."
    ),
]
Previous = Annotated[
    Path | None, typer.Option(help="CSV unit_id,grid_id of the plan to keep near.")
]
Change = Annotated[
    str,
    typer.Option(
        help="With --previous, what to change least: people, grids, or free: weigh it "
        "by --stability."
    ),
]
Stability = Annotated[
    float, typer.Option(help="With --previous: 0 free to 1 hardly moving.")
]
Prices = Annotated[
    str,
    typer.Option(help="With --previous: percents whose price is told, or none."),
]
Lock = Annotated[
    Path | None, typer.Option(help="CSV unit_id of units that never move.")
]
Tolerance = Annotated[
    float, typer.Option(help="Deviation from the mean load that is fine.")
]
Seed = Annotated[int, typer.Option(help="Another seed, another plan.")]
SplitTo = Annotated[
    str,
    typer.Option(
        help="How far settlements may be split where the quota needs it: "
        "none, groups or blocks."
    ),
]
Micro = Annotated[
    int | None, typer.Option(help="Micro-grids to nest in the grids, in all.")
]
Alternatives = Annotated[
    int, typer.Option(help="Try so many settings, keep what nothing beats.")
]
