"""A demo town, from layers to people: loaded, planned, published, staffed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.demo.phone import Phone
from api.services.cases import hazards
from api.services.layers.load import LoadOptions, load_layer
from api.services.people import people
from api.services.people.people import Posting
from api.services.plans.plans import plan_territory, publish_plan
from api.services.rules.rules import Wanted, add_rule
from geo.codes import padded, range_of
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.store import plans, territory
from geo.errors import BadInput
from geo.localtime import day_start_ms, from_ms
from planning.units.territory import PlanPolicy
from tracking.cases.roles import ROLE_NAMES, Role


@dataclass(frozen=True)
class Login:
    """A log-in of a demo: told at its end."""

    role: Role
    login: str
    password: str

    @property
    def role_name(self) -> str:
        """The role in Chinese."""
        return ROLE_NAMES[self.role]


@dataclass(frozen=True)
class Town:
    """A town in force: its workers and who may log in.

    `walked_with` names, for a yard too small for any rule, the grid around it.
    """

    county_id: UUID
    code: str
    phones: tuple[Phone, ...]
    person_of_grid: Mapping[str, UUID]
    handler_id: UUID
    logins: tuple[Login, ...]
    walked_with: Mapping[str, str] = field(default_factory=dict)

    def login(self, role: Role) -> Login:
        """Return the log-in of a role."""
        return next(one for one in self.logins if one.role == role)


def find_county(database: Database, code: str) -> UUID | None:
    """Return the id of a county that is loaded already."""
    with as_job(database, UUID(int=0)) as session:
        found = territory.find_county(session, padded(code))
        return found.id if found else None


def load_town(
    database: Database,
    folder: Path,
    layers: Sequence[tuple[str, str]],
    options: LoadOptions,
    now: datetime,
) -> list[str]:
    """Load the layers of a folder, in their order; return one line for each."""
    lines = []
    for layer, name in layers:
        report = load_layer(database, layer, folder / name, options, now=now)
        lines.append(report.lines()[0])
    return lines


def divide(
    database: Database,
    county_id: UUID,
    region_code: str,
    policy: PlanPolicy,
    effective_on: date,
    now: datetime,
) -> UUID:
    """Plan a region and put the plan in force; return its id.

    Grids in which no round passes get the preset that publishing names, as a county
    would do: a yard is too small to walk 500 m in.
    """
    with as_job(database, county_id) as session:
        plan_id = plan_territory(
            session, county_id, region_code, policy, now, name="示例方案"
        )
    with as_job(database, county_id) as session:
        publish_plan(session, county_id, plan_id, effective_on, now)
        plan = plans.find_plan(session, county_id, plan_id)
        assert plan is not None
        for row in plan.report["feasibility"]["unfit"]:
            if row["preset"]:
                wanted = Wanted(row["grid_code"], {"base": row["preset"]})
                # The day that is played lies behind; the rule holds from it on.
                since = effective_on
                add_rule(session, county_id, uuid4(), wanted, since, today=since)
    return plan_id


def staff(database: Database, county_id: UUID, region_code: str, since: date) -> Town:
    """Give each grid a lead worker with a phone, and the town one log-in per role."""
    with as_job(database, county_id) as session:
        grids = territory.grids_on(session, county_id, since, (range_of(region_code),))
        codes = [f"{code:015d}" for code in grids["code"]]
        if not codes:
            raise BadInput(f"no grids are in force in {region_code} on {since}")
        postings = [Posting(code, f"网格员{code[9:]}") for code in codes]
        person_of_grid = people.staff_grids(session, county_id, postings, since)
        begin = from_ms(day_start_ms(since))
        ids = list(person_of_grid.values())
        tokens = people.enrol_devices(session, county_id, ids, begin)
        hazards.seed_categories(session, county_id)
        logins, handler_id = _open_accounts(
            session, county_id, region_code, person_of_grid[codes[0]], codes[0]
        )
    return Town(
        county_id=county_id,
        code=region_code,
        phones=tuple(Phone(str(person), tokens[person]) for person in ids),
        person_of_grid=person_of_grid,
        handler_id=handler_id,
        logins=logins,
    )


def _open_accounts(
    session: Session,
    county_id: UUID,
    region_code: str,
    worker_id: UUID,
    grid_code: str,
) -> tuple[tuple[Login, ...], UUID]:
    logins = []
    handler_id = worker_id
    for role in Role:
        person_id, area = worker_id, grid_code
        if role != Role.WORKER:
            # The record is that of a whole county, and so is who looks after it.
            is_whole = role in (Role.ADMIN, Role.AUDITOR)
            area = region_code[:6] if is_whole else region_code
            person_id = people.add_person(
                session, county_id, name=f"示例{ROLE_NAMES[role]}", code=region_code
            )
        if role == Role.HANDLER:
            handler_id = person_id
        name = role.value.replace("_", "-")
        password = people.open_account(
            session, county_id, person_id, login=name, role=role, areas=[area]
        )
        logins.append(Login(role, name, password))
    return tuple(logins), handler_id
