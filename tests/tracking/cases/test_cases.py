"""The promises of the case machine hold for every sequence of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.cases.cases import (
    RULES,
    TRANSITIONS,
    CaseEvent,
    CaseState,
    Facts,
    advance,
    events_for,
    handlers_of,
    replay,
)
from tracking.cases.roles import ROLE_NAMES, Role
from tracking.errors import (
    CaseError,
    EventIncomplete,
    EventNotAllowed,
    NotYourEvent,
)

S, E = CaseState, CaseEvent
PEOPLE = {
    "worker": Role.WORKER,
    "desk": Role.DUTY_DESK,
    "hand": Role.HANDLER,
    "boss": Role.SUPERVISOR,
    "desk2": Role.DUTY_DESK,
    "spy": Role.AUDITOR,
}
# Numbers pick among the events that the state knows and the people whose role or
# assignment fits, so that walks get far; the guards about who handled stay untouched.
STEPS = st.tuples(
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from(sorted(PEOPLE)),
    st.sampled_from([True, True, False]),
    st.sampled_from(["理由", "理由", " "]),
)
PATH = [
    (E.ACCEPT, "desk"),
    (E.DISPATCH, "desk"),
    (E.HANDLE, "hand"),
    (E.FEED_BACK, "hand"),
    (E.VERIFY, "worker"),
    (E.CLOSE, "boss"),
]


class Walk:
    """One case that keeps its history, as the service does."""

    def __init__(self):
        self.state = S.REPORTED
        self.handler = None
        self.history = [(E.REPORT, "worker")]

    def facts(self, actor, assignee=None, proof=True, note="理由"):
        handlers = handlers_of(self.history)
        return Facts(
            actor, PEOPLE[actor], self.handler, handlers, note, assignee, proof
        )

    def step(self, event, actor, assignee="hand", proof=True, note="理由"):
        facts = self.facts(actor, assignee, proof, note)
        self.state = advance(self.state, event, facts)
        self.history.append((event, actor))
        if event == E.DISPATCH:
            self.handler = assignee


def tried(steps):
    walk = Walk()
    for which, who, assignee, proof, note in steps:
        possible = [event for state, event in TRANSITIONS if state == walk.state]
        if not possible:
            return
        event = possible[which % len(possible)]
        actor = fitting(event, walk.handler, who)
        try:
            walk.step(event, actor, assignee, proof, note)
        except CaseError:
            continue
        yield walk, actor, proof


def fitting(event, handler, who):
    if RULES[event].by_handler:
        return handler
    names = [name for name, role in PEOPLE.items() if role in RULES[event].roles]
    return names[who % len(names)]


@given(st.lists(STEPS, max_size=120))
def test_no_sequence_closes_a_case_without_another_verifier_and_proof(steps):
    for walk, actor, proof in tried(steps):
        if walk.history[-1][0] != E.CLOSE:
            continue
        handlers = handlers_of(walk.history)
        verifier = next(who for what, who in walk.history[::-1] if what == E.VERIFY)
        assert handlers
        assert actor not in handlers
        assert verifier not in handlers
        assert proof


@given(
    st.lists(st.sampled_from(range(len(PATH))), max_size=12),
    st.sampled_from(sorted(PEOPLE)),
)
def test_nobody_who_handled_closes_on_the_plain_path(order, stranger):
    walk = Walk()
    for index in order:
        event, actor = PATH[index]
        for name in (stranger, actor):
            try:
                walk.step(event, name, stranger)
            except CaseError:
                continue
            if event == E.CLOSE:
                assert name not in handlers_of(walk.history)


@given(st.lists(STEPS, max_size=120))
def test_replaying_the_history_gives_the_state(steps):
    for walk, _, _ in tried(steps):
        assert replay(event for event, _ in walk.history) == walk.state


def test_the_plain_path_ends_closed():
    walk = Walk()
    for event, actor in PATH:
        walk.step(event, actor)
    assert walk.state == S.CLOSED


@pytest.mark.parametrize("event", [E.VERIFY, E.CLOSE, E.REWORK])
def test_the_handler_never_verifies(event):
    state = next(s for s, e in TRANSITIONS if e == event)
    for role in Role:
        facts = Facts("h", role, handlers=frozenset({"h"}), note="x", has_proof=True)
        with pytest.raises(NotYourEvent):
            advance(state, event, facts)


def test_an_earlier_handler_stays_barred_after_rework():
    walk = Walk()
    for event, actor in PATH[:5]:
        walk.step(event, actor)
    walk.step(E.REWORK, "worker")
    walk.step(E.DISPATCH, "desk", assignee="boss")
    walk.step(E.HANDLE, "boss")
    walk.step(E.FEED_BACK, "boss")
    with pytest.raises(NotYourEvent):
        walk.step(E.VERIFY, "boss")


def test_closing_needs_a_photo_or_a_place_check():
    facts = Facts("boss", Role.SUPERVISOR, handlers=frozenset({"hand"}))
    with pytest.raises(EventIncomplete, match="photo"):
        advance(S.VERIFYING, E.CLOSE, facts)


@pytest.mark.parametrize("event", [E.RETURN, E.REJECT, E.EXTEND, E.SUSPEND, E.REOPEN])
@pytest.mark.parametrize("note", ["", "  \n", "\u200b", "……"])
def test_some_events_need_a_reason(event, note):
    state = next(s for s, e in TRANSITIONS if e == event)
    role = sorted(RULES[event].roles)[0]
    with pytest.raises(EventIncomplete, match="reason"):
        advance(state, event, Facts("h", role, handler="h", note=note))


def test_dispatching_needs_an_assignee():
    with pytest.raises(EventIncomplete, match="handler_id"):
        advance(S.ACCEPTED, E.DISPATCH, Facts("d", Role.DUTY_DESK))


def test_only_the_assigned_handler_handles():
    with pytest.raises(NotYourEvent):
        advance(S.DISPATCHED, E.HANDLE, Facts("x", Role.HANDLER, handler="y"))


def test_an_event_out_of_order_names_what_is_possible():
    with pytest.raises(EventNotAllowed, match="accept, reject, self_handle"):
        advance(S.REPORTED, E.CLOSE, Facts("d", Role.DUTY_DESK))


def test_every_state_can_be_reached_and_only_the_archive_is_final():
    reached = {S.REPORTED} | set(TRANSITIONS.values())
    left = {state for state, _ in TRANSITIONS}
    assert reached == set(S)
    assert set(S) - left == {S.ARCHIVED}


def test_every_event_has_a_rule_and_some_role():
    assert set(RULES) == set(E)
    assert all(rule.roles for rule in RULES.values())


def test_an_auditor_may_do_nothing():
    facts = Facts("a", Role.AUDITOR)
    assert all(events_for(state, facts) == () for state in S)


def test_the_desk_may_accept_a_report():
    assert E.ACCEPT in events_for(S.REPORTED, Facts("d", Role.DUTY_DESK))
    assert E.ACCEPT not in events_for(S.REPORTED, Facts("w", Role.WORKER))


def test_who_handled_a_case_is_not_offered_to_verify_it():
    own = Facts("w", Role.WORKER, handler="w")
    assert E.VERIFY not in events_for(S.HANDLED, own)
    assert E.VERIFY in events_for(S.HANDLED, Facts("x", Role.WORKER, handler="w"))
    assert events_for(S.DISPATCHED, own) == (E.RETURN, E.HANDLE)


def test_a_broken_history_is_refused():
    with pytest.raises(EventNotAllowed, match="begins with a report"):
        replay([])
    with pytest.raises(EventNotAllowed, match="after state reported"):
        replay([E.REPORT, E.CLOSE])


def test_every_role_has_a_chinese_name():
    assert set(ROLE_NAMES) == set(Role)
