"""Plans: what is asked for, and what came of it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Out, Text
from api.schemas.rules import UnfitOut

Load = Literal["population", "households"]


class PlanIn(In):
    """A plan that is asked for: so many base grids for a region."""

    region_code: Annotated[
        str, Field(pattern=r"^[1-9](\d{5}|\d{8}|\d{11})$", examples=["410325105"])
    ]
    grids: Annotated[int, Field(ge=1, le=100_000, examples=[213])]
    name: Annotated[Text, Field(max_length=100)] = ""
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.05
    stability: Annotated[float, Field(ge=0, le=1)] = 0.5
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    change: Literal["people", "grids", "free"] = "people"
    alternatives: Annotated[int, Field(ge=1, le=5)] = 1
    load: Load = "population"
    forbid: Annotated[
        tuple[Literal["river", "ridge", "road"], ...],
        Field(
            max_length=3,
            description="Lines that a grid crosses only where a road does",
        ),
    ] = ()


class PlanNameIn(In):
    """What a plan is called."""

    name: Annotated[Text, Field(max_length=100)]


class PlanEventIn(In):
    """The next step of a plan; publication needs the day from which it is in force.

    With a version the step is refused if somebody edited the plan meanwhile.
    """

    event: Literal["consult", "approve", "announce", "publish", "withdraw", "reopen"]
    effective_on: date | None = None
    version: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class PlanScores(Out):
    """The few scores of a list."""

    max_deviation_pct: float | None
    mean_deviation_pct: float | None
    polsby_popper: float | None
    moved_load_pct: float | None
    bound_pct: float | None


class PlanOut(Out):
    """A plan without its grids."""

    id: UUID
    region_code: str
    name: str
    state: str
    grids_wanted: int | None
    base_grids: int | None
    seed: int
    made_at: datetime
    effective_on: date | None
    published_at: datetime | None
    version: int
    settled_version: int
    edited_at: datetime | None
    edited_by: str | None
    scores: PlanScores
    unfit: list[UnfitOut] | None = Field(
        default=None,
        description="After publication: grids in which no honest round passes",
    )


class PlanDetail(PlanOut):
    """A plan with its report and its grids as GeoJSON."""

    report: dict[str, Any]
    grids: dict[str, Any]


class WayOut(Out):
    """Something to relax, and the largest deviation that is left then, percent.

    If `bound`, the least that can be left.
    """

    relax: str
    gives_pct: float
    bound: bool = False
    unit: str | None = None
    count: int | None = None
    total: int | None = None
    other: str | None = None
    low: float | None = None
    high: float | None = None


class ReasonOut(Out):
    """A grid outside the tolerance: what blocks it, and the ways out."""

    grid: str
    deviation_pct: float
    blocked_by: str
    ways: list[WayOut]


class ReasonsOut(Out):
    """Why grids are outside, at the version of the plan that this was asked of."""

    version: int
    grids: list[ReasonOut]


class CompareOut(Out):
    """Several plans side by side: one row per score."""

    plans: list[PlanOut]
    rows: list[dict[str, Any]]
