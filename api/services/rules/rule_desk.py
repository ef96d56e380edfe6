"""Rules over HTTP: who may do what with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import Forbidden
from api.schemas.rules import (
    FitOut,
    RuleAddedOut,
    RuleBody,
    RuleEndIn,
    RuleIn,
    RuleOut,
    RulesOut,
)
from api.services.access.session import SignedIn
from api.services.rules.fitness import walk_grids
from api.services.rules.refusals import in_rule_words
from api.services.rules.rulebook import read_rulebook
from api.services.rules.rules import Wanted, add_rule, as_told, end_rule, fields_of
from geo.codes import range_of
from geo.db.store import rules as store
from geo.localtime import local_date
from tracking.cases.roles import Role
from tracking.rules.policy import DEFAULT_RULE
from tracking.rules.presets import PRESETS

_MAY_TRY = (Role.ADMIN, Role.PLANNER, Role.SUPERVISOR)


def list_rules(session: Session, viewer: SignedIn) -> RulesOut:
    """Return all rules of the viewer's county: everybody may know the rules."""
    rows = store.rules_of(session, viewer.county_id)
    return RulesOut(
        rules=[RuleOut(**as_told(row)) for row in rows if not row.valid.isempty],
        default=fields_of(DEFAULT_RULE),
        presets=list(PRESETS),
    )


def add(
    session: Session, viewer: SignedIn, sent: RuleIn, now: datetime
) -> RuleAddedOut:
    """Add a rule and walk the grids of its area once."""
    _require(viewer, (Role.ADMIN,))
    with in_rule_words():
        row = add_rule(
            session,
            viewer.county_id,
            sent.id,
            _wanted(sent),
            sent.valid_from,
            local_date(now),
        )
    scope = (range_of(sent.region_code),)
    rules = read_rulebook(session, viewer.county_id, sent.valid_from, sent.valid_from)
    found = walk_grids(session, viewer.county_id, scope, sent.valid_from, rules)
    return RuleAddedOut(
        rule=RuleOut(**as_told(row)), fit=FitOut.model_validate(found.as_dict())
    )


def end(
    session: Session, viewer: SignedIn, rule_id: UUID, sent: RuleEndIn, now: datetime
) -> RuleOut:
    """Set the last day of a rule."""
    _require(viewer, (Role.ADMIN,))
    today = local_date(now)
    with in_rule_words():
        row = end_rule(session, viewer.county_id, rule_id, sent.last_day, today)
    return RuleOut(**as_told(row))


def fit(session: Session, viewer: SignedIn, now: datetime) -> FitOut:
    """Walk every grid of the viewer's areas once, by the rules of today."""
    _require(viewer, _MAY_TRY)
    day = local_date(now)
    rules = read_rulebook(session, viewer.county_id, day, day)
    found = walk_grids(session, viewer.county_id, viewer.scope, day, rules)
    return FitOut.model_validate(found.as_dict())


def _wanted(sent: RuleBody) -> Wanted:
    return Wanted(sent.region_code, dict(sent.rule), sent.kind, sent.season)


def _require(viewer: SignedIn, roles: tuple[Role, ...]) -> None:
    if viewer.role not in roles:
        raise Forbidden(f"not for the role {viewer.role}")
