"""德亭镇: the town of one source article, from its layers to its figures.

The layers are synthetic and meet the totals that the article states; names and codes of
the villages are real. See data/PROVENANCE.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
from sqlalchemy.orm import Session

from api.demo import day as demo_day
from api.demo import town as demo_town
from api.demo.book import Book
from api.demo.day import PlayedDay
from api.demo.figures import TownFigures, count_in_one_grid, measure
from api.demo.table import Row
from api.demo.town import Town
from api.demo.yards import join_yards
from api.services.layers.load import LoadOptions
from api.services.plans.plans import prove_published
from api.services.positions.merging import merge_pending
from api.services.verdicts.judging import judge_day
from geo.codes import range_of
from geo.crs import STORED
from geo.db.door import Viewer, as_job
from geo.db.engine import Database
from geo.db.store import cases, plans, territory
from geo.errors import BadInput
from geo.localtime import local_date
from planning.units.territory import PlanPolicy

TITLE = "德亭镇：文章数字与实得"
COUNTY, COUNTY_NAME, TOWN = "410325", "嵩县", "410325105"
BASE_GRIDS = 213
HAZARDS, LEFT_OPEN = 245, 15
SEED = 20250608
LAYERS = (
    ("towns", "boundary.geojson"),
    ("villages", "admin_villages.geojson"),
    ("settlements", "natural_villages.geojson"),
    ("exclusive_areas", "exclusive_sites.geojson"),
    ("mine_openings", "mines.geojson"),
    ("venues", "venues.geojson"),
    ("enterprises", "enterprises.geojson"),
    ("schools", "schools.geojson"),
    ("service_stations", "service_stations.geojson"),
    ("rivers", "rivers.geojson"),
    ("roads", "roads.geojson"),
    ("ridges", "ridges.geojson"),
)


@dataclass(frozen=True)
class DayResult:
    """What the verdicts of the played day say, beside what was played."""

    rounds: int
    verified: int
    honest_rounds: int
    honest_verified: int
    faked_verified: int


def packaged_layers() -> Path:
    """Return the folder of the layers that come with the product."""
    return Path(str(files("api.demo"))) / "data" / "deting"


def recall(database: Database, path: Path) -> Book | None:
    """Return the demo that was played into this database, or None where there is room.

    Raises
    ------
    BadInput
        If the database holds this county, but not by a finished demo.
    """
    county_id = demo_town.find_county(database, COUNTY)
    if county_id is None:
        return None
    book = Book.read(path)
    if book is None or book.county_id != county_id:
        raise BadInput(
            f"{COUNTY_NAME} {COUNTY} is in this database, but not by a finished demo; "
            "use an empty one: XUNGE_DATA_DIR names its folder"
        )
    return book


def fill(
    database: Database, folder: Path, base_url: str, tell: Callable[[str], object]
) -> tuple[Book, DayResult]:
    """Load, plan, publish and staff the town, then play and judge a day of it.

    The day is the last whole one, so that all of its rounds can be judged.
    """
    now = datetime.now(UTC)
    day = local_date(now) - timedelta(days=1)
    plan_id, town = build(database, folder, day, now, tell)
    tell("播放一天的巡查和隐患 …")
    result = play(database, town, base_url, day, now)
    return Book(town.county_id, plan_id, day, town.logins), result


def build(
    database: Database,
    folder: Path,
    since: date,
    now: datetime,
    tell: Callable[[str], object],
) -> tuple[UUID, Town]:
    """Load the layers, plan the grids, put them in force and staff them."""
    options = LoadOptions(county_name=COUNTY_NAME, valid_from=since, is_own=True)
    for line in demo_town.load_town(database, folder, LAYERS, options, now):
        tell(line)
    county_id = demo_town.find_county(database, COUNTY)
    assert county_id is not None
    tell(f"划分：{BASE_GRIDS} 个基础网格，专属网格先行划出 …")
    policy = PlanPolicy(grids=BASE_GRIDS, seed=0)
    plan_id = demo_town.divide(database, county_id, TOWN, policy, since, now)
    tell("配员 …")
    town = demo_town.staff(database, county_id, TOWN, since)
    walked_with = join_yards(database, plan_id, town, since)
    return plan_id, replace(town, walked_with=walked_with)


def play(
    database: Database, town: Town, base_url: str, day: date, now: datetime
) -> DayResult:
    """Play the rounds of `day` and of today so far, and the hazards; judge them."""
    rng = np.random.default_rng(SEED)
    with as_job(database, town.county_id) as session:
        grids = territory.grids_on(session, town.county_id, day, (range_of(TOWN),))
        sites = territory.sites_on(session, town.county_id, day)
    played = demo_day.play_rounds(base_url, town, grids, day, now, rng)
    demo_day.play_rounds(base_url, town, grids, local_date(now), now, rng)
    demo_day.be_there(base_url, town, grids, now)
    demo_day.play_hazards(base_url, town, sites, HAZARDS, LEFT_OPEN, now, rng)
    # What the server received after `now` is known only later.
    known = datetime.now(UTC)
    merge_pending(database, town.county_id, known)
    judge_day(database, town.county_id, local_date(known), known)
    county = judge_day(database, town.county_id, day, known)
    return _compare(county.bodies, played)


def rows(database: Database, book: Book) -> list[Row]:
    """Return the article's figures beside what is in the database."""
    with as_job(database, book.county_id) as session:
        found = measure(session, book.county_id, TOWN, book.plan_id, book.day)
        places = _hazard_places(session, book.county_id)
        placed = count_in_one_grid(session, book.county_id, TOWN, book.day, places)
    return _rows(found, placed)


