"""Verdicts with evidence per CPU-second, reading included, beside library and SQL.

Run from the project's folder: ``python bench/judging.py --workers 400``. What is timed
is what ``xunge verify`` does between its files: reading positions, judging, writing
lines. The peers are PostGIS, plain GeoPandas and MovingPandas (``pip install -e
.[bench]``); all three only count the time in the grid and find no verdict.
"""

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import rig
import shapely
import streets as s
from sqlalchemy import text

from api.services.positions.position_files import read_positions
from api.services.upkeep.database import open_database
from geo.db import cluster as clusters
from geo.localtime import day_start_ms
from tracking.ground.areas import grid_versions
from tracking.ground.roster import Assignment, Roster
from tracking.verdict.verify import verify_days

DAY = date(2026, 5, 20)
DRAWN = 40
NAMES = ("worker_id", "device_id")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=400)
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    fixes, grids, people = draw(asked.workers, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fixes.parquet"
        as_positions(fixes).to_parquet(path, index=False)
        judged(path, grids, people)  # The first turn compiles.
        spent = [judged(path, grids, people) for _ in range(asked.turns)]
    each = len(fixes) / asked.workers
    print(f"{asked.workers} worker-days of {each:,.0f} fixes, 120-corner grids")
    report("verdicts, evidence, reading", asked.workers, float(np.median(spent)))
    for name, peer in (
        ("PostGIS", in_postgis),
        ("GeoPandas within", in_geopandas),
        ("MovingPandas", in_mpd),
    ):
        took = peer(fixes, grids)
        if took is None:
            print(f"{name:32} not installed: pip install -e .[bench]")
        else:
            report(f"{name}, dwell only", *took)


def report(name: str, days: int, cpu_s: float) -> None:
    print(
        f"{name:32} {days / cpu_s:10,.1f} worker-days per CPU-second "
        f"({cpu_s:.2f} CPU-s; 4,215 take {4215 * cpu_s / days:,.1f})"
    )


def draw(workers: int, seed: int):
    """Return fixes, grids and people; a few days are drawn and moved about."""
    rng = np.random.default_rng(seed)
    start = day_start_ms(DAY) + 6 * 3_600_000
    shapes, codes, frames = [], [], []
    drawn = [draw_day(rng, start) for _ in range(min(DRAWN, workers))]
    for n, centre in enumerate(s.centres(workers, s.PLANE, apart_m=1500.0)):
        grid, frame = drawn[n % len(drawn)]
        x, y = frame["x"].to_numpy() + centre[0], frame["y"].to_numpy() + centre[1]
        lon, lat = s.PLANE.unproject(x, y)
        own = frame.drop(columns=["x", "y"]).assign(
            worker_id=f"w{n:05d}", device_id=f"d{n:05d}", lon=lon, lat=lat
        )
        frames.append(own)
        shapes.append(s.on_earth(grid, centre, s.PLANE))
        codes.append(f"410325{n:09d}")
    fixes = pd.concat(frames, ignore_index=True)
    grids = gpd.GeoDataFrame({"grid_code": codes}, geometry=shapes, crs=4326)
    people = [Assignment(f"w{n:05d}", code) for n, code in enumerate(codes)]
    return fixes.astype(dict.fromkeys(NAMES, "category")), grids, people


def draw_day(rng, start):
    """Return a grid of 120 corners and 16 hours at home with three walks."""
    turn = np.sort(rng.uniform(0, 2 * np.pi, 120))
    far = 350 * (1 + 0.15 * np.sin(3 * turn) + 0.02 * rng.normal(size=120))
    grid = shapely.Polygon(np.c_[far * np.cos(turn), far * np.sin(turn)])
    home, parts = None, []
    for hours in (2.0, 5.0, 5.0):
        trip = s.walk(grid, rng, 1500, 1.2, at=home)
        home = trip[0] if home is None else home
        parts += [s.rest(home, 3600 * hours, rng), trip]
    xy = np.vstack([*parts, s.rest(home, 3600 * 2.7, rng)])
    centre = s.centres(1, s.PLANE)[0]
    fixes = s.receive(
        xy, start, rng, worker="w", centre=centre, plane=s.PLANE, every_s=20.0
    )
    x, y = s.PLANE.project(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    return grid, fixes.assign(x=x - centre[0], y=y - centre[1])


def as_positions(fixes):
    """Return fixes as the positions of the command contract."""
    return pd.DataFrame(
        {
            "worker_id": fixes["worker_id"],
            "t": pd.to_datetime(fixes["t_ms"], unit="ms", utc=True),
            "lon": fixes["lon"],
            "lat": fixes["lat"],
            "accuracy": fixes["accuracy_m"],
            "speed_mps": fixes["speed_mps"],
            "received_at": pd.to_datetime(fixes["received_ms"], unit="ms", utc=True),
            "device_id": fixes["device_id"],
        }
    )


def judged(path: Path, grids, people) -> float:
    begun = time.process_time()
    fixes = read_positions(path)
    roster = Roster(grid_versions(grids), people)
    bodies = verify_days(fixes, roster, days=[DAY])
    b"".join(orjson.dumps(body) + b"\n" for body in bodies)
    spent = time.process_time() - begun
    verified = sum(body["verified"] for body in bodies)
    assert verified > 2.9 * len(people), verified
    return spent


def in_postgis(fixes, grids) -> tuple[int, float]:
    """Count the seconds in the grid by ST_Contains; reading is the query's own."""
    some = fixes[fixes["worker_id"].isin([f"w{n:05d}" for n in range(40)])]
    with rig.own_settings() as settings:
        database = open_database(settings)
        with database.owner.begin() as connection:
            connection.execute(text(_TABLES))
            for n, grid in enumerate(grids.geometry[:40]):
                row = {"worker": f"w{n:05d}", "wkt": grid.wkt}
                connection.execute(text(_GRID), row)
            rows = some[["worker_id", "t_ms", "lon", "lat"]].to_dict("records")
            connection.execute(text(_FIX), rows)
            connection.execute(text("analyze bench_fix"))
        pid = clusters.server_pid(clusters.cluster_in(settings.data_dir)) or 0
        before = rig.cpu_of_tree(pid)
        with database.owner.begin() as connection:
            found = connection.execute(text(_DWELL)).all()
        spent = rig.cpu_of_tree(pid) - before
        database.dispose()
    assert len(found) == 40
    return 40, spent


_TABLES = """
create table bench_grid (worker text primary key, geom geometry);
create table bench_fix (worker text, t_ms bigint, lon float8, lat float8)
"""
_GRID = "insert into bench_grid values (:worker, ST_GeomFromText(:wkt))"
_FIX = "insert into bench_fix values (:worker_id, :t_ms, :lon, :lat)"
_DWELL = """
select worker, sum(step) filter (where step <= 300000) / 1000.0 as dwell_s
from (
    select worker, t_ms - lag(t_ms) over (partition by worker order by t_ms) as step,
           ST_Contains(g.geom, ST_MakePoint(f.lon, f.lat)) as inside
    from bench_fix f join bench_grid g using (worker)
) steps
where inside
group by worker
"""


def in_geopandas(fixes, grids) -> tuple[int, float]:
    begun = time.process_time()
    for n in range(20):
        own = fixes[fixes["worker_id"] == f"w{n:05d}"]
        points = gpd.GeoSeries(gpd.points_from_xy(own.lon, own.lat), crs=4326)
        inside = points.to_crs(s.PLANE.crs).within(
            grids.geometry.iloc[[n]].to_crs(s.PLANE.crs).iloc[0]
        )
        np.diff(own["t_ms"].to_numpy())[inside.to_numpy()[1:]].sum()
    return 20, time.process_time() - begun


def in_mpd(fixes, grids) -> tuple[int, float] | None:
    try:
        import movingpandas
    except ImportError:
        return None
    begun = time.process_time()
    for n in range(2):
        own = fixes[fixes["worker_id"] == f"w{n:05d}"]
        frame = gpd.GeoDataFrame(
            {"id": 1, "t": pd.to_datetime(own["t_ms"], unit="ms")},
            geometry=gpd.points_from_xy(own.lon, own.lat),
            crs=4326,
        ).to_crs(s.PLANE.crs)
        track = movingpandas.Trajectory(frame.set_index("t"), "id")
        track.clip(grids.geometry.iloc[[n]].to_crs(s.PLANE.crs).iloc[0])
    return 2, time.process_time() - begun


if __name__ == "__main__":
    main()
