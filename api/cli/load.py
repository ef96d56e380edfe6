"""`xunge load`: a layer of a map into the database."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def load(
    layer: Annotated[
        str,
        typer.Argument(
            help="What it is: villages, towns, county, regions, settlements, "
            "mine_openings, venues, schools, enterprises, service_stations, "
            "exclusive_areas, sites, rivers, roads or ridges."
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            help="GeoJSON, GeoPackage, Shapefile (zipped too), FlatGeobuf, Parquet, "
            "or CSV with coordinates."
        ),
    ],
    county: Annotated[
        str | None, typer.Option(help="Six-digit code; else read from the codes.")
    ] = None,
    county_name: Annotated[
        str | None, typer.Option(help="Name of a county that is new here.")
    ] = None,
    coord_type: Annotated[
        str, typer.Option(help="Datum: wgs84, cgcs2000, gcj02 or bd09.")
    ] = "wgs84",
    crs: Annotated[
        str | None, typer.Option(help="CRS, if the file does not say: EPSG:4546.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", help="field=column, where the guess is wrong."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of the text; found by itself if left out.")
    ] = None,
    lon: Annotated[
        str | None, typer.Option(help="Column of longitude, if not found by itself.")
    ] = None,
    lat: Annotated[
        str | None, typer.Option(help="Column of latitude, if not found by itself.")
    ] = None,
    layer_name: Annotated[
        str | None, typer.Option(help="Which layer, if the file has several.")
    ] = None,
    valid_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day of it; today if left out."),
    ] = None,
    allow_gone: Annotated[
        bool, typer.Option("--allow-gone", help="More than half may go.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change; write nothing.")
    ] = False,
) -> None:
    """Load a layer, all or nothing; loading it again changes nothing."""
    from datetime import UTC

    from api.services.database import open_database
    from api.services.load import LoadOptions, load_layer
    from api.settings import read_settings

    options = LoadOptions(
        county=county,
        county_name=county_name,
        coord_type=coord_type,
        crs=crs,
        encoding=encoding,
        layer_name=layer_name,
        lon=lon,
        lat=lat,
        mapping=_pairs(column or []),
        valid_from=valid_from.date() if valid_from else None,
        allow_gone=allow_gone,
    )
    database = open_database(read_settings())
    try:
        now = datetime.now(UTC)
        report = load_layer(database, layer, file, options, now=now, dry_run=dry_run)
    finally:
        database.dispose()
    for line in report.lines():
        typer.echo(line)


def _pairs(texts: list[str]) -> dict[str, str]:
    from geo.errors import BadInput

    pairs = {}
    for text in texts:
        field, sign, column = text.partition("=")
        if not sign or not field or not column:
            raise BadInput(f"map {text!r} is not of the form field=column")
        pairs[field] = column
    return pairs
