"""`xunge load`: a layer of a map into the database."""

import typer

from api.cli import load_options as ask


def load(
    layer: ask.LayerKind,
    file: ask.File,
    county: ask.County = None,
    county_name: ask.CountyName = None,
    coord_type: ask.CoordType = "wgs84",
    crs: ask.Crs = None,
    column: ask.Column = None,
    encoding: ask.Encoding = None,
    lon: ask.Lon = None,
    lat: ask.Lat = None,
    layer_name: ask.LayerName = None,
    valid_from: ask.ValidFrom = None,
    allow_gone: ask.AllowGone = False,
    dry_run: ask.DryRun = False,
) -> None:
    """Load a layer, all or nothing; loading it again changes nothing."""
    from datetime import UTC, datetime

    from api.services.layers.load import LoadOptions, load_layer
    from api.services.upkeep.database import open_database
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
