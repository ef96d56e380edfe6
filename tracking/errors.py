"""Errors of tracking.

::

    XungeError
    └── TrackingError
        └── CaseError             an event that a case cannot take
            ├── EventNotAllowed   its state does not know the event
            ├── NotYourEvent      the actor may not cause it
            └── EventIncomplete   a reason, an assignee or a proof is missing
"""

from geo.errors import XungeError


class TrackingError(XungeError):
    """Root of the errors of tracking."""


class CaseError(TrackingError):
    """An event that a case cannot take."""


class EventNotAllowed(CaseError):
    """The state of the case does not know the event."""


class NotYourEvent(CaseError):
    """The actor may not cause the event."""


class EventIncomplete(CaseError):
    """A reason, an assignee or a proof is missing."""
