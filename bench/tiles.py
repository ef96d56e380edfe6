"""Tiles per CPU second, zoom by zoom: from stored outlines, ours, ours remembered.

Run from the project's folder: ``python bench/tiles.py``. It makes a database cluster of
its own in a temporary folder with 5,000 Voronoi grids of some 310,000 vertices on
60 x 60 km, and asks for random tiles of that ground on one connection, without JIT and
parallel workers. *Stored* cuts every tile from the full outline in the projection of
tiles, as the owner and without any check of who asks; *ours* is what a request does:
the viewer's areas, and outlines as fine as the scale shows. *Remembered* asks our
service for 20 tiles again and again; *HTTP* does so through the whole application,
signed in, with an ETag check.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import geopandas as gpd
import numpy as np
import rig
import shapely
from httpx import ASGITransport, AsyncClient
from sqlalchemy import Connection, text

from api.main import create_app
from api.services.access.session import SignedIn
from api.services.ground.tiles import Address, Tiles
from api.services.upkeep.database import bring_up, open_database, take_down
from api.settings import Settings
from geo.codes import grid_code, padded, range_of
from geo.db.cluster import cluster_in
from geo.db.door import as_job, multirange
from geo.db.engine import Database, engine_of
from tracking.cases.roles import Role

COUNTY = "410325"
GRIDS, SIDE_M, VERTEX_M = 5_000, 60_000.0, 62.0
WEST, SOUTH = 111.8, 33.9
DAY = date(2026, 5, 20)
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# What PLATFORM 6 of the project's notes measured on such data: stored outlines.
NOTED = {8: 2.5, 10: 22, 11: 57, 12: 109, 13: 261, 14: 789, 15: 2708}
STORED = """
    WITH asked AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box),
    shapes AS (
        SELECT v.code::text AS grid_code, v.kind, v.name, v.load,
               ST_AsMVTGeom(v.tile_full, asked.box, 4096, 64, true) AS geom
        FROM asked JOIN grid_versions v ON v.tile_full && asked.box)
    SELECT ST_AsMVT(shapes, 'grids', 4096, 'geom') FROM shapes WHERE geom IS NOT NULL
