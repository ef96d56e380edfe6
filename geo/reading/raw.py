"""What the readers of the single formats hand back, before any CRS is settled."""

from dataclasses import dataclass

import geopandas as gpd


@dataclass(frozen=True)
class Raw:
    """A file as it stands.

    Attributes
    ----------
    frame : GeoDataFrame
        Coordinates as in the file; ``frame.crs`` is what the file says, or None.
    driver : str
    layer_name : str
    encoding : str
    notes : tuple of str
        What a person should know: which encoding and why, what was left out.
    is_xy_guessed : bool
        The coordinates come from columns called x and y, whose order is a habit.
    """

    frame: gpd.GeoDataFrame
    driver: str
    layer_name: str = ""
    encoding: str = "UTF-8"
    notes: tuple[str, ...] = ()
    is_xy_guessed: bool = False
