"""Plans under edit: what is asked, what changed, what is told."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Lat, Lon, Out, Text

GridCode = Annotated[str, Field(pattern=r"^[1-9]\d{14}$", examples=["410325105201001"])]
Units = Annotated[
    list[Annotated[int, Field(ge=0, lt=2**31)]], Field(min_length=1, max_length=200_000)
]
Grids = Annotated[list[GridCode], Field(min_length=1, max_length=100_000)]
Place = tuple[Lon, Lat]


class Move(In):
    """Put units into a grid."""

    kind: Literal["move"]
    units: Units
    to: GridCode


class NewGrid(In):
    """Make a new grid of units."""

    kind: Literal["new_grid"]
    units: Units


class Unassign(In):
    """Take units out of their grids."""

    kind: Literal["unassign"]
    units: Units


class Merge(In):
    """Join grids into one of them."""

    kind: Literal["merge"]
    grids: Grids
    into: GridCode


class SplitLine(In):
    """Split a grid along a drawn line."""

    kind: Literal["split_line"]
    grid: GridCode
    line: Annotated[list[Place], Field(min_length=2, max_length=1_000)]


class SplitEven(In):
    """Split a grid in two halves of nearly equal load."""

    kind: Literal["split_even"]
    grid: GridCode


class SplitSeed(In):
    """Grow a new grid from a unit of a grid."""

    kind: Literal["split_seed"]
    grid: GridCode
    unit: Annotated[int, Field(ge=0, lt=2**31)]


class MoveVertex(In):
    """Move a vertex that units share; all of them follow."""

    kind: Literal["move_vertex"]
    vertex: Annotated[int, Field(ge=0, lt=2**31)]
    lon: Lon
    lat: Lat


class Repair(In):
    """Give stray pieces to the grids that they touch."""

    kind: Literal["repair"]
    grids: Grids | None = None


class Rebalance(In):
    """Balance a grid with its neighbours."""

    kind: Literal["rebalance"]
    grid: GridCode
    tolerance: Annotated[float, Field(ge=0, lt=1)] | None = None


class LockGrids(In):
    """Keep grids as they are."""

    kind: Literal["lock"]
    grids: Grids


class UnlockGrids(In):
    """Let edits change grids again."""

    kind: Literal["unlock"]
    grids: Grids


Edit = (
    Move
    | NewGrid
    | Unassign
    | Merge
    | SplitLine
    | SplitEven
    | SplitSeed
    | MoveVertex
    | Repair
    | Rebalance
    | LockGrids
    | UnlockGrids
)
Version = Annotated[int, Field(ge=0, lt=2**31)]


class EditIn(In):
    """An edit, and the version of the plan that it was made on."""

    version: Version
    edit: Annotated[Edit, Field(discriminator="kind")]


class VersionIn(In):
    """The version of the plan that the sender has before them."""

    version: Version


class CommentIn(In):
    """What is said of a plan; the id is made by the client."""

    id: UUID
    text: Annotated[Text, Field(min_length=1, max_length=2_000)]
    grid: GridCode | None = None
    lon: Lon | None = None
    lat: Lat | None = None


class CommentOut(Out):
    """What was said of a plan."""

    id: UUID
    text: str
    grid: str | None
    lon: float | None
    lat: float | None
    by: str
    at: datetime
    resolved_at: datetime | None
    resolved_by: str | None


class AnswerIn(In):
    """What a village says to a plan."""

    village_code: Annotated[str, Field(pattern=r"^[1-9]\d{11}$")]
    answer: Literal["agree", "object"]
    note: Annotated[Text, Field(max_length=2_000)] = ""


class AnswerOut(Out):
    """A village, and what it said last."""

    village_code: str
    village_name: str
    answer: str
    note: str
    by: str | None
    at: datetime | None


class HistoryOut(Out):
    """One row of a plan's history."""

    version: int
    kind: str
    by: str
    at: datetime
    what: str


class ChangeOut(Out):
    """What an edit changed; large, so that it is sent as it was built."""

    version: int
    kind: str
    by: str
    at: datetime
    can_undo: bool
    can_redo: bool
    moved: list[dict[str, Any]]
    grids: list[dict[str, Any]]
    vertices: list[tuple[int, float, float]]
    breaches: list[dict[str, Any]]
    breach_count: int
    loose: int
    summary: dict[str, Any]
