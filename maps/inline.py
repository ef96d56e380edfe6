"""Make a page that needs nothing but itself: every script, style and picture inside.

Each ``<script src>`` and ``<link href>`` is replaced by the file of that name below
``maps/assets``; each ``url()`` of a style sheet becomes a ``data:`` URI. A name that is
not there is an error, so that no page ever reaches for another host unnoticed.
"""

import base64
import mimetypes
import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from maps.errors import UnknownAsset

_SCRIPT = re.compile(r"<script\b[^>]*\bsrc=[\"']([^\"']*)[\"'][^>]*>\s*</script>", re.I)
_LINK = re.compile(r"<link\b[^>]*\bhref=[\"']([^\"']*)[\"'][^>]*>", re.I)
_CSS_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")


def inline_assets(page: str) -> str:
    """Return an HTML page with every script and style sheet written into it.

    Parameters
    ----------
    page : str
        HTML whose scripts and links name files of ``maps/assets``, for example
        ``leaflet/leaflet.js``.

    Raises
    ------
    UnknownAsset
        If the page, or one of its style sheets, names anything else.

    Examples
    --------
    >>> inline_assets('<script src="https://cdn.example/x.js"></script>')
    Traceback (most recent call last):
    ...
    maps.errors.UnknownAsset: asset 'https://cdn.example/x.js' is not in maps/assets; \
pages may load nothing else
    """
    page = _SCRIPT.sub(lambda found: _script(found.group(1)), page)
    return _LINK.sub(lambda found: _style(found.group(1)), page)


def _script(name: str) -> str:
    # A closing tag inside a string would end the script for the HTML parser.
    code = _asset(name).read_text("utf-8").replace("</script", r"<\/script")
    return f"<script>{code}</script>"


def _style(name: str) -> str:
    folder = PurePosixPath(name).parent
    css = _CSS_URL.sub(
        lambda found: _css_url(folder, found.group(1)), _asset(name).read_text("utf-8")
    )
    return f"<style>{css}</style>"


def _css_url(folder: PurePosixPath, target: str) -> str:
    if target.startswith(("data:", "#")):
        return f"url({target})"
    name = str(folder / target)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = base64.b64encode(_asset(name).read_bytes()).decode("ascii")
    return f"url(data:{kind};base64,{content})"


def _asset(name: str) -> Traversable:
    parts = PurePosixPath(name).parts
    inside = ":" not in name and not name.startswith("/") and ".." not in parts
    found = resources.files("maps").joinpath("assets", *parts) if inside else None
    if found is None or not found.is_file():
        raise UnknownAsset(
            f"asset {name!r} is not in maps/assets; pages may load nothing else"
        )
    return found
