"""Rules of areas and seasons, and what they would have judged."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Out, Text

RegionCode = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,3}$", max_length=15)]
Kind = Annotated[str, Field(pattern=r"^[a-z_]*$", max_length=40)]
Season = Annotated[str, Field(max_length=11)]


class RuleBody(In):
    """A rule for an area; the fields of `rule` are those of a rules file."""

    region_code: RegionCode
    kind: Kind = Field(default="", description="base, exclusive or a category")
    season: Season = Field(default="", description="MM-DD/MM-DD, empty: all year")
    rule: dict[Text, Text | float | list[dict[Text, Text]]] = Field(max_length=60)


class RuleIn(RuleBody):
    """A rule that is to hold from a day on; the sender makes the id."""

    id: UUID
    valid_from: dt.date


class RuleEndIn(In):
    """The last day on which a rule holds."""

    last_day: dt.date


class PreviewIn(RuleBody):
    """A rule that is to be tried on days that are past."""

    first: dt.date
    last: dt.date


class RuleOut(Out):
    """A rule with the days on which it holds."""

    id: UUID
    rule_id: str
    name: str
    region_code: str
    kind: str
    season: str
    valid_from: dt.date | None
    last_day: dt.date | None
    record_only: bool
    basis: str
    scene: str
    ends_on: str
    rule: dict[str, Any]


class RulesOut(Out):
    """The rules of a county, those of small areas last; and what holds without any."""

    rules: list[RuleOut]
    default: dict[str, Any]
    presets: list[str]


class UnfitOut(Out):
    """A grid in which an honest round does not pass within an hour."""

    grid_code: str
    rule_id: str
    lacks: list[str]
    preset: str | None


class FitOut(Out):
    """How a rule fares in its grids: how many were walked, and those unfit."""

    walked: int
    unfit: list[UnfitOut]


class RuleAddedOut(Out):
    """A rule that was added, and the grids in which it cannot be met."""

    rule: RuleOut
    fit: FitOut


class PreviewOut(Out):
    """Windows by verdict as they were judged and as the rule would have judged them."""

    worker_days: int
    looked_at: int
    days: list[dt.date]
    before: dict[str, int]
    after: dict[str, int]
    gained: int
    lost: int
    reasons: dict[str, int]
