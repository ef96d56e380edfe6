"""The use case of settlements, sites and lines: each in a village, each by number."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import geopandas as gpd
from sqlalchemy.orm import Session

from api.services.layers.loading import places, rows
from api.services.layers.loading.difference import Difference, Row, as_rows, compare
from api.services.layers.loading.fields import Columns
from api.services.layers.loading.layers import LayerSpec
from api.services.layers.loading.outcome import Outcome
from geo.codes import padded, unpadded
from geo.db.models import LandscapeLine, Settlement, Site
from geo.db.store import territory
from geo.errors import BadLayer

_FIELDS = {
    "settlements": (
        "name",
        "code",
        "population",
        "households",
        "groups",
        "attrs",
        "geometry",
    ),
    "sites": ("name", "code", "is_exclusive", "category", "attrs", "geometry"),
    "lines": ("name", "line_class", "code", "geometry"),
}
_VILLAGE, _TOWN = 10**3, 10**6
_SHOWN = 10


def prepare(
    session: Session,
    county_id: UUID,
    county: str,
    spec: LayerSpec,
    columns: Columns,
    day: date,
) -> Outcome:
    """Check a layer of things against the villages, and tell what would change."""
    villages = territory.regions_on(session, county_id, day, level="village")
    if spec.table == "lines":
        pieces = rows.single_lines(columns.frame)
        columns = columns.over(pieces)
    said = columns.text("village_code")
    notes = places.check_datum(columns.frame, said, villages, columns.what)
    if spec.table == "lines":
        codes = places.line_codes(columns.frame, villages, padded(county))
        wanted = rows.line_rows(columns, spec, codes)
    else:
        codes, contradictions = places.village_codes(
            columns.frame, said, villages, columns.what
        )
        notes += _shortened(contradictions)
        wanted = (
            rows.site_rows(columns, spec, codes)
            if spec.table == "sites"
            else rows.settlement_rows(columns, codes)
        )
    existing = _existing(session, county_id, spec, wanted, day)
    places.check_moves(wanted, existing, columns.what)
    keys = ("ref",) if spec.table == "settlements" else ("kind", "ref")
    difference = compare(
        wanted, _rivals(wanted, existing, keys), keys, _FIELDS[spec.table]
    )

    def write(session: Session) -> None:
        _write(session, county_id, spec, difference, day)

    return Outcome(difference, "ref", tuple(codes), tuple(notes), write)


def _shortened(contradictions: list[str]) -> list[str]:
    more = len(contradictions) - _SHOWN
    tail = [f"... and {more} more contradictions"] if more > 0 else []
    return contradictions[:_SHOWN] + tail


def _existing(
    session: Session, county_id: UUID, spec: LayerSpec, wanted: list[Row], day: date
) -> list[Row]:
    """Return the rows in force of the kinds that the file holds."""
    if spec.table == "settlements":
        return as_rows(territory.settlements_of(session, county_id))
    kinds = sorted({str(row["kind"]) for row in wanted})
    if spec.table == "lines":
        return as_rows(territory.lines_of(session, county_id, kind=kinds[0]))
    frame: gpd.GeoDataFrame = territory.open_sites(session, county_id, day, kinds)
    # A published grid's code begins with its village's.
    frame["code"] = [code // _VILLAGE * _VILLAGE for code in frame["code"]]
    return as_rows(frame)


def _rivals(
    wanted: Sequence[Row], existing: Sequence[Row], keys: tuple[str, ...]
) -> list[Row]:
    """Return the rows that the file should hold: of the towns that it is about.

    Raises
    ------
    BadLayer
        If a number of the file is taken in another town.
    """
    towns = {row["code"] // _TOWN for row in wanted}
    numbers = {tuple(row[k] for k in keys) for row in wanted}
    rivals = []
    for row in existing:
        if row["code"] // _TOWN in towns:
            rivals.append(row)
        elif tuple(row[k] for k in keys) in numbers:
            town = unpadded(row["code"], "town")
            raise BadLayer(
                f"number {row['ref']!r} is taken by {row['name']} in {town}; "
                "map another column to ref"
            )
    return rivals


def _write(
    session: Session,
    county_id: UUID,
    spec: LayerSpec,
    difference: Difference,
    day: date,
) -> None:
    changed = [
        {
            "id": change.before["id"],
            **{name: change.after[name] for name in change.fields},
        }
        for change in difference.changed
    ]
    gone = [row["id"] for row in difference.gone]
    if spec.table == "sites":
        _write_sites(session, county_id, difference, changed, gone, day)
        return
    table = Settlement if spec.table == "settlements" else LandscapeLine
    territory.remove_rows(session, table, county_id, gone)
    territory.change_rows(session, table, county_id, changed)
    territory.add_rows(session, table, county_id, difference.new)


def _write_sites(
    session: Session,
    county_id: UUID,
    difference: Difference,
    changed: list[Row],
    gone: list[UUID],
    day: date,
) -> None:
    territory.end_rows(session, Site, county_id, gone, day)
    territory.change_rows(session, Site, county_id, changed)
    territory.add_rows(session, Site, county_id, difference.new, day)
    moved = [
        change.after
        for change in difference.changed
        if {"code", "geometry"} & set(change.fields)
    ]
    refs = [(row["kind"], row["ref"]) for row in (*difference.new, *moved)]
    territory.put_sites_into_grids(session, county_id, refs, day)
