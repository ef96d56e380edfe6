"""Whether rules can be met: one honest round walked in every grid they hold for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from api.services.day_roster import grids_on
from api.services.rulebook import Rulebook
from geo.codes import padded
from geo.db.door import Scope
from tracking.areas import Checkpoint, GridVersion
from tracking.feasibility import find_unfit
from tracking.policy import Rule

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


def walk_grids(
    session: Session, county_id: UUID, scope: Scope, day: date, rules: Rulebook
) -> Fitness:
    """Walk a round in every grid of some areas that is valid on a day, by its rule."""
    versions, checkpoints = grids_on(session, county_id, day)
    inside = [v for v in versions if _lies_in(padded(v.grid_code), scope)]
    by_rule: dict[Rule, list[GridVersion]] = {}
    for version in inside:
        rule = rules.rule_of(padded(version.grid_code), day)
        by_rule.setdefault(rule, []).append(version)
    unfit = [u for rule, own in by_rule.items() for u in _walk(own, rule, checkpoints)]
    return Fitness(len(inside), tuple(sorted(unfit, key=lambda u: u.grid_code)))


def _walk(
    versions: list[GridVersion], rule: Rule, checkpoints: Iterable[Checkpoint]
) -> list[Unfit]:
    codes = {v.grid_code for v in versions}
    own = [c for c in checkpoints if c.grid_code in codes]
    found = find_unfit(versions, rule, np.random.default_rng(_SEED), own)
    return [Unfit(f.grid_code, rule.rule_id, f.lacks, f.preset) for f in found]


def _lies_in(code: int, scope: Scope) -> bool:
    return any(low <= code < high for low, high in scope)
