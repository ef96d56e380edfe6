"""Errors of the planner.

::

    BadInput
    └── PlanError            a plan that cannot be made from this input
        ├── BadUnits         units that overlap, lack a load, share an id
        ├── BadQuota         more grids asked for than can exist, or fewer than needed
        ├── BadLock          a lock or previous plan that contradicts the request
        ├── BadWeights       weights of a workload, or observations to fit them to
        ├── BadEdit          an edit that names what is not there, or is locked
        └── BadStep          a step that a plan's state does not allow
"""

from geo.errors import BadInput


class PlanError(BadInput):
    """A plan cannot be made from this input; the text says what would work."""


class BadUnits(PlanError):
    """Units overlap, lack a load, share an id or lie nowhere."""


class BadQuota(PlanError):
    """The number of grids cannot be met; the text names the nearest that can."""


class BadLock(PlanError):
    """A lock or a previous plan contradicts the request."""


class BadWeights(PlanError):
    """Weights or observations of a workload cannot be used."""


class BadEdit(PlanError):
    """An edit names what is not there, is locked, or cannot be done."""


class BadStep(PlanError):
    """A plan's state does not allow this step."""
