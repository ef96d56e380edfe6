"""Whether rules can be met: one honest round walked in every grid they hold for."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from api.services.rules.day_roster import grids_on
from api.services.rules.rulebook import Rulebook, read_rulebook
from geo.codes import padded, range_of
from geo.db.door import Scope, as_job
from geo.db.engine import Database
from geo.db.store import plans
from tracking.ground.areas import Checkpoint, GridVersion
from tracking.rules.policy import Rule
from tracking.verdict.feasibility import find_unfit

# One draw for all: the same plan and rule give the same list.
_SEED = 20260125


@dataclass(frozen=True)
class Unfit:
    """A grid in which an honest round does not pass within an hour under its rule."""

    grid_code: str
    rule_id: str
    lacks: tuple[str, ...]
    preset: str | None


@dataclass(frozen=True)
class Fitness:
    """How many grids were walked, and those in which no round passed."""

    walked: int
    unfit: tuple[Unfit, ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as it is stored beside a plan."""
        rows = [
            {
                "grid_code": u.grid_code,
                "rule_id": u.rule_id,
                "lacks": list(u.lacks),
                "preset": u.preset,
            }
            for u in self.unfit
        ]
        return {"walked": self.walked, "unfit": rows}


@dataclass(frozen=True)
class Walks:
    """The grids that are to be walked, by the rule that holds in them."""

    by_rule: dict[Rule, list[GridVersion]]
    checkpoints: list[Checkpoint]

    @property
    def grids(self) -> int:
        """How many grids there are."""
        return sum(map(len, self.by_rule.values()))

    def walk(self) -> Fitness:
        """Walk a round in every grid; some hundredths of a second each."""
        unfit = [
            u for rule, own in self.by_rule.items() for u in _walk(own, rule, self)
        ]
        return Fitness(self.grids, tuple(sorted(unfit, key=lambda u: u.grid_code)))


def read_walks(
    session: Session, county_id: UUID, scope: Scope, day: date, rules: Rulebook
) -> Walks:
    """Return the grids of some areas that are valid on a day, by their rules."""
    versions, checkpoints = grids_on(session, county_id, day)
    by_rule: dict[Rule, list[GridVersion]] = {}
    for version in versions:
        code = padded(version.grid_code)
        if _lies_in(code, scope):
            by_rule.setdefault(rules.rule_of(code, day), []).append(version)
    return Walks(by_rule, checkpoints)


def walk_grids(
    session: Session, county_id: UUID, scope: Scope, day: date, rules: Rulebook
) -> Fitness:
    """Walk a round in every grid of some areas that is valid on a day, by its rule."""
    return read_walks(session, county_id, scope, day, rules).walk()


def walk_published(database: Database, county_id: UUID, now: datetime) -> list[UUID]:
    """Walk the plans that were too large to be walked as they were published."""
    with as_job(database, county_id) as session:
        waiting = plans.unwalked_plans(session, county_id)
    for plan_id, scope_code, day in waiting:
        with as_job(database, county_id) as session:
            rules = read_rulebook(session, county_id, day, day)
            scope = (range_of(scope_code),)
            walks = read_walks(session, county_id, scope, day, rules)
        found = walks.walk()
        with as_job(database, county_id) as session:
            plan = plans.find_plan(session, county_id, plan_id, lock=True)
            if plan is not None:
                plan.report = {**plan.report, "feasibility": found.as_dict()}
    return [plan_id for plan_id, _, _ in waiting]


def _walk(versions: list[GridVersion], rule: Rule, walks: Walks) -> list[Unfit]:
    codes = {v.grid_code for v in versions}
    own = [c for c in walks.checkpoints if c.grid_code in codes]
    found = find_unfit(versions, rule, np.random.default_rng(_SEED), own)
    return [Unfit(f.grid_code, rule.rule_id, f.lacks, f.preset) for f in found]


def _lies_in(code: int, scope: Scope) -> bool:
    return any(low <= code < high for low, high in scope)
