"""A county office of a test's own and the layers that it delivers, for tests."""

import itertools
import json
from datetime import UTC, date, datetime
from uuid import uuid4

import shapely
import shapely.affinity
from shapely import Point, box

from api.services.layers.load import LoadOptions, load_layer
from geo.codes import padded
from geo.db.door import as_job
from geo.db.store import territory

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
TODAY = date(2026, 5, 20)
WEST, SOUTH, SIDE = 111.80, 34.00, 0.02
_COUNTIES = itertools.count(510_001)


class Office:
    """A county of a test's own, and the files that it delivers."""

    def __init__(self, database, folder):
        self.database, self.folder = database, folder
        self.code = str(next(_COUNTIES))
        self.town = f"{self.code}100"

    def village(self, number):
        return f"{self.town}{200 + number}"

    def villages(self, count=6, **changes):
        """Villages in two rows, ``changes`` by number of the village."""
        rows = []
        for i in range(count):
            west, south = WEST + i // 2 * SIDE, SOUTH + i % 2 * SIDE
            row = {
                "code": self.village(i),
                "name": f"第{i}村",
                "population": 100 + i,
                "geometry": box(west, south, west + SIDE, south + SIDE),
            }
            rows.append(row | changes.get(f"v{i}", {}))
        return self.write("villages.geojson", rows)

    def homes(self, **more):
        """A settlement in the south-east of each of six villages."""
        rows = [
            {
                "code": f"H{i}",
                "name": f"第{i}庄",
                "population": 50,
                "village_code": self.village(i),
                "geometry": shapely.affinity.translate(middle(i), 0.008, -0.008),
            }
            | more
            for i in range(6)
        ]
        return self.write("homes.geojson", rows)

    def write(self, name, rows):
        features = [
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(row["geometry"]),
                "properties": {k: v for k, v in row.items() if k != "geometry"},
            }
            for row in rows
        ]
        path = self.folder / name
        document = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def load(self, layer, path, *, dry_run=False, now=NOW, **options):
        said = LoadOptions(**({"county": self.code} | options))
        return load_layer(self.database, layer, path, said, now=now, dry_run=dry_run)

    @property
    def id(self):
        with as_job(self.database, uuid4()) as session:
            found = territory.find_county(session, padded(self.code))
            return found and found.id

    def read(self, function, *args, **options):
        with as_job(self.database, self.id) as session:
            return function(session, self.id, *args, **options)

    def regions(self, day=TODAY, level="village"):
        return self.read(territory.regions_on, day, level=level)


def middle(i):
    return Point(WEST + (i // 2 + 0.5) * SIDE, SOUTH + (i % 2 + 0.5) * SIDE)


def counts(report):
    return tuple(report.counts[word] for word in ("new", "changed", "same", "gone"))


def mines(office, count=3, **more):
    rows = [
        {
            "code": f"K{i}",
            "name": f"{i}号硐口",
            "mineral": "钼",
            "sealed_on": "2018-07-15",
            "village_code": office.village(i),
            "geometry": middle(i),
        }
        | more
        for i in range(count)
    ]
    return office.write("mines.geojson", rows)
