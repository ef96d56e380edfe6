"""Two towns of one county, a county beside it, and somebody of every kind.

Everything that lies in the inner village carries the mark ``INNER`` in its name or
text, in the outer one ``OUTER``, in the neighbouring county ``ABROAD``: what an answer
lets through is found in its bytes.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from geoalchemy2 import WKTElement
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from api.security.credentials import hash_token
from api.services.cases.hazards import seed_categories
from api.services.people.people import add_person, assign, enrol_devices, open_account
from geo.codes import padded
from geo.db.models import (
    Appeal,
    CalendarEntry,
    Case,
    CaseEvent,
    Checkpoint,
    Device,
    Grid,
    GridVersion,
    Job,
    LandscapeLine,
    PatrolGroup,
    PatrolGroupMember,
    PatrolRule,
    Plan,
    PlanComment,
    PlanGrid,
    PlanUnit,
    Region,
    Site,
    StandIn,
    Verdict,
)
from geo.localtime import local_date
from tracking.cases.roles import Role

COUNTY, ABROAD = "410388", "410389"
TOWN, OTHER_TOWN = f"{COUNTY}100", f"{COUNTY}101"
SINCE = date(2020, 1, 1)
WINDOWS = ("morning", "afternoon", "evening")
_WEST = {"INNER": 111.90, "OUTER": 111.95, "ABROAD": 112.10}
_SOUTH, _SIDE = 34.00, 0.01
_CELLS = {"units": 1, "area_m2": 1e6, "deviation_pct": 0.0, "borders": []}
# As much of a plan's report as its pages read.
_REPORT = {
    "input_hash": "0" * 64,
    "seed": 0,
    "grids": {"base": 1, "exclusive": 0, "all": 1},
    "ideal_load": 1.0,
    "scores": {"balance": {"max_deviation_pct": {"value": 0.0, "unit": "%"}}},
}
# Who may sign in: role, areas.
ACCOUNTS = {
    "admin": (Role.ADMIN, COUNTY),
    "planner": (Role.PLANNER, TOWN),
    "county_boss": (Role.SUPERVISOR, COUNTY),
    "town_boss": (Role.SUPERVISOR, TOWN),
    "village_boss": (Role.SUPERVISOR, f"{TOWN}200"),
    "desk": (Role.DUTY_DESK, TOWN),
    "handler": (Role.HANDLER, f"{COUNTY}001"),
    "auditor": (Role.AUDITOR, COUNTY),
}


@dataclass
class Place:
    """A village with one grid and one worker, and the objects that lie there."""

    mark: str
    county_id: UUID
    village: str
    worker: UUID = field(default_factory=uuid4)
    case: UUID = field(default_factory=uuid4)
    plan: UUID = field(default_factory=uuid4)
    job: UUID = field(default_factory=uuid4)
    grid: UUID = field(default_factory=uuid4)
    photo: UUID = field(default_factory=uuid4)
    voice: UUID = field(default_factory=uuid4)

    @property
    def grid_code(self) -> str:
        return f"{self.village}001"

    @property
    def middle(self) -> tuple[float, float]:
        return _WEST[self.mark] + _SIDE / 2, _SOUTH + _SIDE / 2


class World:
    """The places, the people, and a hand to make more of what a request uses up."""

    def __init__(self, admin: Engine, county_id: UUID, abroad_id: UUID) -> None:
        self._admin = admin
        self.places = {
            "inside": Place("INNER", county_id, f"{TOWN}200"),
            "outside": Place("OUTER", county_id, f"{OTHER_TOWN}200"),
            "abroad": Place("ABROAD", abroad_id, f"{ABROAD}100200"),
        }
        self.people: dict[str, UUID] = {}
        self.passwords: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.now = datetime.now(UTC)
        self.yesterday = local_date(self.now) - timedelta(days=1)
        self._numbers = count(2)
        self._ages: dict[str, int] = {}
        for place in self.places.values():
            self._build(place)
        with Session(admin) as session, session.begin():
            self._hire(session)

    def _build(self, place: Place) -> None:
        with Session(self._admin) as session, session.begin():
            county = {"county_id": place.county_id}
            geom = _square(place.mark)
            code = padded(place.village)
            session.add(
                Region(
                    **county,
                    id=uuid4(),
                    code=code,
                    level="village",
                    name=f"{place.mark}村",
                    valid=Range(SINCE, None),
                    geom=geom,
                )
            )
            session.add(
                LandscapeLine(
                    **county,
                    id=uuid4(),
                    ref=place.mark,
                    kind="road",
                    name=f"{place.mark}路",
                    code=code,
                    geom=_line(place.mark),
                )
            )
            session.add(
                Grid(
                    **county,
                    id=place.grid,
                    qr_id=uuid4(),
                    code=padded(place.grid_code),
                )
            )
            session.flush()
            session.add(
                GridVersion(
                    **county,
                    grid_id=place.grid,
                    valid=Range(SINCE, None),
                    code=padded(place.grid_code),
                    kind="base",
                    name=f"{place.mark}网格",
                    village_code=code,
                    load=1.0,
                    properties={},
                    geom=geom,
                )
            )
            session.add(
                Site(
                    **county,
                    id=uuid4(),
                    ref=place.mark,
                    kind="school",
                    name=f"{place.mark}小学",
                    code=padded(place.grid_code),
                    grid_id=place.grid,
                    is_exclusive=False,
                    attrs={},
                    valid=Range(SINCE, None),
                    geom=_point(place),
                )
            )
            seed_categories(session, place.county_id)
            session.add(_all_day(place))
            place.worker = self._worker(session, place, f"{place.mark}工", lead=True)
            self.passwords[place.mark] = open_account(
                session,
                place.county_id,
                place.worker,
                login=place.mark,
                role=Role.WORKER,
                areas=[place.grid_code],
            )
            since = self.now - timedelta(days=30)
            self.tokens[place.mark] = enrol_devices(
                session, place.county_id, [place.worker], since
            )[place.worker]
        place.case = self.new_case(place)
        place.plan = self.new_plan(place)
        place.job, _ = self.new_job(place)
        self.new_comment(place, place.plan)
        self.new_group(place)
        self.new_checkpoint(place)
        self.new_entry(place, hours=0)
        self.new_verdict(place, place.worker, self.yesterday)

    def _hire(self, session: Session) -> None:
        home = self.places["inside"].county_id
        for login, (role, area) in ACCOUNTS.items():
            self._open(session, home, login, role, area)
        foreign = self.places["abroad"].county_id
        self._open(session, foreign, "stranger", Role.ADMIN, ABROAD)

    def _open(
        self, session: Session, county_id: UUID, login: str, role: Role, area: str
    ) -> None:
        person = add_person(session, county_id, name=login, code=area)
        self.people[login] = person
        self.passwords[login] = open_account(
            session, county_id, person, login=login, role=role, areas=[area]
        )

    def _worker(self, session: Session, place: Place, name: str, lead: bool) -> UUID:
        person = add_person(session, place.county_id, name=name, code=place.grid_code)
        assign(
            session,
            place.county_id,
            person,
            place.grid_code,
            SINCE,
            is_lead=lead,
        )
        return person

    def new_worker(self, place: Place) -> UUID:
        """Hire one more worker of the place, with a judged day."""
        with Session(self._admin) as session, session.begin():
            name = f"{place.mark}工{next(self._numbers)}"
            person = self._worker(session, place, name, lead=False)
        self.new_verdict(place, person, self.yesterday)
        return person

    def new_account(self, place: Place) -> UUID:
        """Hire one more worker of the place who may sign in."""
        person = self.new_worker(place)
        with Session(self._admin) as session, session.begin():
            open_account(
                session,
                place.county_id,
                person,
                login=f"{place.mark}{next(self._numbers)}",
                role=Role.WORKER,
                areas=[place.grid_code],
            )
        return person

    def new_device(self, place: Place) -> UUID:
        """Give the place's worker one more device."""
        with Session(self._admin) as session, session.begin():
            token = enrol_devices(session, place.county_id, [place.worker], self.now)
            hashed = hash_token(token[place.worker])
            return session.scalars(
                select(Device.id).where(Device.token_hash == hashed)
            ).one()

    def new_duty(self, place: Place) -> UUID:
        """Give one more worker of the place another duty there."""
        person = self.new_worker(place)
        with Session(self._admin) as session, session.begin():
            return assign(
                session, place.county_id, person, place.grid_code, SINCE, role="police"
            )

    def new_stand_in(self, place: Place) -> UUID:
        """Let somebody stand in for one more worker of the place, from now on."""
        duty, person, found = self.new_duty(place), self.new_worker(place), uuid4()
        with Session(self._admin) as session, session.begin():
            session.add(
                StandIn(
                    county_id=place.county_id,
                    id=found,
                    assignment_id=duty,
                    person_id=person,
                    code=padded(place.grid_code),
                    valid=Range(SINCE, None),
                )
            )
        return found

    def new_group(self, place: Place) -> tuple[UUID, UUID]:
        """Let two more workers of the place walk together; (group, one of them)."""
        found, pair = uuid4(), [self.new_worker(place), self.new_worker(place)]
        shared = {"county_id": place.county_id, "code": padded(place.grid_code)}
        valid = Range(SINCE, None)
        with Session(self._admin) as session, session.begin():
            name = f"{place.mark}组"
            session.add(PatrolGroup(**shared, id=found, name=name, valid=valid))
            session.flush()
            for person in pair:
                session.add(
                    PatrolGroupMember(
                        **shared, group_id=found, person_id=person, valid=valid
                    )
                )
        return found, pair[0]

    def new_checkpoint(self, place: Place) -> UUID:
        """Set one more point that rounds in the place's grid must reach."""
        found = uuid4()
        lon, lat = place.middle
        with Session(self._admin) as session, session.begin():
            session.add(
                Checkpoint(
                    county_id=place.county_id,
                    id=found,
                    ref=found.hex,
                    name=f"{place.mark}桥",
                    grid_id=place.grid,
                    code=padded(place.grid_code),
                    valid=Range(SINCE, None),
                    geom=WKTElement(f"POINT({lon} {lat})", srid=4326),
                )
            )
        return found

    def new_entry(self, place: Place, *, hours: int) -> UUID:
        """Note in some hours one more day of weather for the place's grid."""
        found, start = uuid4(), self.now + timedelta(hours=hours)
        with Session(self._admin) as session, session.begin():
            session.add(
                CalendarEntry(
                    county_id=place.county_id,
                    id=found,
                    grid_id=place.grid,
                    code=padded(place.grid_code),
                    kind="weather",
                    during=Range(start, start + timedelta(days=1)),
                    note=f"{place.mark}大雪",
                )
            )
        return found

    def new_rule(self, place: Place) -> UUID:
        """Let one more rule hold for a kind of grid that is not there."""
        rule = _rule(place, {"base": "5-300"}, kind=f"kind_{next(self._numbers)}")
        with Session(self._admin, expire_on_commit=False) as session, session.begin():
            session.add(rule)
        return rule.id

    def new_case(self, place: Place) -> UUID:
        """Report one more hazard of the place, by its worker."""
        case_id = uuid4()
        shared = {
            "county_id": place.county_id,
            "code": padded(place.grid_code),
            "participants": [place.worker],
        }
        with Session(self._admin) as session, session.begin():
            session.add(
                Case(
                    **shared,
                    id=case_id,
                    kind="hazard",
                    state="reported",
                    category="safety.mine_opening",
                    level="general",
                    text=f"{place.mark}隐患",
                    grid_id=place.grid,
                    geom=_point(place),
                    reporter_id=place.worker,
                    reported_at=self.now,
                    received_at=self.now,
                    version=1,
                )
            )
            session.flush()
            session.add(
                CaseEvent(
                    **shared,
                    case_id=case_id,
                    seq=1,
                    event="report",
                    to_state="reported",
                    actor_id=place.worker,
                    at=self.now,
                    attrs={},
                )
            )
        return case_id

    def new_plan(self, place: Place, state: str = "draft") -> UUID:
        """Draft one more plan of the place's village, of one grid and one unit."""
        plan_id = uuid4()
        with Session(self._admin) as session, session.begin():
            session.add(
                Plan(
                    county_id=place.county_id,
                    id=plan_id,
                    code=padded(place.village),
                    name=f"{place.mark}方案",
                    state=state,
                    grids_wanted=1,
                    seed=0,
                    policy={},
                    input_hash="0" * 64,
                    report=_REPORT,
                    made_at=self.now,
                )
            )
            session.flush()
            key = {"county_id": place.county_id, "plan_id": plan_id}
            cells = {"grid_id": place.grid, "code": padded(place.grid_code), "load": 1}
            session.add(
                PlanGrid(
                    **key,
                    **cells,
                    kind="base",
                    name="",
                    village_code=padded(place.village),
                    properties=_CELLS,
                    geom=_square(place.mark),
                )
            )
            session.flush()
            session.add(
                PlanUnit(
                    **key,
                    **cells,
                    unit_id=f"{place.mark}组",
                    drawn_code=padded(place.grid_code),
                    geom=_square(place.mark),
                )
            )
        return plan_id

    def new_comment(self, place: Place, plan_id: UUID) -> UUID:
        """Say something of a plan."""
        comment_id = uuid4()
        with Session(self._admin) as session, session.begin():
            session.add(
                PlanComment(
                    county_id=place.county_id,
                    id=comment_id,
                    plan_id=plan_id,
                    code=padded(place.village),
                    body=f"{place.mark}意见",
                    made_by=place.worker,
                    made_by_name=place.mark,
                    made_at=self.now,
                )
            )
        return comment_id

    def new_job(self, place: Place) -> tuple[UUID, UUID]:
        """Ask for one more job about the place's village; return it and its upload."""
        job_id, upload_id = uuid4(), uuid4()
        with Session(self._admin) as session, session.begin():
            session.add(
                Job(
                    county_id=place.county_id,
                    id=job_id,
                    kind="preview",
                    code=padded(place.village),
                    state="queued",
                    asked={"upload_id": str(upload_id), "file": "x.geojson"},
                    made_by=place.worker,
                    made_by_name=place.mark,
                    made_at=self.now,
                )
            )
        return job_id, upload_id

    def new_verdict(self, place: Place, person: UUID, day: date) -> None:
        """Judge a day of a person: the first round verified, the others not."""
        with Session(self._admin) as session, session.begin():
            session.add(
                Verdict(
                    county_id=place.county_id,
                    person_id=person,
                    day=day,
                    revision=1,
                    code=padded(place.grid_code),
                    rule_id="r",
                    input_hash="0" * 64,
                    body=_judged(person, day, place.mark),
                    judged_at=self.now,
                )
            )

    def spare_day(self, place: Place) -> str:
        """Judge one more day of the place's own worker, young enough to appeal."""
        self._ages[place.mark] = self._ages.get(place.mark, 1) + 1
        day = self.yesterday - timedelta(days=self._ages[place.mark] - 1)
        self.new_verdict(place, place.worker, day)
        return day.isoformat()

    def new_appeal(self, place: Place) -> UUID:
        """Let one more worker of the place appeal."""
        person, appeal_id = self.new_worker(place), uuid4()
        with Session(self._admin) as session, session.begin():
            session.add(
                Appeal(
                    county_id=place.county_id,
                    id=appeal_id,
                    person_id=person,
                    day=self.yesterday,
                    window_code="evening",
                    code=padded(place.grid_code),
                    revision=1,
                    machine_verdict="partial",
                    seq=1,
                    note=f"{place.mark}申诉",
                    made_at=self.now,
                    due_at=self.now + timedelta(days=3),
                )
            )
        return appeal_id


