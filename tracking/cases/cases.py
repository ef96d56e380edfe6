"""The life of a case (hazard 隐患, emergency, dispute, request) as a state machine.

The machine is data: `TRANSITIONS` says where an event leads, `RULES` who may cause it
and what it needs. Two promises hold for every sequence of events: nobody who handled a
case verifies or closes it, and no case is closed without a photo of the result or a
check at the place. States follow the union of GB/T 30428.8's words, the city rule and
the towns that the product serves (DOMAIN.md 2.3).
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracking.cases.roles import Role
from tracking.errors import EventIncomplete, EventNotAllowed, NotYourEvent
from tracking.wording import says_something


class CaseState(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SELF_HANDLED = "self_handled"
    FILED = "filed"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    HANDLING = "handling"
    HANDLED = "handled"
    VERIFYING = "verifying"
    REWORK = "rework"
    CLOSED = "closed"
    EXTENSION = "extension"
    SUSPENDED = "suspended"
    REOPENED = "reopened"
    CALLED_BACK = "called_back"
    RATED = "rated"
    ARCHIVED = "archived"


class CaseEvent(StrEnum):
    """What somebody does to a case."""

    REPORT = "report"
    ACCEPT = "accept"
    REJECT = "reject"
    SELF_HANDLE = "self_handle"
    FILE = "file"
    DISPATCH = "dispatch"
    RETURN = "return"
    HANDLE = "handle"
    FEED_BACK = "feed_back"
    VERIFY = "verify"
    REWORK = "rework"
    CLOSE = "close"
    EXTEND = "extend"
    GRANT = "grant"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    REOPEN = "reopen"
    CALL_BACK = "call_back"
    RATE = "rate"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Facts:
    """What the guards of one event read.

    Parameters
    ----------
    actor : hashable
        Who causes the event.
    role : Role
        The actor's role.
    handler : hashable or None
        To whom the case is dispatched now.
    handlers : frozenset
        Everyone who ever handled it, see `handlers_of`.
    note : str
        The reason given.
    assignee : hashable or None
        To whom a ``dispatch`` sends it.
    has_proof : bool
        Whether a photo of the result or a check at the place exists.
    """

    actor: Hashable
    role: Role
    handler: Hashable | None = None
    handlers: frozenset[Hashable] = frozenset()
    note: str = ""
    assignee: Hashable | None = None
    has_proof: bool = False


@dataclass(frozen=True)
class Rule:
    """Who may cause an event, and what it needs."""

    roles: frozenset[Role]
    needs_reason: bool = False
    needs_assignee: bool = False
    needs_proof: bool = False
    by_handler: bool = False
    never_by_handler: bool = False


_S, _E = CaseState, CaseEvent
_EVERYONE = frozenset(Role) - {Role.AUDITOR}
_DESK = frozenset({Role.DUTY_DESK, Role.ADMIN})
_OVERSEERS = _DESK | {Role.SUPERVISOR}
_HANDS = frozenset({Role.HANDLER, Role.WORKER, Role.DUTY_DESK, Role.SUPERVISOR})

RULES: Mapping[CaseEvent, Rule] = {
    _E.REPORT: Rule(_EVERYONE),
    _E.ACCEPT: Rule(_DESK),
    _E.REJECT: Rule(_DESK, needs_reason=True),
    _E.SELF_HANDLE: Rule(_HANDS),
    _E.FILE: Rule(_DESK),
    _E.DISPATCH: Rule(_DESK, needs_assignee=True),
    _E.RETURN: Rule(_HANDS, needs_reason=True, by_handler=True),
    _E.HANDLE: Rule(_HANDS, by_handler=True),
    _E.FEED_BACK: Rule(_HANDS, by_handler=True),
    _E.VERIFY: Rule(_OVERSEERS | {Role.WORKER}, never_by_handler=True),
    _E.REWORK: Rule(
        _OVERSEERS | {Role.WORKER}, needs_reason=True, never_by_handler=True
    ),
    _E.CLOSE: Rule(_OVERSEERS, needs_proof=True, never_by_handler=True),
    _E.EXTEND: Rule(_HANDS, needs_reason=True, by_handler=True),
    _E.GRANT: Rule(_OVERSEERS, never_by_handler=True),
    _E.REFUSE: Rule(_OVERSEERS, never_by_handler=True),
    _E.SUSPEND: Rule(_OVERSEERS, needs_reason=True),
    _E.RESUME: Rule(_OVERSEERS),
    _E.REOPEN: Rule(_OVERSEERS, needs_reason=True),
    _E.CALL_BACK: Rule(_OVERSEERS),
    _E.RATE: Rule(_EVERYONE, never_by_handler=True),
    _E.ARCHIVE: Rule(_DESK),
}

# Filing (立案) may be skipped: a town's desk often accepts and dispatches at once.
# A suspended case comes back as filed and is dispatched afresh.
TRANSITIONS: Mapping[tuple[CaseState, CaseEvent], CaseState] = {
    (_S.REPORTED, _E.ACCEPT): _S.ACCEPTED,
    (_S.REPORTED, _E.REJECT): _S.REJECTED,
    (_S.REPORTED, _E.SELF_HANDLE): _S.SELF_HANDLED,
    (_S.ACCEPTED, _E.REJECT): _S.REJECTED,
    (_S.ACCEPTED, _E.SELF_HANDLE): _S.SELF_HANDLED,
    (_S.ACCEPTED, _E.FILE): _S.FILED,
    (_S.ACCEPTED, _E.DISPATCH): _S.DISPATCHED,
    (_S.FILED, _E.DISPATCH): _S.DISPATCHED,
    (_S.FILED, _E.SUSPEND): _S.SUSPENDED,
    (_S.DISPATCHED, _E.RETURN): _S.RETURNED,
    (_S.DISPATCHED, _E.HANDLE): _S.HANDLING,
    (_S.DISPATCHED, _E.SUSPEND): _S.SUSPENDED,
    (_S.RETURNED, _E.DISPATCH): _S.DISPATCHED,
    (_S.RETURNED, _E.REJECT): _S.REJECTED,
    (_S.HANDLING, _E.FEED_BACK): _S.HANDLED,
    (_S.HANDLING, _E.EXTEND): _S.EXTENSION,
    (_S.HANDLING, _E.SUSPEND): _S.SUSPENDED,
    (_S.EXTENSION, _E.GRANT): _S.HANDLING,
    (_S.EXTENSION, _E.REFUSE): _S.HANDLING,
    (_S.SUSPENDED, _E.RESUME): _S.FILED,
    (_S.SELF_HANDLED, _E.VERIFY): _S.VERIFYING,
    (_S.HANDLED, _E.VERIFY): _S.VERIFYING,
    (_S.VERIFYING, _E.CLOSE): _S.CLOSED,
    (_S.VERIFYING, _E.REWORK): _S.REWORK,
    (_S.REWORK, _E.DISPATCH): _S.DISPATCHED,
    (_S.CLOSED, _E.CALL_BACK): _S.CALLED_BACK,
    (_S.CLOSED, _E.RATE): _S.RATED,
    (_S.CALLED_BACK, _E.RATE): _S.RATED,
    (_S.CLOSED, _E.REOPEN): _S.REOPENED,
    (_S.CALLED_BACK, _E.REOPEN): _S.REOPENED,
    (_S.RATED, _E.REOPEN): _S.REOPENED,
    (_S.REJECTED, _E.REOPEN): _S.REOPENED,
    (_S.REOPENED, _E.DISPATCH): _S.DISPATCHED,
    (_S.CLOSED, _E.ARCHIVE): _S.ARCHIVED,
    (_S.CALLED_BACK, _E.ARCHIVE): _S.ARCHIVED,
    (_S.RATED, _E.ARCHIVE): _S.ARCHIVED,
    (_S.REJECTED, _E.ARCHIVE): _S.ARCHIVED,
}
_HANDLES = frozenset({_E.HANDLE, _E.FEED_BACK, _E.SELF_HANDLE})


def advance(state: CaseState, event: CaseEvent, facts: Facts) -> CaseState:
    """Return the state that an event leads to.

    Raises
    ------
    EventNotAllowed
        If the state does not know the event.
    NotYourEvent
        If the role, or having handled the case, bars the actor.
    EventIncomplete
        If a reason, an assignee or the proof of the result is missing.

    Examples
    --------
    >>> advance(CaseState.REPORTED, CaseEvent.ACCEPT, Facts("a", Role.DUTY_DESK))
    <CaseState.ACCEPTED: 'accepted'>
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        known = ", ".join(sorted({e for s, e in TRANSITIONS if s == state})) or "none"
        raise EventNotAllowed(
            f"event {event} is not possible in state {state}; possible: {known}"
        )
    bar = _bar(event, facts)
    if bar:
        raise NotYourEvent(f"event {event} is {bar}")
    _check_content(event, facts)
    return following


