"""What ``xunge load`` may be asked: one type per option, with its help."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

LayerKind = Annotated[
    str,
    typer.Argument(
        help="What it is: villages, towns, county, regions, settlements, "
        "mine_openings, venues, schools, enterprises, service_stations, "
        "exclusive_areas, sites, rivers, roads or ridges."
    ),
]
File = Annotated[
    Path,
    typer.Argument(
        help="GeoJSON, GeoPackage, Shapefile (zipped too), FlatGeobuf, Parquet, "
        "or CSV with coordinates."
    ),
]
County = Annotated[
    str | None, typer.Option(help="Six-digit code; else read from the codes.")
]
CountyName = Annotated[
    str | None, typer.Option(help="Name of a county that is new here.")
]
CoordType = Annotated[str, typer.Option(help="Datum: wgs84, cgcs2000, gcj02 or bd09.")]
Crs = Annotated[
    str | None, typer.Option(help="CRS, if the file does not say: EPSG:4546.")
]
Column = Annotated[
    list[str] | None,
    typer.Option("--map", help="field=column, where the guess is wrong."),
]
Encoding = Annotated[
    str | None, typer.Option(help="Of the text; found by itself if left out.")
]
Lon = Annotated[
    str | None, typer.Option(help="Column of longitude, if not found by itself.")
]
Lat = Annotated[
    str | None, typer.Option(help="Column of latitude, if not found by itself.")
]
LayerName = Annotated[
    str | None, typer.Option(help="Which layer, if the file has several.")
]
ValidFrom = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="First day of it; today if left out."),
]
AllowGone = Annotated[bool, typer.Option("--allow-gone", help="More than half may go.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Tell what would change; write nothing.")
]
