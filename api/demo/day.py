"""A day of a demo town: rounds and hazards, sent over HTTP as phones and desks do."""

import io
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import geopandas as gpd
import httpx
import numpy as np
import pandas as pd
import shapely
from PIL import Image, ImageDraw

from api.demo.phone import DemoTrouble, Desk, Phone, send_fixes
from api.demo.town import Town
from geo.localtime import to_ms
from tracking.cases.roles import Role
from tracking.simulate import Habits, workforce_day

# Of a hundred phones so many do not do what they should, so that a board shows it.
_SITTING, _MADE_UP, _SILENT = 2, 1, 3
_HAZARDS = (
    ("safety.mine_opening", "硐口封墙有裂缝，渗水"),
    ("fire.blocked_exit", "院内通道堆放柴草，消防车进不来"),
    ("forest_fire.straw", "地头有人焚烧秸秆"),
    ("geology.slope", "房后山坡有掉块，雨后加重"),
    ("traffic.road", "村道塌了半幅，夜间没有警示"),
    ("building.decayed", "老屋山墙开裂"),
    ("water.bank", "水塘边没有护栏和警示牌"),
    ("environment.waste", "沟边堆放垃圾"),
)


@dataclass(frozen=True)
class PlayedDay:
    """What was sent: how many rounds honestly walked, by how many workers."""

    fixes: int
    honest_workers: int
    doubtful: Mapping[str, tuple[str, ...]]


def play_rounds(
    base_url: str,
    town: Town,
    grids: gpd.GeoDataFrame,
    day: date,
    now: datetime,
    rng: np.random.Generator,
) -> PlayedDay:
    """Walk a day in every grid and send it; nothing later than `now` is sent.

    Parameters
    ----------
    base_url : str
    town : Town
    grids : GeoDataFrame
        ``code`` (15 digits, integer) and the ground, WGS 84.
    day : date
        Local.
    now : datetime
    rng : numpy.random.Generator
    """
    shapes = {
        f"{code:015d}": shape
        for code, shape in zip(grids["code"], grids.geometry, strict=True)
    }
    ground = {
        str(town.person_of_grid[code]): _walked(code, shapes, town) for code in shapes
    }
    doubtful = _doubtful(list(ground), rng)
    fixes = workforce_day(
        ground,
        day,
        rng,
        sitting=doubtful["sitting"],
        made_up=doubtful["made_up"],
        silent=doubtful["silent"],
        # The phone is on for the rounds only: a day of 100,000 fixes, not of 800,000.
        habits=Habits(lives_inside=False),
    )
    fixes = fixes[fixes["t_ms"] <= to_ms(now)]
    receipt = send_fixes(base_url, town.phones, fixes, now)
    if receipt["accepted"] != len(fixes):
        raise DemoTrouble(f"{len(fixes)} fixes were sent; the receipts say {receipt}")
    odd = {worker for workers in doubtful.values() for worker in workers}
    return PlayedDay(len(fixes), len(ground) - len(odd), doubtful)


def _walked(
    code: str, shapes: Mapping[str, shapely.Geometry], town: Town
) -> shapely.Geometry:
    """Return the ground of a grid's worker: a small yard's with what lies around it."""
    around = town.walked_with.get(code)
    return shapes[code] if around is None else shapes[code].union(shapes[around])


def be_there(base_url: str, town: Town, grids: gpd.GeoDataFrame, now: datetime) -> None:
    """Send one present position of every worker, for the live map."""
    inside = shapely.point_on_surface(grids.geometry.values)
    workers = [str(town.person_of_grid[f"{code:015d}"]) for code in grids["code"]]
    fixes = pd.DataFrame(
        {
            "worker_id": workers,
            "t_ms": to_ms(now),
            "lon": shapely.get_x(inside),
            "lat": shapely.get_y(inside),
            "accuracy_m": 8.0,
            "speed_mps": 0.0,
            "mock": 0,
        }
    )
    send_fixes(base_url, town.phones, fixes, now)


