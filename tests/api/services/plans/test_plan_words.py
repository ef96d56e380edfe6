"""What the command prints of a plan."""

import numpy as np

from api.services.plans.plan_words import plan_lines
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import asking, square_units


def test_oversized_units_are_told_apart_from_the_others_and_heard_of_before():
    load = np.ones(36)
    load[14] = 35.0
    heard: list[float] = []
    plan = make_plan(
        Territory(square_units(6, 6, load)),
        asking(6),
        hear=lambda bound, _: heard.append(bound),
    )
    assert heard == [2.0]
    (line,) = plan_lines(plan.report, "out")
    assert "deviation 200.00 % and 0.00 % with the 1 oversized aside, where" in line
    assert " force 0.00 % (" in line


def test_what_a_redraw_missed_is_forced_or_not():
    units = square_units(4, 4, np.arange(16) % 3 + 1.0)
    previous = make_plan(Territory(units), asking(4)).assignment
    later = units.assign(load=units["load"].mask(units["unit_id"] == "u0000", 40.0))
    before = previous.set_index("unit_id")["grid_id"]
    plan = make_plan(
        Territory(later, previous=before), asking(4, change="free", price_list=(0.05,))
    )
    told, price, _ = plan_lines(plan.report, "out")
    assert told.startswith("redraw, moves weighed against compactness: ")
    assert told.endswith(" % is forced")
    assert price.endswith(" % is forced")