def proof_lines(database: Database, book: Book) -> list[str]:
    """Return the coverage proof and the balance, read from what was published."""
    with as_job(database, book.county_id) as session:
        plan = plans.find_plan(session, book.county_id, book.plan_id)
        assert plan is not None
        report = plan.report
        proof = prove_published(session, book.county_id, (range_of(TOWN),), book.day)
    scores, bounds = report["scores"]["balance"], report["scores"]["bounds"]
    forced = max(bound["value"] for bound in bounds.values())
    return [
        f"覆盖：{'成立' if proof.coverage_valid else '不成立'}；"
        f"空白 {proof.gap_m2:.6f} m²，重叠 {proof.overlap_m2:.6f} m²，"
        f"与辖区之差 {proof.difference_m2:.6f} m²（{proof.crs}）",
        f"任务相当：最大偏差 {scores['max_deviation_pct']['value']:.2f} %，"
        f"平均 {scores['mean_deviation_pct']['value']:.2f} %；"
        f"不跨村线时任何方案都不低于 {forced:.2f} %",
    ]


def _hazard_places(session: Session, county_id: UUID) -> gpd.GeoSeries:
    viewer = Viewer(county_id, None, (range_of(TOWN),))
    found = cases.list_cases(session, viewer, "hazard", None, None, 10 * HAZARDS)
    return gpd.GeoSeries.from_xy(
        [row.lon for row in found], [row.lat for row in found], crs=STORED
    )


def _compare(verdicts: list[dict[str, Any]], played: PlayedDay) -> DayResult:
    """Set what was judged beside what was truly walked."""
    doubtful = {who for group in played.doubtful.values() for who in group}
    honest = [v for v in verdicts if v["worker_id"] not in doubtful]
    # Who falls silent after noon walked the first round honestly.
    faked = {*played.doubtful["sitting"], *played.doubtful["made_up"]}
    return DayResult(
        rounds=sum(v["required"] for v in verdicts),
        verified=sum(v["verified"] for v in verdicts),
        honest_rounds=sum(v["required"] for v in honest),
        honest_verified=sum(v["verified"] for v in honest),
        faked_verified=sum(v["verified"] for v in verdicts if v["worker_id"] in faked),
    )


def _rows(found: TownFigures, hazards_placed: int) -> list[Row]:
    grids = found.base_grids + found.exclusive_grids
    in_one = found.sites_in_one_grid
    return [
        Row("村、社区（各有网格）", 25, found.villages_with_grids, "computed"),
        Row("基础网格（已发布）", BASE_GRIDS, found.base_grids, "given"),
        Row("专属网格（已发布）", 28, found.exclusive_grids, "computed"),
        Row("网格合计", 241, grids, "computed"),
        Row("有责任网格员的网格", 241, found.led_grids, "computed"),
        Row("网格面积合计，平方公里", 321, found.area_km2, "computed"),
        Row("网格人口合计", 48_000, found.load, "computed"),
        Row("自然村（单元各在所属网格）", 264, found.settlements_in_grids, "computed"),
        Row("封闭硐口（各恰在一格）", 192, in_one.get("mine_opening", 0), "computed"),
        Row("服务场所（各恰在一格）", 316, in_one.get("venue", 0), "computed"),
        Row("企业（各恰在一格）", 12, in_one.get("enterprise", 0), "computed"),
        Row("平台上报隐患（各恰在一格）", HAZARDS, hazards_placed, "computed"),
    ]