def events_for(state: CaseState, facts: Facts) -> tuple[CaseEvent, ...]:
    """Return the events that this very person may cause, in the order of `CaseEvent`.

    Of `facts` only who acts and who handled the case is read.
    """
    known = (event for event in CaseEvent if (state, event) in TRANSITIONS)
    return tuple(event for event in known if not _bar(event, facts))


def replay(events: Iterable[CaseEvent]) -> CaseState:
    """Return the state that a history leads to, from its ``report`` on.

    Raises
    ------
    EventNotAllowed
        If the history is empty, does not begin with a report or breaks off the path.
    """
    state: CaseState | None = None
    for event in events:
        following = (
            (_S.REPORTED if event == _E.REPORT else None)
            if state is None
            else TRANSITIONS.get((state, event))
        )
        if following is None:
            raise EventNotAllowed(f"history breaks: event {event} after state {state}")
        state = following
    if state is None:
        raise EventNotAllowed("history is empty; it begins with a report")
    return state


def handlers_of(
    history: Iterable[tuple[CaseEvent, Hashable]],
) -> frozenset[Hashable]:
    """Return everyone who ever handled the case, from (event, actor) pairs."""
    return frozenset(actor for event, actor in history if event in _HANDLES)


def _bar(event: CaseEvent, facts: Facts) -> str:
    """Return what bars the actor from an event, or nothing."""
    rule = RULES[event]
    if facts.role not in rule.roles:
        return f"not for the role {facts.role}"
    if rule.by_handler and facts.actor != facts.handler:
        return "only for the handler of the case"
    handled = facts.actor == facts.handler or facts.actor in facts.handlers
    if rule.never_by_handler and handled:
        return "never for who handled the case"
    return ""


def _check_content(event: CaseEvent, facts: Facts) -> None:
    rule = RULES[event]
    if rule.needs_reason and not says_something(facts.note):
        raise EventIncomplete(f"event {event} needs a reason in note")
    if rule.needs_assignee and facts.assignee is None:
        raise EventIncomplete(f"event {event} needs handler_id")
    if rule.needs_proof and not facts.has_proof:
        raise EventIncomplete(
            f"event {event} needs a photo of the result or a check at the place"
        )
