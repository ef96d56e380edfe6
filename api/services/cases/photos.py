"""Photos of a case: decoded, re-encoded, on the disk before they are acknowledged.

What is stored is never what was sent: the picture is decoded and encoded anew, so that
no position or serial number of a phone (EXIF) and nothing hidden behind the picture
survives. The file gets a random name, is flushed to the disk and read back before its
row is written; a row therefore always has its file. A file without a row is what a
failed commit leaves and may be swept.
"""

import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from api.errors import BadPhoto

MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
# A JPEG has no more on a side.
MAX_SIDE = 65_500
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 85


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: JPEG bytes without metadata."""

    jpeg: bytes
    width_px: int
    height_px: int

    @property
    def sha256(self) -> bytes:
        """Return the hash of the bytes that are kept."""
        return sha256(self.jpeg).digest()


def reencode(raw: bytes) -> Picture:
    """Return the picture in `raw` as a JPEG without metadata, upright.

    Raises
    ------
    BadPhoto
        If it is no JPEG, PNG or WebP, is broken, or has more than 50 million pixels
        or 65,500 on a side.
    """
    try:
        with Image.open(BytesIO(raw), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise BadPhoto(f"more than {MAX_PIXELS} pixels")
            if max(opened.size) > MAX_SIDE:
                raise BadPhoto(f"a side of more than {MAX_SIDE} pixels")
            upright = _flattened(ImageOps.exif_transpose(opened))
    # Decoders of hostile bytes raise what they like; each means the same here.
    except Exception as error:
        raise BadPhoto("not a picture that can be decoded") from error
    out = BytesIO()
    upright.save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue(), upright.width, upright.height)


def store_file(photo_dir: Path, picture: Picture) -> str:
    """Write a picture under a random name and return its path inside `photo_dir`."""
    return store_bytes(photo_dir, picture.jpeg, "jpg")


def store_bytes(folder: Path, content: bytes, ending: str) -> str:
    """Write a file under a random name and return its path inside `folder`.

    Raises
    ------
    OSError
        If the disk does not keep what was written.
    """
    name = secrets.token_hex(16)
    relative = f"{name[:2]}/{name}.{ending}"
    target = folder / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with part.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if sha256(part.read_bytes()).digest() != sha256(content).digest():
        raise OSError("the disk gave back other bytes than were written")
    part.rename(target)
    _sync_folder(target.parent)
    _sync_folder(folder)
    return relative


def read_file(photo_dir: Path, relative: str) -> bytes:
    """Return a stored picture; `relative` comes from the database, never a request."""
    return (photo_dir / relative).read_bytes()


def _flattened(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    over = image.convert("RGBA")
    paper = Image.new("RGBA", over.size, "white")
    return Image.alpha_composite(paper, over).convert("RGB")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
