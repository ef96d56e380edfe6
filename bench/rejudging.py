"""A county's day judged again as the service does it: read, judged, compared, stored.

Run from the project's folder: ``python bench/rejudging.py --workers 4215``. Day tracks
of the day and of the day before lie in PostgreSQL as phones' fixes are kept, and the
day before is judged, as it is whenever a day is. What is timed is `judge_day`: with
nothing judged yet, so that every verdict is stored, and then again, so that it is only
compared, in processes of its own and in this one alone. With ``--digests`` the ways of
a month lie there too, so that each round is compared with some ninety earlier ones.
"""

import argparse
import hashlib
import resource
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from uuid import UUID

import geopandas as gpd
import numpy as np
import rig
import shapely
import streets as s
from judging import DAY, DRAWN, draw_day
from sqlalchemy import insert

from api.services.upkeep.database import open_database
from api.services.verdicts import judging
from api.services.verdicts.judging import judge_day
from geo.crs import COORD_TYPES
from geo.db import cluster as clusters
from geo.db.door import as_job
from geo.db.models import (
    Assignment,
    DayTrack,
    Device,
    Grid,
    GridVersion,
    Person,
    RoundDigest,
)
from geo.db.store.journal import make_partitions
from geo.localtime import at_local, day_start_ms
from tracking.ground.areas import grid_versions
from tracking.ground.roster import Assignment as Worker
from tracking.ground.roster import Roster
from tracking.rules.policy import DEFAULT_RULE
from tracking.storage.dense import pack_dense
from tracking.storage.fixblock import COLUMN, FIELDS, UNKNOWN, FixBlock
from tracking.verdict.verify import judge_days

DAYS = (DAY - timedelta(days=1), DAY)
VILLAGE = 410325105200000


GOAL_S = 6.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=4215)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--digests", action="store_true", help="a month of ways")
    asked = options.parse_args()
    with rig.own_settings() as settings:
        database = open_database(settings)
        county = rig.add_county(database)
        rng = np.random.default_rng(asked.seed)
        start = day_start_ms(DAY) + 6 * 3_600_000
        drawn = [draw_day(rng, start) for _ in range(min(DRAWN, asked.workers))]
        fixes = fill(database, county, asked.workers, drawn, rng)
        ways = remember(database, county, asked.workers, drawn) if asked.digests else 0
        server = clusters.server_pid(clusters.cluster_in(settings.data_dir)) or 0
        print(f"{asked.workers} workers, {fixes:,} fixes of two days in PostgreSQL")
        print(f"{ways:,} ways of the 29 days before")
        judge_day(database, county, DAYS[0], later(2))
        usual = judging.processes_for

        def day() -> judging.JudgedCounty:
            return judge_day(database, county, DAY, later(2))

        told = [timed(what, day, server) for what in ("stored", "compared")]
        judging.processes_for = lambda tracks: 0
        told.append(timed("in one process", day, server))
        judging.processes_for = usual
        database.dispose()
    assert told[0] == told[1] == told[2], "not the same bytes"
    print(f"the goal is {GOAL_S:g} s for 4,215 workers on 2 cores; the bytes are equal")


def later(days: int) -> datetime:
    return at_local(DAY + timedelta(days=days), clock(12)).astimezone(UTC)


def timed(what: str, judge, server: int) -> str:
    """Judge, print what it cost, and return the hash of what came out."""
    forget_peak()
    wall, own, theirs = time.time(), cpu_s(), rig.cpu_of_tree(server)
    county = judge()
    wall, own = time.time() - wall, cpu_s() - own
    theirs = rig.cpu_of_tree(server) - theirs
    verified = sum(body["verified"] for body in county.bodies)
    print(
        f"judged, {what:15} {wall:6.1f} s wall, {own:6.1f} CPU-s and PostgreSQL "
        f"{theirs:.1f} ({len(county) / own:,.0f} worker-days per CPU-second, "
        f"{verified / len(county):.2f} rounds verified, {county.changed} new), "
        f"peak here {peak_mb():,.0f} MB"
    )
    lines = b"".join(county.lines[worker] for worker in sorted(county.lines))
    return hashlib.sha256(lines).hexdigest()


def cpu_s() -> float:
    """Return the CPU seconds of this process and of those that ended."""
    used = [resource.getrusage(who) for who in (_SELF, _ENDED)]
    return sum(u.ru_utime + u.ru_stime for u in used)