"""
OURS = "SELECT grid_tile(:z, :x, :y, :day)"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=4.0, help="per cell")
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="xunge-bench-"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder)
    try:
        bring_up(settings)
        run(settings, asked.seconds)
    finally:
        take_down(settings)
        shutil.rmtree(folder, ignore_errors=True)


def run(settings: Settings, seconds: float) -> None:
    database = open_database(settings)
    county_id = rig.add_county(database)
    password = rig.add_account(database, county_id, COUNTY, Role.SUPERVISOR, "viewer")
    vertices = store(database, county_id)
    print(f"{GRIDS:,} grids, {vertices:,} vertices; tiles per CPU second")
    print(f"{'zoom':>4}{'noted':>9}{'stored':>9}{'ours':>9}{'ours/noted':>12}", end="")
    print(f"{'ours/stored':>13}{'remembered':>12}{'HTTP':>7}{'mean kB':>9}")
    admin = engine_of(cluster_in(settings.data_dir).admin_url())
    app = create_app(settings, database)
    with admin.connect() as plain, database.app.connect() as viewer:
        for each in (plain, viewer):
            each.execute(text("SET jit = off"))
            each.execute(text("SET max_parallel_workers_per_gather = 0"))
        plain.execute(text("ANALYZE grid_versions"))
        plain.commit()
        for zoom, noted in NOTED.items():
            stored, _ = rate(plain, STORED, zoom, seconds)
            become_viewer(viewer, county_id)
            ours, size = rate(viewer, OURS, zoom, seconds)
            viewer.commit()
            again = remembered(database, county_id, zoom, seconds)
            asked = asyncio.run(over_http(app, password, zoom, seconds))
            print(
                f"{zoom:>4}{noted:>9}{stored:>9.1f}{ours:>9.1f}{ours / noted:>12.1f}"
                f"{ours / stored:>13.1f}{again:>12,.0f}{asked:>7.0f}{size / 1000:>9.1f}"
            )
    admin.dispose()
    database.dispose()


def become_viewer(connection: Connection, county_id: UUID) -> None:
    scope = multirange((range_of(COUNTY),))
    connection.execute(text("SET LOCAL xunge.county = :v"), {"v": str(county_id)})
    connection.execute(text("SET LOCAL xunge.scope = :v"), {"v": scope})


def rate(
    connection: Connection, query: str, zoom: int, seconds: float
) -> tuple[float, float]:
    statement, at = text(query), tiles_of(zoom)
    connection.execute(statement, {**next(at), "day": DAY})
    backend = connection.scalar(text("SELECT pg_backend_pid()"))
    count, size, start = 0, 0, cpu_s(backend)
    while cpu_s(backend) - start < seconds or count < 3:
        tile = connection.scalar(statement, {**next(at), "day": DAY})
        size += len(tile or b"")
        count += 1
    return count / (cpu_s(backend) - start), size / count


def cpu_s(backend: int) -> float:
    """Return the processor time of the database's process and of this one."""
    fields = Path(f"/proc/{backend}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S + time.process_time()


def remembered(database: Database, county_id: UUID, zoom: int, seconds: float) -> float:
    viewer = SignedIn(county_id, None, (range_of(COUNTY),), Role.SUPERVISOR, "")
    tiles, at = Tiles(), tiles_of(zoom)
    asked = [
        Address("grids", t["z"], t["x"], t["y"], DAY)
        for t in (next(at) for _ in range(20))
    ]
    for each in asked:
        tiles.tile(database, viewer, each, datetime.now(UTC))
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds / 4:
        tiles.tile(database, viewer, asked[count % 20], datetime.now(UTC))
        count += 1
    return count / (time.process_time() - start)


async def over_http(app: object, password: str, zoom: int, seconds: float) -> float:
    transport = ASGITransport(app)  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://bench") as client:
        body = {"login": "viewer", "password": password}
        (await client.post("/api/v1/session", json=body)).raise_for_status()
        at = tiles_of(zoom)
        urls = [f"/api/v1/tiles/grids/{t['z']}/{t['x']}/{t['y']}.mvt" for t in
                (next(at) for _ in range(20))]  # fmt: skip
        params = {"on": DAY.isoformat()}
        tags = [(await client.get(u, params=params)).headers["etag"] for u in urls]
        count, start = 0, time.process_time()
        while time.process_time() - start < seconds / 2:
            which = count % len(urls)
            headers = {"if-none-match": tags[which]}
            answer = await client.get(urls[which], params=params, headers=headers)
            assert answer.status_code == 304
            count += 1
        return count / (time.process_time() - start)


class tiles_of:
    """Random tiles over the ground, the same ones for every way to cut them."""

    def __init__(self, zoom: int) -> None:
        self._rng, self._zoom = np.random.default_rng(zoom), zoom

    def __next__(self) -> dict[str, int]:
        lon = WEST + self._rng.uniform(0.02, 0.62)
        lat = SOUTH + self._rng.uniform(0.02, 0.52)
        count = 1 << self._zoom
        y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
        return {
            "z": self._zoom,
            "x": int((lon + 180) / 360 * count),
            "y": int(y * count),
        }


def store(database: Database, county_id: UUID) -> int:
    """Store Voronoi grids; return how many vertices they have."""
    rng = np.random.default_rng(3)
    points = shapely.multipoints(rng.uniform(0, SIDE_M, (GRIDS, 2)))
    ground = shapely.box(0, 0, SIDE_M, SIDE_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=ground))
    cells = shapely.segmentize(shapely.intersection(cells, ground), VERTEX_M)
    west, south = gpd.GeoSeries.from_xy([WEST], [SOUTH], crs=4326).to_crs(4546).iloc[
        0
    ].coords[0]  # fmt: skip
    moved = shapely.transform(cells, lambda xy: xy + np.array([west, south]))
    stored = gpd.GeoSeries(moved, crs=4546).to_crs(4326)
    rows = [
        {
            "county": county_id,
            "id": uuid4(),
            "code": padded(code := _code(number)),
            "village": padded(code[:12]),
            "geom": shapely.to_wkb(shapely.multipolygons([shape])),
        }
        for number, shape in enumerate(stored)
    ]
    with as_job(database, county_id) as session:
        session.execute(
            text("INSERT INTO grids VALUES (:county, :id, gen_random_uuid(), :code)"),
            rows,
        )
        session.execute(
            text(
                "INSERT INTO grid_versions (county_id, grid_id, valid, code, kind, "
                "name, village_code, load, geom) VALUES (:county, :id, "
                "'[2026-01-01,)', :code, 'base', '', :village, 1, "
                "ST_SetSRID(ST_GeomFromWKB(:geom), 4326))"
            ),
            rows,
        )
    return int(shapely.get_num_coordinates(stored.to_numpy()).sum())


def _code(number: int) -> str:
    village = f"{COUNTY}{100 + number // 5_000}{200 + number // 25}"
    return grid_code(village, number % 25 + 1)


if __name__ == "__main__":
    main()
