"""Appeals, answers and decisions as they come in and go out."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Out, Text
from tracking.fairness.appeals import Outcome, Standing

WindowCode = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
Reason = Annotated[Text, Field(min_length=1, max_length=2000, examples=["查过现场"])]
Signature = Annotated[Text, Field(min_length=1, max_length=100, examples=["王五"])]


class AppealIn(In):
    """An appeal of the sender's own window; the phone makes the id."""

    id: UUID
    date: Annotated[dt.date, Field(examples=["2026-05-20"])]
    window: Annotated[WindowCode, Field(examples=["morning"])]
    note: Annotated[Text, Field(min_length=1, max_length=2000)]


class AnswerIn(In):
    """The answer to an appeal; the signature is the signer's own name."""

    outcome: Outcome
    reason: Reason
    signature: Signature


class DecisionIn(AnswerIn):
    """A decision on a window that nobody appealed; the sender makes the id."""

    id: UUID
    worker_id: UUID
    date: dt.date
    window: WindowCode


class ExcuseIn(In):
    """Worker-days that are excused together, with an entry in the calendar."""

    id: UUID
    worker_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    first: dt.date
    last: dt.date
    kind: Annotated[Text, Field(pattern="^[a-z_]{1,32}$", examples=["weather"])]
    reason: Reason
    signature: Signature


class SkippedOut(Out):
    """A window that the sender may not excuse, and why."""

    worker_id: UUID
    date: dt.date
    window: str
    why: str


class ExcusedOut(Out):
    """What a common excuse came to."""

    id: UUID
    workers: int
    windows: int
    skipped: list[SkippedOut]


class DecidedOut(Out):
    """One decision of a person."""

    id: UUID
    outcome: Outcome
    outcome_name: str
    reason: str
    signature: str
    decided_by: UUID
    decided_at: dt.datetime
    machine_verdict: str
    revision: int
    appeal_id: UUID | None


class AppealOut(Out):
    """An appeal, its deadline, and its answer if there is one."""

    id: UUID
    worker_id: UUID
    name: str
    date: dt.date
    window: str
    note: str
    machine_verdict: str
    revision: int
    made_at: dt.datetime
    due_at: dt.datetime
    is_overdue: bool
    answer: DecidedOut | None


class AppealsOut(Out):
    """Appeals, those without an answer first, by what is due first."""

    appeals: list[AppealOut]
    open: int
    overdue: int


class StandingOut(Out):
    """Machine verdict and human decisions of one window, side by side."""

    worker_id: UUID
    date: dt.date
    window: str
    machine: dict[str, Any]
    standing: Standing
    standing_name: str
    appeal_until: dt.datetime
    appeals: list[AppealOut]
    decisions: list[DecidedOut]


class StandingsOut(Out):
    """The windows of the worker-days that were asked for."""

    windows: list[StandingOut]