_SELF, _ENDED = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def fill(database, county: UUID, workers: int, drawn, rng) -> int:
    """Store people with grids and two days of tracks; a few days are moved about."""
    rows: dict[type, list[dict[str, object]]] = {}
    fixes = 0
    for n, centre in enumerate(s.centres(workers, s.PLANE, apart_m=1500.0)):
        own = {name: UUID(int=n + 1 + (k << 64)) for k, name in enumerate("pdga")}
        code = VILLAGE + 1000 * (n // 999) + n % 999 + 1
        shape = s.on_earth(drawn[n % len(drawn)][0], centre, s.PLANE)
        for model, row in people_rows(own, code, shape):
            rows.setdefault(model, []).append({"county_id": county, **row})
        for back, day in enumerate(reversed(DAYS)):
            frame = drawn[(n + 7 * back) % len(drawn)][1]
            block = moved(frame, centre, -86_400_000 * back, rng)
            fixes += len(block)
            rows.setdefault(DayTrack, []).append(
                {
                    "county_id": county,
                    "fix_on": day,
                    "device_id": own["d"],
                    "person_id": own["p"],
                    "code": code,
                    "fix_count": len(block),
                    "first_ms": int(block.column("t_ms")[0]),
                    "last_ms": int(block.column("t_ms")[-1]),
                    "packed": pack_dense(block),
                }
            )
    with as_job(database, county) as session:
        make_partitions(session, "day_tracks", DAYS[0], DAYS[1])
        for model, values in rows.items():
            session.execute(insert(model), values)
    return fixes


def remember(database, county: UUID, workers: int, drawn) -> int:
    """Store the ways of the drawn days as those of a month, each day another."""
    centres = s.centres(workers, s.PLANE, apart_m=1500.0)
    known = [ways_of(*day, centres[0]) for day in drawn]
    corner = degrees_e6(centres[0])
    rows = 0
    for back in range(2, 31):
        later_ms = -86_400_000 * back
        held = [
            {
                "county_id": county,
                "person_id": UUID(int=n + 1),
                "day": DAY - timedelta(days=back),
                "start_ms": way.start_ms + later_ms,
                "end_ms": way.end_ms + later_ms,
                "places": (way.places + degrees_e6(centre) - corner)
                .astype("<i4")
                .tobytes(),
            }
            for n, centre in enumerate(centres)
            for way in known[(n + 7 * back) % len(known)]
        ]
        rows += len(held)
        with as_job(database, county) as session:
            session.execute(insert(RoundDigest), held)
    return rows


def ways_of(grid, frame, centre):
    """Return the ways of the rounds of a drawn day, around a centre."""
    lon, lat = s.PLANE.unproject(frame["x"] + centre[0], frame["y"] + centre[1])
    fixes = frame.assign(worker_id="w", device_id="d", lon=lon, lat=lat)
    shape = s.on_earth(grid, centre, s.PLANE)
    grids = gpd.GeoDataFrame({"grid_code": ["g"]}, geometry=[shape], crs=4326)
    roster = Roster(grid_versions(grids), [Worker("w", "g")])
    return judge_days(fixes, roster, DEFAULT_RULE, days=[DAY]).digests


def degrees_e6(centre):
    return np.rint(np.array(s.PLANE.unproject(*centre)) * 1e6).astype(np.int64)


def people_rows(own: dict[str, UUID], code: int, shape):
    valid = f"[{date(2026, 1, 1)},)"
    wkt = f"SRID=4326;{shapely.multipolygons([shape]).wkt}"
    village = code // 1000 * 1000
    yield Person, {"id": own["p"], "name": "员", "code": code}
    yield (
        Device,
        {
            "id": own["d"],
            "token_hash": own["d"].bytes * 2,
            "label": "手机",
            "code": code,
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        },
    )
    yield Grid, {"id": own["g"], "qr_id": own["g"], "code": village}
    yield (
        GridVersion,
        {
            "grid_id": own["g"],
            "valid": valid,
            "code": code,
            "kind": "base",
            "name": "格",
            "village_code": village,
            "load": 1.0,
            "geom": wkt,
        },
    )
    yield (
        Assignment,
        {
            "id": own["a"],
            "person_id": own["p"],
            "grid_id": own["g"],
            "code": code,
            "role": "worker",
            "valid": valid,
        },
    )


def moved(frame, centre, later_ms: int, rng) -> FixBlock:
    """Return a drawn day somewhere else, with every field said and noisy."""
    x, y = frame["x"].to_numpy() + centre[0], frame["y"].to_numpy() + centre[1]
    lon, lat = s.PLANE.unproject(x, y)
    n = len(frame)
    told = {
        "t_ms": frame["t_ms"] + later_ms,
        "received_ms": frame["received_ms"] + later_ms,
        "lon_e7": np.rint(lon * 1e7),
        "lat_e7": np.rint(lat * 1e7),
        "accuracy_cm": np.rint(frame["accuracy_m"] * 100),
        "speed_mmps": rng.integers(0, 2000, n),
        "heading_cdeg": rng.integers(0, 36_000, n),
        "altitude_cm": rng.integers(30_000, 33_000, n),
        "battery_permille": 1000 - np.arange(n) // 4,
        "mock": 0,
        "provider": 0,
        "datum": COORD_TYPES.index("wgs84"),
        "flags": 0,
    }
    values = np.full((n, len(FIELDS)), UNKNOWN, np.int64)
    for name, column in told.items():
        values[:, COLUMN[name]] = column
    return FixBlock(values)


if __name__ == "__main__":
    main()
