"""A town of one made-up day: grids, sites, verdicts, hazards and newest positions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.adjacency import rook_edges
from geo.crs import metric_crs
from maps.style import colour_grids

WINDOWS = [
    {"window": "morning", "name": "早巡", "start": "06:00", "end": "11:00"},
    {"window": "afternoon", "name": "午巡", "start": "11:00", "end": "17:00"},
    {"window": "evening", "name": "晚巡", "start": "17:00", "end": "22:00"},
]
NAMES = list("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨")
REASONS = {
    "partial": [
        {"code": "dwell_short", "value": 11.2, "needed": 15},
        {"code": "coverage_low", "value": 5, "needed": 8},
    ],
    "missed": [{"code": "stationary", "value": 3, "needed": 15}],
    "no_data": [],
    "suspicious": [{"code": "mock_location", "value": 41, "needed": 0}],
    "verified": [],
}
STATES = [
    "reported",
    "accepted",
    "dispatched",
    "handling",
    "handled",
    "verifying",
    "closed",
]
EVENTS = {
    "reported": ["accept", "reject"],
    "accepted": ["file", "dispatch"],
    "dispatched": ["handle", "return"],
    "handling": ["feed_back", "extend"],
    "handled": ["verify"],
    "verifying": ["close", "rework"],
    "closed": ["archive"],
}


class Town:
    """Answers of one made-up day."""

    def __init__(self, layers: Path) -> None:
        self.rng = np.random.default_rng(7)
        self.villages = gpd.read_file(layers / "admin_villages.geojson")
        self.settlements = gpd.read_file(layers / "natural_villages.geojson")
        self.grids = self._grids(gpd.read_file(layers / "exclusive_sites.geojson"))
        self.sites = self._sites(layers)
        self.lines = pd.concat(
            [
                gpd.read_file(layers / f"{kind}s.geojson").assign(kind=kind)
                for kind in ("river", "road", "ridge")
            ]
        )
        self.verdicts = self._verdicts()
        self.hazards = self._hazards()
        self.photos: dict[str, bytes] = {}
        self.logged_in = False

    def _grids(self, exclusive: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        metric = metric_crs(111.9)
        villages = self.villages.to_crs(metric)
        homes = self.settlements.to_crs(metric)
        carved = exclusive.to_crs(metric)
        rows = []
        for _, village in villages.iterrows():
            inside = homes[homes.village_code == village.code]
            cells = _voronoi(inside.geometry.to_numpy(), village.geometry)
            own = carved.intersection(village.geometry)
            own = own[own.area > 1000]
            taken = own.union_all()
            shapes = [(c.difference(taken), "base") for c in cells]
            shapes += [(g, "exclusive") for g in own]
            for serial, (shape, kind) in enumerate(shapes, start=1):
                rows.append(
                    {
                        "grid_id": str(UUID(int=len(rows) + 1)),
                        "grid_code": f"{village.code}{serial:03d}",
                        "kind": kind,
                        "category": "mine" if kind == "exclusive" else None,
                        "name": f"{village['name']}第{serial}网格",
                        "village_code": village.code,
                        "village_name": village["name"],
                        "load": float(self.rng.integers(150, 300)),
                        "lead": f"{NAMES[len(rows) % 16]}网格员{len(rows) + 1:03d}",
                        "geometry": shape,
                    }
                )
        grids = gpd.GeoDataFrame(rows, crs=metric)
        u, v, _ = rook_edges(grids.geometry.to_numpy())
        grids["colour"] = colour_grids(np.column_stack([u, v]), len(grids))
        return grids.to_crs(4326)

    def _sites(self, layers: Path) -> gpd.GeoDataFrame:
        kinds = {
            "mines": "mine_opening",
            "venues": "venue",
            "schools": "school",
            "enterprises": "enterprise",
            "service_stations": "service_station",
        }
        frames = []
        for file, kind in kinds.items():
            frame = gpd.read_file(layers / f"{file}.geojson")
            attrs = frame.drop(columns="geometry").to_dict("records")
            frames.append(
                gpd.GeoDataFrame(
                    {
                        "id": frame.code,
                        "ref": frame.code,
                        "kind": kind,
                        "name": frame["name"],
                        "grid_code": frame.village_code + "001",
                        "attrs": attrs,
                    },
                    geometry=frame.geometry,
                )
            )
        return pd.concat(frames)

    def _verdicts(self) -> list[dict[str, object]]:
        rows = []
        choice = ["verified", "partial", "missed", "no_data", "suspicious"]
        for number, grid in self.grids.iterrows():
            verdicts = self.rng.choice(choice, 3, p=[0.78, 0.1, 0.05, 0.05, 0.02])
            excused = number % 40 == 3
            patrols = [
                {
                    "window": window["window"],
                    "verdict": str(verdict),
                    "provisional": str(verdict) in ("partial", "missed", "no_data"),
                    "excused": excused,
                    "reasons": REASONS[str(verdict)],
                }
                for window, verdict in zip(WINDOWS, verdicts, strict=True)
            ]
            rows.append(
                {
                    "worker_id": f"w{number:03d}",
                    "name": grid.lead,
                    "grid_code": grid.grid_code,
                    "village_name": grid.village_name,
                    "verified": sum(p["verdict"] == "verified" for p in patrols),
                    "required": 0 if excused else 3,
                    "excused": 3 if excused else 0,
                    "patrols": patrols,
                }
            )
        return rows

    def _hazards(self) -> list[dict[str, object]]:
        hazards = []
        texts = [
            "封堵墙出现裂缝，有人员进入痕迹",
            "道路塌方，碎石占半幅路面",
            "河道堆放垃圾",
            "电线下垂接近树梢",
        ]
        for number in range(14):
            grid = self.grids.iloc[number * 17]
            point = grid.geometry.representative_point()
            state = STATES[number % len(STATES)]
            at = datetime.now(UTC) - timedelta(hours=30 - 2 * number)
            hazards.append(
                {
                    "id": str(UUID(int=900 + number)),
                    "kind": "hazard",
                    "state": state,
                    "category": ["mine_safety", "geological", "environment", "fire"][
                        number % 4
                    ],
                    "level": "major" if number % 5 == 0 else "general",
                    "text": texts[number % 4],
                    "grid_code": grid.grid_code,
                    "lon": point.x,
                    "lat": point.y,
                    "reporter_name": grid.lead,
                    "handler_name": "周处置" if number % 7 > 1 else None,
                    "reported_at": at.isoformat(),
                    "handle_due_at": (at + timedelta(hours=24)).isoformat(),
                    "version": number % 7 + 1,
                    "events": EVENTS[state],
                    "history": [
                        {
                            "seq": n,
                            "event": event,
                            "to_state": to_state,
                            "actor_id": None,
                            "actor_name": who,
                            "at": (at + timedelta(minutes=20 * n)).isoformat(),
                            "note": "",
                        }
                        for n, (event, to_state, who) in enumerate(
                            [
                                ("report", "reported", grid.lead),
                                ("accept", "accepted", "吴值班"),
                                ("dispatch", "dispatched", "吴值班"),
                                ("handle", "handling", "周处置"),
                                ("feed_back", "handled", "周处置"),
                                ("verify", "verifying", "郑督导"),
                                ("close", "closed", "郑督导"),
                            ][: number % 7 + 1]
                        )
                    ],
                    "photos": [],
                }
            )
        return hazards

    def latest(self) -> gpd.GeoDataFrame:
        points = self.grids.geometry.representative_point()
        now = datetime.now(UTC)
        ages = np.where(self.rng.random(len(points)) < 0.85, 20, 2400)
        return gpd.GeoDataFrame(
            {
                "person_id": [f"w{n:03d}" for n in range(len(points))],
                "name": self.grids.lead,
                "grid_code": self.grids.grid_code,
                "t": [(now - timedelta(seconds=int(a))).isoformat() for a in ages],
                "age_s": ages,
                "accuracy_m": 8.0,
                "battery_pct": self.rng.integers(8, 100, len(points)),
            },
            geometry=points,
        )[:-9]


def _voronoi(points, outline):
    if len(points) == 1:
        return [outline]
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(list(points)), extend_to=outline
    )
    return [cell.intersection(outline) for cell in cells.geoms]
