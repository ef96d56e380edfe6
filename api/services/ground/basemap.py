"""The ground below the map: pictures from where the operator says, blank by default.

Browsers ask this server only. What lies on another one is fetched from here, so that an
intranet needs one way out at the most and the key of 天地图 reaches no browser.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from api.errors import NotFound
from api.services.ground.basemap_sources import Archive, Remote, Sheet
from api.services.remembered import Remembered
from api.settings import Settings
from geo.errors import BadInput

_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?service=WMTS&request=GetTile"
    "&version=1.0.0&layer={layer}&style=default&tilematrixset=w&format=tiles"
    "&tilematrix={{z}}&tilecol={{x}}&tilerow={{y}}&tk={key}"
)
# The ground and its names, from below.
_SHEETS = {"tianditu": ("vec", "cva"), "tianditu-img": ("img", "cia")}
_MOST_BYTES = 64_000_000


class Basemap:
    """The layers of pictures below the map, from below, and a memory of them.

    Parameters
    ----------
    sheets : sequence of Sheet
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._known = Remembered(_MOST_BYTES)

    def __len__(self) -> int:
        return len(self._sheets)

    async def tile(self, layer: int, zoom: int, x: int, y: int) -> bytes:
        """Return a picture; no bytes where there is none.

        Raises
        ------
        NotFound
            If there is no such layer, or no such tile in the world.
        SourceDown
            If its source does not answer.
        """
        if not 0 <= layer < len(self._sheets):
            raise NotFound(f"the basemap has no layer {layer}")
        if not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
            raise NotFound(f"tile {zoom}/{x}/{y} is not of this world")
        name = f"{layer}/{zoom}/{x}/{y}"
        found = self._known.find(name)
        if found is None:
            found = await self._sheets[layer].fetch(zoom, x, y)
            self._known.keep(name, found)
        return found

    async def close(self) -> None:
        """Let go of all sources."""
        for sheet in self._sheets:
            await sheet.close()


def basemap_of(settings: Settings) -> Basemap:
    """Return the basemap of a deployment; one without layers where none is set.

    Raises
    ------
    BadInput
        If a source is not one that we know.
    """
    key = settings.tianditu_key
    sheets: list[Sheet] = []
    for word in (settings.basemap or "").split():
        if word in _SHEETS:
            if key is None:
                raise BadInput(f"XUNGE_BASEMAP: {word} needs XUNGE_TIANDITU_KEY")
            sheets += (
                Remote(_TIANDITU.format(layer=layer, key=key.get_secret_value()))
                for layer in _SHEETS[word]
            )
        elif urlsplit(word).scheme in ("http", "https"):
            sheets.append(Remote(word))
        else:
            sheets.append(Archive(Path(word)))
    return Basemap(sheets)


def tag_of(content: bytes) -> str:
    """Return the tag of a picture for caches."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
