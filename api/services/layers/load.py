"""Load a layer into the database: read, check, compare, write, record.

All of it in one transaction: what is refused half-way leaves nothing behind. Loading
the same file again changes nothing; a dry run does all but the writing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.services.cases.hazards import seed_categories
from api.services.layers.loading import load_regions, load_things
from api.services.layers.loading.apart import read_apart
from api.services.layers.loading.fields import Columns
from api.services.layers.loading.layers import LayerSpec, layer_spec
from api.services.layers.loading.outcome import Outcome
from geo.codes import level_of, padded, range_of, trimmed, unpadded
from geo.crs import metric_crs
from geo.db.door import Scope, as_job
from geo.db.engine import Database
from geo.db.store import territory
from geo.errors import BadLayer
from geo.localtime import local_date
from geo.reading import Layer, as_text, read_layer

# Counties have no tenant: any id opens a transaction that may look them up.
_NO_COUNTY = UUID(int=0)
_CROWD = 10


@dataclass(frozen=True)
class LoadOptions:
    """How to read a layer, and whose it is.

    Attributes
    ----------
    county : str, optional
        Six-digit code; read from the codes of the layer if left out.
    county_name : str, optional
        For a county that is not there yet.
    coord_type, crs, encoding, layer_name, lon, lat : str
        As in `geo.reading.read_layer`.
    mapping : mapping of str to str
        Field to column, where the guess is wrong.
    valid_from : date, optional
        First day of what is new; today if left out.
    allow_gone : bool
        More than half of what is there may go.
    is_own : bool
        The file is part of this program, so it is read in this process.
    areas : tuple of (int, int), optional
        Whose layer it is may change only what lies here; everywhere if left out.
    """

    county: str | None = None
    county_name: str | None = None
    coord_type: str = "wgs84"
    crs: str | None = None
    encoding: str | None = None
    layer_name: str | None = None
    lon: str | None = None
    lat: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    valid_from: date | None = None
    allow_gone: bool = False
    areas: Scope | None = None
    is_own: bool = False


@dataclass(frozen=True)
class LoadReport:
    """What a load did, or in a dry run would do."""

    layer: str
    source: str
    county: str
    is_dry_run: bool
    counts: dict[str, int]
    notes: tuple[str, ...]
    samples: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the report for a person at a terminal."""
        counts = ", ".join(f"{n} {word}" for word, n in self.counts.items())
        does = "would be" if self.is_dry_run else "loaded:"
        head = f"{self.layer} of {self.county} from {self.source}: {does} {counts}"
        return [head, *(f"  {line}" for line in (*self.notes, *self.samples))]


def load_layer(
    database: Database,
    layer: str,
    path: str | Path,
    options: LoadOptions | None = None,
    *,
    now: datetime,
    dry_run: bool = False,
    read: Layer | None = None,
) -> LoadReport:
    """Load a file as a layer of a county, or tell what that would change.

    With `read` it was read already, as the options say.

    Raises `BadInput` with one clear line if the file, its codes, its datum or its
    places are wrong; nothing is written then.
    """
    options = options or LoadOptions()
    spec = layer_spec(layer)
    read = _fitting(read or read_file(path, options), spec)
    columns = Columns(read.frame, options.mapping, read.source.name)
    with as_job(database, _NO_COUNTY) as session:
        code = options.county or _county_code(session, columns, spec)
        found = territory.find_county(session, _county(code))
    county_id = found.id if found else uuid4()
    day = options.valid_from or local_date(now)
    with as_job(database, county_id) as session:
        territory.lock_loading(session, county_id)
        outcome = _outcome(session, county_id, code, spec, columns, day)
        _refuse_crowd(outcome, options)
        _refuse_elsewhere(outcome, options)
        report = _report(read, spec, code, outcome, columns, dry_run)
        if not dry_run:
            if found is None:
                _add_county(session, county_id, code, read, columns, options)
            outcome.write(session)
            _record(session, county_id, report, outcome, now)
    return report


def read_file(path: str | Path, options: LoadOptions) -> Layer:
    """Read a file as the options say, in a process of its own if it is foreign."""
    reader = read_layer if options.is_own else read_apart
    return reader(
        path,
        coord_type=options.coord_type,
        encoding=options.encoding,
        layer=options.layer_name,
        crs=options.crs,
        lon=options.lon,
        lat=options.lat,
    )


