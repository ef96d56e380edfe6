"""The use case of regions: versions by day, towns made where nobody delivered them."""

from datetime import date
from uuid import UUID

import geopandas as gpd
from sqlalchemy.orm import Session

from api.services.layers.loading import regions
from api.services.layers.loading.difference import Difference, Row, as_rows, compare
from api.services.layers.loading.fields import Columns
from api.services.layers.loading.layers import LayerSpec
from api.services.layers.loading.outcome import Outcome
from geo.codes import padded, range_of, unpadded
from geo.db.models import Region
from geo.db.store import territory
from geo.errors import BadLayer

_FIELDS = ("name", "kind", "parent_code", "population", "households", "geometry")


def prepare(
    session: Session,
    county_id: UUID,
    county: str,
    spec: LayerSpec,
    columns: Columns,
    day: date,
) -> Outcome:
    """Check a layer of regions against what is in force, and tell what would change."""
    existing = territory.open_regions(session, county_id, day)
    rows = regions.region_rows(columns, spec)
    _require_county(rows, county, columns.what)
    notes = regions.check_datum(rows, existing, columns.what)
    by_level: dict[str, list[Row]] = {}
    for row in rows:
        by_level.setdefault(row["level"], []).append(row)
    cleaned: list[Row] = []
    for same_level in by_level.values():
        mended, lines = regions.clean_rows(same_level, columns.what)
        cleaned += mended
        notes += lines + regions.overlap_with_neighbours(mended, existing)
    there = [row for row in as_rows(existing) if _is_rival(row, cleaned)]
    difference = compare(cleaned, there, ("code",), _FIELDS)
    villages = by_level.get("village", [])
    towns = _towns(difference, existing, columns) if villages else None
    if villages:
        notes += regions.compare_with_towns(_future(difference, existing), existing)

    def write(session: Session) -> None:
        _write(session, county_id, difference, day)
        for row in by_level.get("county", []):
            territory.name_county(session, county_id, row["name"])
        if towns is not None:
            _write(session, county_id, towns, day)

    return Outcome(
        _named(difference),
        "label",
        tuple(row["code"] for row in cleaned),
        tuple(notes),
        write,
        made=0 if towns is None else len(towns.new) + len(towns.changed),
    )


def _require_county(rows: list[Row], county: str, what: str) -> None:
    low, high = range_of(county)
    for row in rows:
        if not low <= row["code"] < high:
            code = unpadded(row["code"], row["level"])
            raise BadLayer(f"{what}: code {code} is not of county {county}")


def _is_rival(existing: Row, rows: list[Row]) -> bool:
    """Tell whether a region in force should be in the file, by level and parent."""
    if any(row["code"] == existing["code"] for row in rows):
        return True
    if existing["kind"] == regions.DERIVED:
        return False
    return any(
        row["level"] == existing["level"]
        and row["parent_code"] == existing["parent_code"]
        for row in rows
    )


def _future(difference: Difference, existing: gpd.GeoDataFrame) -> list[Row]:
    """Return the villages as they will be."""
    ids = {change.before["id"] for change in difference.changed}
    ids |= {row["id"] for row in difference.gone}
    kept = [
        row
        for row in as_rows(existing)
        if row["level"] == "village" and row["id"] not in ids
    ]
    after = [change.after for change in difference.changed]
    return [r for r in (*difference.new, *after, *kept) if r["level"] == "village"]


def _towns(
    difference: Difference, existing: gpd.GeoDataFrame, columns: Columns
) -> Difference:
    """Return what changes in towns that are put together from their villages."""
    after = [change.after for change in difference.changed]
    touched = {
        row["parent_code"]
        for row in (*difference.new, *after, *difference.gone)
        if row["level"] == "village"
    }
    future = [r for r in _future(difference, existing) if r["parent_code"] in touched]
    rows = regions.derived_towns(future, existing, _town_names(columns))
    codes = {row["code"] for row in rows}
    there = [row for row in as_rows(existing) if row["code"] in codes]
    return compare(rows, there, ("code",), _FIELDS)


def _town_names(columns: Columns) -> dict[int, str]:
    codes, names = columns.text("code"), columns.text("town")
    if codes is None or names is None:
        return {}
    pairs = zip(codes, names, strict=True)
    return {padded(code[:9]): name for code, name in pairs if name is not None}


def _write(
    session: Session, county_id: UUID, difference: Difference, day: date
) -> None:
    """Write new versions; a change on the first day of a version corrects it."""
    corrected, succeeded = [], []
    for change in difference.changed:
        since = change.before["valid"].lower
        if since > day:
            code = unpadded(change.after["code"], change.after["level"])
            raise BadLayer(
                f"{code} is in force only from {since}; valid-from {day} lies before"
            )
        values = {name: change.after[name] for name in change.fields}
        if since == day:
            corrected.append({"id": change.before["id"], **values})
        else:
            succeeded.append(change)
    gone = [row["id"] for row in difference.gone]
    ended = gone + [change.before["id"] for change in succeeded]
    territory.change_rows(session, Region, county_id, corrected)
    territory.end_rows(session, Region, county_id, ended, day)
    new = [*difference.new, *(change.after for change in succeeded)]
    territory.add_rows(session, Region, county_id, new, day)


def _named(difference: Difference) -> Difference:
    """Return the difference with a ``label``: the code as a person writes it."""
    for row in (*difference.new, *difference.gone):
        row["label"] = unpadded(row["code"], row["level"])
    for change in difference.changed:
        change.after["label"] = unpadded(change.after["code"], change.after["level"])
    return difference
