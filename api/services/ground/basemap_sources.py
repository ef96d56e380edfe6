"""Where pictures of the ground come from: a PMTiles file, or a server of tiles."""

import asyncio
import re
from pathlib import Path
from typing import Protocol

import httpx
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import TileType

from api.errors import SourceDown
from geo.errors import BadInput

_SERVERS = 8
_PICTURES = (TileType.PNG, TileType.JPEG, TileType.WEBP)
_MOST_TILE_BYTES = 2_000_000
_TIMEOUT_S = 10.0
# The rest waits, so that a slow source costs patience only.
_AT_ONCE = 16


class Sheet(Protocol):
    """Where the tiles of one layer come from."""

    async def fetch(self, zoom: int, x: int, y: int) -> bytes:
        """Return a picture; no bytes where the source has none."""

    async def close(self) -> None:
        """Let go of what is open."""


class Archive:
    """A PMTiles file of pictures.

    Raises
    ------
    BadInput
        If it is not there, no PMTiles file, or one of vectors.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._reader = Reader(MmapSource(file))
            kind = self._reader.header()["tile_type"]
        # The library raises what its parser stumbles on.
        except Exception as error:
            raise BadInput(f"XUNGE_BASEMAP: {path} is no PMTiles file") from error
        if kind not in _PICTURES:
            raise BadInput(
                f"XUNGE_BASEMAP: {path} holds {kind.name} tiles; make one of PNG, "
                "JPEG or WebP pictures"
            )

    async def fetch(self, zoom: int, x: int, y: int) -> bytes:
        """Return a picture; no bytes where the file has none."""
        return await asyncio.to_thread(self._reader.get, zoom, x, y) or b""

    async def close(self) -> None:
        """Do nothing: the mapping goes with this object."""


class Remote:
    """A server of tiles, asked with few requests at a time.

    Parameters
    ----------
    template : str
        Its address, with ``{z}``, ``{x}`` and ``{y}``, and ``{s}`` where eight servers
        share the work.

    Raises
    ------
    BadInput
        If the address lacks one of them, or has another.
    """

    def __init__(self, template: str) -> None:
        self._template = _checked(template)
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._client: httpx.AsyncClient | None = None

    async def fetch(self, zoom: int, x: int, y: int) -> bytes:
        """Return a picture; no bytes where the server has none.

        Raises
        ------
        SourceDown
            If the server does not answer, or not with a picture.
        """
        client = self._client = self._client or httpx.AsyncClient(timeout=_TIMEOUT_S)
        url = self._template.format(z=zoom, x=x, y=y, s=(x + y) % _SERVERS)
        try:
            async with self._turn, client.stream("GET", url) as answer:
                if answer.status_code in (204, 404):
                    return b""
                content = await _read(answer)
        # Its words may name the address, and that may hold a key.
        except httpx.HTTPError:
            raise SourceDown("the source of the basemap does not answer") from None
        if answer.status_code != 200 or picture_type(content) is None:
            raise SourceDown(f"the source of the basemap answers {answer.status_code}")
        return content

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


def picture_type(content: bytes) -> str | None:
    """Return the media type of a picture by its first bytes, None if it is none."""
    if content.startswith(b"\x89PNG\r\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def _checked(word: str) -> str:
    names = set(re.findall(r"\{(.*?)\}", word))
    if not {"z", "x", "y"} <= names <= {"z", "x", "y", "s"}:
        raise BadInput(
            "XUNGE_BASEMAP: the address of a server needs {z}, {x} and {y}, and no "
            "other braces but {s}"
        )
    return word


async def _read(answer: httpx.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > _MOST_TILE_BYTES:
            raise SourceDown("the source of the basemap answers with too much")
    return content
