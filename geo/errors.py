"""Errors of the whole project and of the territory.

::

    XungeError
    ├── BadInput          the user gave something that cannot be used
    │   ├── BadCode       a region or grid code that is none
    │   ├── BadFrame      a column is missing, of a wrong type or out of range
    │   ├── BadLayer      a file that cannot be read as the layer it should be
    │   │   └── SeveralLayers  it holds several, and none was named
    │   └── BadDatum      coordinates in a datum that is unknown or not as stated
    ├── BeingChanged      somebody else is changing the same thing at this moment
    ├── UncoveredArea     grids leave a gap or overlap
    └── DatabaseTrouble   the database is missing, too old, not durable or refuses
"""


class XungeError(Exception):
    """Root of every error that a user may read: one clear line."""


class BadInput(XungeError):
    """The user gave something that cannot be used; the text says what to do."""


class BadCode(BadInput):
    """A region or grid code that does not follow its standard."""


class BadFrame(BadInput):
    """A frame lacks a column, or holds a value that no rule admits."""


class BadLayer(BadInput):
    """A file cannot be read as the layer it should be."""


class SeveralLayers(BadLayer):
    """A file holds several layers, `names`, and none of them was named."""

    def __init__(self, file: str, names: list[str]) -> None:
        have = ", ".join(names) or "none"
        super().__init__(f"{file}: say which layer; it has {have}")
        self.names = names


class BadDatum(BadInput):
    """Coordinates are in a datum that is unknown, or not in the stated one."""


class BeingChanged(XungeError):
    """Somebody else is changing the same thing at this moment."""


class UncoveredArea(XungeError):
    """Grids leave a gap in their territory, or overlap."""


class DatabaseTrouble(XungeError):
    """The database is missing, too old, not durable, or refuses."""
