"""Text from data on its way into a page."""

import html
from typing import Any


def escaped(value: Any) -> str:
    """Return text that is safe in HTML, in attributes and in folium's own templates.

    Folium puts text into JavaScript template literals (backtick, ``${``) and runs the
    result through Jinja (``{{``, ``{%``).

    Examples
    --------
    >>> escaped("<b>`${x}`")
    '&lt;b&gt;&#96;$&#123;x}&#96;'
    """
    text = html.escape(str(value), quote=True)
    return text.replace("`", "&#96;").replace("{", "&#123;")
