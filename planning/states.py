"""The life of a plan: draft, consultation, approval, notice, publication (DESIGN 3)."""

from collections.abc import Mapping
from typing import Literal

from planning.errors import BadStep

PlanState = Literal[
    "draft", "consulting", "approved", "announced", "published", "withdrawn"
]
PlanEvent = Literal["consult", "approve", "announce", "publish", "withdraw", "reopen"]

_STEPS: Mapping[tuple[str, str], PlanState] = {
    ("draft", "consult"): "consulting",
    ("consulting", "approve"): "approved",
    ("approved", "announce"): "announced",
    ("announced", "publish"): "published",
    ("consulting", "reopen"): "draft",
    ("approved", "reopen"): "draft",
    ("announced", "reopen"): "draft",
    ("draft", "withdraw"): "withdrawn",
    ("consulting", "withdraw"): "withdrawn",
    ("approved", "withdraw"): "withdrawn",
    ("announced", "withdraw"): "withdrawn",
}
_TO_PUBLICATION: tuple[PlanEvent, ...] = ("consult", "approve", "announce", "publish")


def next_state(state: str, event: str) -> PlanState:
    """Return the state after an event.

    Raises
    ------
    BadStep
        If the event is not possible in that state.

    Examples
    --------
    >>> next_state("draft", "consult")
    'consulting'
    """
    after = _STEPS.get((state, event))
    if after is None:
        possible = sorted(e for s, e in _STEPS if s == state)
        raise BadStep(
            f"a plan that is {state} cannot {event}; "
            f"possible is {', '.join(possible) or 'nothing more'}"
        )
    return after


def steps_to_publication(state: str) -> list[PlanEvent]:
    """Return the events that lead from a state to publication.

    Raises
    ------
    BadStep
        If there is no way.
    """
    steps: list[PlanEvent] = []
    for event in _TO_PUBLICATION:
        if (state, event) in _STEPS:
            state = next_state(state, event)
            steps.append(event)
    if state != "published" or not steps:
        raise BadStep(f"a plan that is {state} cannot be published")
    return steps
