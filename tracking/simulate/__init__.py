"""A simulator of people with phones: for tests, demos and the feasibility of a rule.

A `Trace` is where a body truly was, second by second; a `Phone` turns it into fixes
with correlated error, losses and late uploads. Everything random comes from the `rng`
that is handed in, so the same generator state gives the same fixes.
"""

from tracking.simulate.days import Habits, honest_day, workforce_day
from tracking.simulate.fakes import replayed, synthetic, with_mock_flag
from tracking.simulate.phones import Phone, record
from tracking.simulate.traces import Trace, Walker

__all__ = [
    "Habits",
    "Phone",
    "Trace",
    "Walker",
    "honest_day",
    "record",
    "replayed",
    "synthetic",
    "with_mock_flag",
    "workforce_day",
]