def _judged(person: UUID, day: date, mark: str) -> dict:
    verdicts = zip(WINDOWS, ("verified", "partial", "partial"), strict=True)
    return {
        "worker_id": str(person),
        "date": day.isoformat(),
        "rule": "r",
        "verified": 1,
        "required": 3,
        "excused": 0,
        "patrols": [
            {
                "window": window,
                "verdict": verdict,
                "excused": False,
                "provisional": False,
                "reasons": [],
                "start": None,
                "end": None,
                "dwell_min": 0.0,
                "distance_m": 0.0,
                "checkpoints_reached": 0,
                "checkpoints_required": 0,
                "largest_gap_s": 0,
                "evidence": {
                    "record_only": False,
                    "input_hash": "0" * 64,
                    "grid": mark,
                },
            }
            for window, verdict in verdicts
        ],
    }


def _square(mark: str) -> WKTElement:
    west, south = _WEST[mark], _SOUTH
    east, north = west + _SIDE, south + _SIDE
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return WKTElement(f"MULTIPOLYGON((({ring})))", srid=4326)


def _line(mark: str) -> WKTElement:
    west = _WEST[mark]
    return WKTElement(f"LINESTRING({west} {_SOUTH},{west + _SIDE} {_SOUTH})", srid=4326)


def _point(place: Place) -> WKTElement:
    lon, lat = place.middle
    return WKTElement(f"POINT({lon} {lat})", srid=4326)


def _all_day(place: Place) -> PatrolRule:
    """Return a rule by which somebody is on duty at any hour that tests run."""
    hours = ("00:00", "08:00", "16:00", "24:00")
    windows = [
        {"code": code, "start": start, "end": end}
        for code, start, end in zip(WINDOWS, hours, hours[1:], strict=False)
    ]
    return _rule(place, {"windows": windows})


def _rule(place: Place, body: dict[str, Any], kind: str = "") -> PatrolRule:
    return PatrolRule(
        county_id=place.county_id,
        id=uuid4(),
        rule_id="all-day",
        code=padded(place.village),
        digits=12,
        kind=kind,
        season="",
        valid=Range(SINCE, None),
        body=body,
    )