def _fitting(read: Layer, spec: LayerSpec) -> Layer:
    if read.kind not in spec.shapes:
        wanted = " or ".join(spec.shapes)
        raise BadLayer(
            f"{read.source.name}: holds {read.kind}s; {spec.name} need {wanted}s"
        )
    return read


def _county(code: str) -> int:
    if level_of(code) != "county":
        raise BadLayer(f"county {code!r} is none; a county has 6 digits")
    return padded(code)


def _county_code(session: Session, columns: Columns, spec: LayerSpec) -> str:
    """Return the county of a layer: of its codes, or the only one that there is."""
    name = "code" if spec.table == "regions" else "village_code"
    column = columns.column_of(name)
    counties: set[str] = set()
    if column is not None:
        counties = {text[:6] for text in as_text(columns.frame[column]).dropna()}
    if len(counties) == 1:
        return str(counties.pop())
    if len(counties) > 1:
        some = ", ".join(sorted(counties)[:3])
        raise BadLayer(f"{columns.what}: codes of several counties ({some}); say which")
    there = territory.counties(session)
    if len(there) != 1:
        raise BadLayer(f"{columns.what}: no codes tell the county; say --county CODE")
    return unpadded(there[0].code, "county")


def _outcome(
    session: Session,
    county_id: UUID,
    code: str,
    spec: LayerSpec,
    columns: Columns,
    day: date,
) -> Outcome:
    if spec.table == "regions":
        return load_regions.prepare(session, county_id, code, spec, columns, day)
    return load_things.prepare(session, county_id, code, spec, columns, day)


def _refuse_crowd(outcome: Outcome, options: LoadOptions) -> None:
    gone = len(outcome.difference.gone)
    there = gone + outcome.difference.same + len(outcome.difference.changed)
    if gone > _CROWD and gone > there / 2 and not options.allow_gone:
        raise BadLayer(
            f"{gone} of {there} rows are no longer in the file and would go; "
            "say --allow-gone if that is meant"
        )


def _refuse_elsewhere(outcome: Outcome, options: LoadOptions) -> None:
    if options.areas is None:
        return
    gone = (row["code"] for row in outcome.difference.gone)
    for code in (*outcome.codes, *gone):
        if not any(low <= code < high for low, high in options.areas):
            raise BadLayer(
                f"{trimmed(code)} lies outside your areas; leave it out of the file, "
                "or let somebody load it whose area it is"
            )


def _report(
    read: Layer,
    spec: LayerSpec,
    code: str,
    outcome: Outcome,
    columns: Columns,
    is_dry_run: bool,
) -> LoadReport:
    return LoadReport(
        layer=spec.name,
        source=read.source.name,
        county=code,
        is_dry_run=is_dry_run,
        counts=outcome.counts,
        notes=(*read.notes, columns.taken(), *outcome.notes),
        samples=tuple(outcome.difference.samples(outcome.key)),
    )


def _add_county(
    session: Session,
    county_id: UUID,
    code: str,
    read: Layer,
    columns: Columns,
    options: LoadOptions,
) -> None:
    west, _, east, _ = read.frame.total_bounds
    names = columns.text("county")
    name = options.county_name or (names.iloc[0] if names is not None else None)
    if name is None and (own := columns.text("name")) is not None:
        codes = columns.text("code")
        is_county = codes is not None and codes.iloc[0] in (code, code.ljust(12, "0"))
        name = own.iloc[0] if is_county else None
    epsg = metric_crs(float(west + east) / 2.0).to_epsg()
    row = {"code": padded(code), "name": name or code, "metric_epsg": epsg}
    territory.add_county(session, county_id, row)
    # Without any nobody could report a hazard; the county changes them later.
    seed_categories(session, county_id)


def _record(
    session: Session,
    county_id: UUID,
    report: LoadReport,
    outcome: Outcome,
    now: datetime,
) -> None:
    """Add the record of a load, seen by whoever sees all that it touched."""
    low, _ = range_of(report.county)
    towns = {code // 10**6 * 10**6 for code in outcome.codes}
    territory.add_import(
        session,
        county_id,
        {
            "layer": report.layer,
            "source_name": report.source,
            "code": towns.pop() if len(towns) == 1 else low,
            "at": now,
            "counts": report.counts,
            "report": asdict(report),
        },
    )