def play_hazards(
    base_url: str,
    town: Town,
    sites: gpd.GeoDataFrame,
    count: int,
    left_open: int,
    now: datetime,
    rng: np.random.Generator,
) -> int:
    """Report hazards near sites and bring all but some to closed; return the closed.

    Each report is sent twice, as by a phone that never saw the first answer.
    """
    reports = _reports(sites, count, now, rng)
    phones = [town.phones[int(i)] for i in rng.integers(0, len(town.phones), count)]
    with httpx.Client(base_url=base_url, timeout=60.0) as client:

        def report(job: tuple[Phone, dict[str, Any]]) -> None:
            phone, body = job
            headers = {"Authorization": f"Bearer {phone.token}"}
            for _ in range(2):
                client.post(
                    "/api/v1/hazards", json=body, headers=headers
                ).raise_for_status()
            photo = f"/api/v1/hazards/{body['id']}/photos/{uuid.uuid4()}"
            client.put(
                photo,
                content=_photo(body["text"], rng_of(body["id"])),
                headers={**headers, "Content-Type": "image/jpeg"},
            ).raise_for_status()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(report, zip(phones, reports, strict=True)))
    desks = {
        role: Desk(base_url, town.login(role).login, town.login(role).password)
        for role in (Role.DUTY_DESK, Role.HANDLER, Role.SUPERVISOR)
    }
    closed = reports[: count - left_open]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: _close(desks, town.handler_id, one), closed))
    for number, one in enumerate(reports[count - left_open :]):
        _begin(desks, town.handler_id, one, steps=number % 4)
    for desk in desks.values():
        desk.close()
    return len(closed)


def rng_of(case_id: str) -> np.random.Generator:
    """Return the random numbers of one case: the same in whatever order they run."""
    return np.random.default_rng(UUID(case_id).int)


def _doubtful(
    workers: Sequence[str], rng: np.random.Generator
) -> dict[str, tuple[str, ...]]:
    order = [workers[int(i)] for i in rng.permutation(len(workers))]
    counts = [
        max(1, len(order) * share // 100) for share in (_SITTING, _MADE_UP, _SILENT)
    ]
    a, b, c = np.cumsum(counts).tolist()
    return {
        "sitting": tuple(order[:a]),
        "made_up": tuple(order[a:b]),
        "silent": tuple(order[b:c]),
    }


def _reports(
    sites: gpd.GeoDataFrame, count: int, now: datetime, rng: np.random.Generator
) -> list[dict[str, Any]]:
    places = shapely.centroid(sites.geometry.values)
    reports = []
    for _ in range(count):
        place = places[int(rng.integers(len(places)))]
        category, text = _HAZARDS[int(rng.integers(len(_HAZARDS)))]
        reports.append(
            {
                "id": str(UUID(bytes=rng.bytes(16), version=4)),
                "lon": float(place.x),
                "lat": float(place.y),
                "coord_type": "wgs84",
                "category": category,
                "level": "major" if rng.random() < 0.1 else "general",
                "text": text,
                "reported_at": (
                    now - timedelta(days=float(rng.uniform(0, 200)))
                ).isoformat(),
            }
        )
    return sorted(reports, key=lambda report: report["reported_at"])


def _close(desks: Mapping[Role, Desk], handler: UUID, report: dict[str, Any]) -> None:
    version = _begin(desks, handler, report, steps=4)
    place = {key: report[key] for key in ("lon", "lat", "coord_type")}
    boss = desks[Role.SUPERVISOR]
    seen: dict[str, Any] = {"note": "已到场查看", "place": place}
    version = _step(boss, report, version, "verify", **seen)
    _step(boss, report, version, "close", note="隐患已消除")


def _begin(
    desks: Mapping[Role, Desk], handler: UUID, report: dict[str, Any], steps: int
) -> int:
    """Take the first steps of a case; return the version that it has then."""
    place = {key: report[key] for key in ("lon", "lat", "coord_type")}
    way: list[tuple[Role, str, dict[str, Any]]] = [
        (Role.DUTY_DESK, "accept", {}),
        (Role.DUTY_DESK, "dispatch", {"handler_id": str(handler)}),
        (Role.HANDLER, "handle", {}),
        (Role.HANDLER, "feed_back", {"note": "已处置", "place": place}),
    ]
    path = f"/api/v1/hazards/{report['id']}"
    version = int(desks[Role.DUTY_DESK].get(path)["version"])
    for role, event, sent in way[:steps]:
        version = _step(desks[role], report, version, event, **sent)
    return version


def _step(
    desk: Desk, report: dict[str, Any], version: int, event: str, **sent: Any
) -> int:
    path = f"/api/v1/hazards/{report['id']}/events"
    answer = desk.post(path, {"event": event, "version": version, **sent})
    return int(answer["version"])


def _photo(text: str, rng: np.random.Generator) -> bytes:
    """Return a small drawn picture: hills and a sky, no two alike."""
    image = Image.new("RGB", (320, 240), (170, 200, 225))
    draw = ImageDraw.Draw(image)
    for tone in (120, 95, 70):
        heights = 240 - np.cumsum(rng.normal(0, 5, 17)) - tone
        hill = [(20 * i, float(h)) for i, h in enumerate(heights)]
        draw.polygon([(0, 240), *hill, (320, 240)], fill=(tone // 2, tone, tone // 2))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, comment=text[:20].encode())
    return out.getvalue()
