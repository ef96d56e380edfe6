"""Errors of the maps.

::

    XungeError
    └── MapError
        └── UnknownAsset   a page asks for a script, style or picture that is not ours
"""

from geo.errors import XungeError


class MapError(XungeError):
    """A map cannot be drawn as asked."""


class UnknownAsset(MapError):
    """A page asks for a file that is not among the packaged assets."""
