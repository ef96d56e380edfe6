"""Errors of tracking.

::

    XungeError
    ├── TrackingError
    │   ├── BadPacking            a packed row that cannot be read
    │   ├── TooManyFixes          one request holds more than we take
    │   ├── NotAppealable         of what is not one's own
    │   │   ├── AppealTooLate     the days of the appeal are over
    │   │   ├── AppealOpen        the one before awaits its answer
    │   │   └── NothingToAppeal   the window counts, or is excused
    │   ├── DecisionRefused       who decides is the same person, or signs nothing
    │   ├── RecordOnly            a rule without a basis never feeds a pay sheet
    │   └── CaseError             an event that a case cannot take
    │       ├── EventNotAllowed   its state does not know the event
    │       ├── NotYourEvent      the actor may not cause it
    │       └── EventIncomplete   a reason, an assignee or a proof is missing
    └── BadInput
        ├── BadPositions          a row of positions that cannot be read
        ├── BadRoster             an assignment, calendar entry or checkpoint
        └── BadRule               a rules file, or a threshold no rule admits

Bad GPS is no error: a fix that cannot be used is data, and the verdict says why.
"""

from geo.errors import BadInput, XungeError


class TrackingError(XungeError):
    """Root of the errors of tracking."""


class BadPacking(TrackingError):
    """A packed row of fixes is of an unknown version, or broken."""


class TooManyFixes(TrackingError):
    """One request holds more fixes than we take; the phone shall send fewer."""


class NotAppealable(TrackingError):
    """An appeal that cannot be: its kinds say why."""


class AppealTooLate(NotAppealable):
    """The days in which the window could be appealed are over."""


class AppealOpen(NotAppealable):
    """The window was appealed, and nobody has answered yet."""


class NothingToAppeal(NotAppealable):
    """The window stands as verified or excused already."""


class DecisionRefused(TrackingError):
    """The actor may not decide, or gives no reason or signature."""


class RecordOnly(TrackingError):
    """Nothing was judged by a rule with a basis, so there is nothing to pay by."""


class CaseError(TrackingError):
    """An event that a case cannot take."""


class EventNotAllowed(CaseError):
    """The state of the case does not know the event."""


class NotYourEvent(CaseError):
    """The actor may not cause the event."""


class EventIncomplete(CaseError):
    """A reason, an assignee or a proof is missing."""


class BadPositions(TrackingError, BadInput):
    """A row of a positions table cannot be read; the text names row and column."""


class BadRoster(TrackingError, BadInput):
    """An assignment, calendar entry or checkpoint cannot be used."""


class BadRule(TrackingError, BadInput):
    """A rules file, or one of its thresholds, cannot be used."""
