"""The life of a plan."""

import pytest

from planning.errors import BadStep
from planning.states import next_state, steps_to_publication


def test_a_draft_needs_four_steps_to_publication():
    assert steps_to_publication("draft") == [
        "consult",
        "approve",
        "announce",
        "publish",
    ]


def test_an_approved_plan_needs_two():
    assert steps_to_publication("approved") == ["announce", "publish"]


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_an_ended_plan_cannot_be_published(state):
    with pytest.raises(BadStep, match="cannot be published"):
        steps_to_publication(state)


def test_a_step_out_of_order_names_what_is_possible():
    with pytest.raises(BadStep, match="possible is approve, reopen, withdraw"):
        next_state("consulting", "publish")
