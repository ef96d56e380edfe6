"""The layers that can be loaded, and what each of them must be."""

from dataclasses import dataclass
from typing import Literal

from geo.codes import Level
from geo.errors import BadLayer

TableName = Literal["regions", "settlements", "sites", "lines"]


@dataclass(frozen=True)
class LayerSpec:
    """One kind of layer.

    Attributes
    ----------
    name : str
        As the user says it.
    table : str
    shapes : tuple of str
        Kinds of geometry that it may have.
    kind : str or None
        Kind of a site or line; None where the file's own column says it.
    level : str or None
        Level of a region; None where the number of digits says it.
    is_exclusive : bool
        Each area becomes a grid of its own.
    """

    name: str
    table: TableName
    shapes: tuple[str, ...]
    kind: str | None = None
    level: Level | None = None
    is_exclusive: bool = False


_AREA, _POINT, _LINE, _PLACE = ("area",), ("point",), ("line",), ("point", "area")

LAYERS: dict[str, LayerSpec] = {
    spec.name: spec
    for spec in (
        LayerSpec("regions", "regions", _AREA),
        LayerSpec("county", "regions", _AREA, level="county"),
        LayerSpec("towns", "regions", _AREA, level="town"),
        LayerSpec("villages", "regions", _AREA, level="village"),
        LayerSpec("settlements", "settlements", _POINT),
        LayerSpec("sites", "sites", _PLACE),
        LayerSpec("mine_openings", "sites", _PLACE, kind="mine_opening"),
        LayerSpec("venues", "sites", _PLACE, kind="venue"),
        LayerSpec("schools", "sites", _PLACE, kind="school"),
        LayerSpec("enterprises", "sites", _PLACE, kind="enterprise"),
        LayerSpec("service_stations", "sites", _PLACE, kind="service_station"),
        LayerSpec(
            "exclusive_areas", "sites", _AREA, kind="exclusive_area", is_exclusive=True
        ),
        LayerSpec("rivers", "lines", _LINE, kind="river"),
        LayerSpec("roads", "lines", _LINE, kind="road"),
        LayerSpec("ridges", "lines", _LINE, kind="ridge"),
    )
}
# Other words for the same, as files are called.
_ALIASES = {
    "mines": "mine_openings",
    "exclusive_sites": "exclusive_areas",
    "blocks": "settlements",
    "natural_villages": "settlements",
    "admin_villages": "villages",
    "counties": "county",
}


def layer_spec(name: str) -> LayerSpec:
    """Return the layer of a name; singular, plural and usual file names are known.

    Raises
    ------
    BadLayer
        If there is none.
    """
    plain = name.strip().lower().replace("-", "_")
    for form in (plain, plain + "s", plain.removesuffix("y") + "ies"):
        if (known := _ALIASES.get(form, form)) in LAYERS:
            return LAYERS[known]
    raise BadLayer(f"layer {name!r} is unknown; use one of {', '.join(LAYERS)}")
