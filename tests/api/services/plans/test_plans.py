"""From loaded layers to published grids, in a real database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import shapely
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from api.services.plans.plans import plan_territory, prove_published, publish_plan
from geo.codes import padded, range_of
from geo.db.engine import Database
from geo.db.models import (
    GridVersion,
    LandscapeLine,
    Plan,
    PlanUnit,
    Region,
    Settlement,
    Site,
)
from geo.db.store import territory
from geo.errors import BadInput, UncoveredArea
from planning.errors import PlanError
from planning.units.territory import PlanPolicy
from tests.planning.builders import VILLAGES, small_town

NOW = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
TODAY, LATER = date(2026, 5, 20), date(2026, 9, 1)
TOWN = "410325105"
SCOPE = (range_of(TOWN),)


@dataclass(frozen=True)
class Loaded:
    session: Session
    county_id: UUID
    draft: UUID

    def plan(self, grids: int) -> UUID:
        policy = PlanPolicy(grids=grids)
        return plan_territory(self.session, self.county_id, TOWN, policy, NOW)

    def publish(self, plan_id: UUID, day: date = TODAY) -> None:
        publish_plan(self.session, self.county_id, plan_id, day, NOW)

    def codes(self, day: date) -> dict[int, UUID]:
        grids = territory.grids_on(self.session, self.county_id, day, SCOPE)
        return dict(zip(grids["code"], grids["grid_id"], strict=True))


@contextmanager
def writing(database: Database, county: UUID) -> Iterator[Session]:
    """A session of the jobs role in a county; what it does is committed."""
    with database.jobs.begin() as connection:
        connection.execute(
            text("SET LOCAL xunge.county = :county"), {"county": str(county)}
        )
        with Session(connection, join_transaction_mode="create_savepoint") as live:
            yield live
            live.commit()


@pytest.fixture(scope="module")
def county(database: Database, make_county: Callable[..., UUID]) -> UUID:
    """A county with the layers of a town, for the tests of this module."""
    found = make_county(database)
    with writing(database, found) as session:
        add_town(session, found)
    return found


@pytest.fixture(scope="module")
def draft(database: Database, county: UUID) -> UUID:
    """A plan of 16 grids that every test finds as a draft."""
    policy = PlanPolicy(grids=16)
    with writing(database, county) as session:
        return plan_territory(session, county, TOWN, policy, NOW)


@pytest.fixture
def loaded(session: Session, county: UUID, draft: UUID) -> Loaded:
    return Loaded(session, county, draft)


def add_town(session: Session, county: UUID) -> None:
    town = small_town(per_village=6)
    assert town.villages is not None
    assert town.sites is not None
    assert town.lines is not None
    villages = [
        {
            "code": padded(label),
            "level": "village",
            "name": label,
            "parent_code": padded(TOWN),
            "geometry": shapely.multipolygons([shape]),
        }
        for label, shape in zip(
            town.villages["label"], town.villages.geometry, strict=True
        )
    ]
    places = [
        {
            "ref": row.unit_id,
            "name": row.unit_id,
            "code": padded(row.label),
            "population": int(row.load),
            "groups": row.groups,
            "geometry": row.geometry,
        }
        for row in town.units.itertuples()
    ]
    site = {
        "kind": "exclusive_area",
        "ref": "Z1",
        "name": "一矿",
        "code": padded(VILLAGES[0]),
        "is_exclusive": True,
        "category": "矿山",
        "geometry": town.sites.geometry.iloc[0],
    }
    venues = [
        {**site, "kind": "venue", "ref": row.unit_id, "is_exclusive": False,
         "code": padded(row.label), "geometry": row.geometry}
        for row in town.units.itertuples()
    ]  # fmt: skip
    river = {
        "ref": "1",
        "kind": "river",
        "name": "河",
        "code": padded(VILLAGES[0]),
        "geometry": town.lines.geometry.iloc[0],
    }
    territory.add_rows(session, Region, county, villages, TODAY)
    territory.add_rows(session, Settlement, county, places)
    territory.add_rows(session, Site, county, [site], TODAY)
    territory.add_rows(session, Site, county, venues, TODAY)
    territory.add_rows(session, LandscapeLine, county, [river])


def test_a_plan_is_a_draft_until_it_is_published(loaded):
    plan_id = loaded.draft
    assert loaded.session.get(Plan, (loaded.county_id, plan_id)).state == "draft"
    assert loaded.codes(TODAY) == {}
    loaded.publish(plan_id)
    assert loaded.session.get(Plan, (loaded.county_id, plan_id)).state == "published"
    assert len(loaded.codes(TODAY)) == 17


def test_the_published_grids_prove_their_coverage_from_the_database(loaded):
    loaded.publish(loaded.draft)
    proof = prove_published(loaded.session, loaded.county_id, SCOPE, TODAY)
    assert proof.holds
    assert proof.worst_village_m2 < 0.01


def test_every_site_lies_in_the_grid_whose_code_it_has(loaded):
    loaded.publish(loaded.draft)
    rows = loaded.session.execute(
        select(Site.is_exclusive, Site.code, GridVersion.code, GridVersion.kind)
        .join(GridVersion, GridVersion.grid_id == Site.grid_id)
        .where(Site.county_id == loaded.county_id)
    ).all()
    assert len(rows) == 25
    assert all(site == grid for _, site, grid, _ in rows)
    assert [kind for is_own, _, _, kind in rows if is_own] == ["exclusive"]


def test_all_people_are_in_the_units_of_the_plan(loaded):
    plan_id = loaded.draft
    people = loaded.session.scalar(select(func.sum(Settlement.population)))
    planned = select(func.sum(PlanUnit.load)).where(PlanUnit.plan_id == plan_id)
    assert loaded.session.scalar(planned) == people


def test_a_doubled_village_changes_the_plan(loaded):
    first = loaded.session.get(Plan, (loaded.county_id, loaded.draft))
    loaded.session.execute(
        update(Settlement)
        .where(Settlement.code == padded(VILLAGES[0]))
        .values(population=Settlement.population * 2)
    )
    second = loaded.session.get(Plan, (loaded.county_id, loaded.plan(16)))
    assert first.input_hash != second.input_hash
    assert first.report["quota"] != second.report["quota"]


def test_a_redraw_keeps_identities_and_ends_the_old_versions(loaded):
    loaded.publish(loaded.draft)
    before = loaded.codes(TODAY)
    loaded.publish(loaded.plan(16), LATER)
    after = loaded.codes(LATER)
    assert loaded.codes(TODAY) == before
    assert after == before


def test_a_code_always_means_the_same_grid(loaded):
    loaded.publish(loaded.draft)
    before = loaded.codes(TODAY)
    loaded.publish(loaded.plan(14), LATER)
    after = loaded.codes(LATER)
    assert len(after) == 15
    for code, grid_id in after.items():
        assert before.get(code, grid_id) == grid_id
        assert code in before or grid_id not in before.values()


def test_a_plan_is_published_once(loaded):
    plan_id = loaded.draft
    loaded.publish(plan_id)
    with pytest.raises(PlanError, match="published"):
        loaded.publish(plan_id, LATER)


def test_two_plans_cannot_begin_on_one_day(loaded):
    first, second = loaded.draft, loaded.plan(12)
    loaded.publish(first)
    with pytest.raises(PlanError, match="with effect after"):
        loaded.publish(second)


def test_stored_grids_that_leave_a_gap_are_refused(loaded):
    plan_id = loaded.draft
    loaded.session.execute(
        update(Region)
        .where(Region.code == padded(VILLAGES[3]))
        .values(geom=func.ST_Multi(func.ST_Expand(Region.geom, 0.0001)))
    )
    with pytest.raises(UncoveredArea, match="do not cover"):
        loaded.publish(plan_id)


def test_a_region_without_villages_is_refused(session, county):
    with pytest.raises(BadInput, match="no village outlines"):
        plan_territory(session, county, "410325106", PlanPolicy(grids=3), NOW)
