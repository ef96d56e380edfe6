"""Texts that would run, break out of a page or become a formula, if anybody let them.

Each calls ``x()`` when it runs, which the pages of the tests count. Short, because most
fields take 40 to 100 characters.
"""

PAYLOADS: dict[str, str] = {
    # Elements and their events.
    "script": "<script>x()</script>",
    "script that ends another": "</script><script>x()</script>",
    "image": "<img src=x onerror=x()>",
    "image without spaces": "<img/src=x/onerror=x()>",
    "image out of an attribute": '"><img src=x onerror=x()>',
    "image out of a single quote": "'><img src=x onerror=x()>",
    "attribute": '" onmouseover="x()" autofocus onfocus="x()',
    "drawing": "<svg onload=x()>",
    "script of a drawing": "<svg><script>x()</script></svg>",
    "animation": "<svg><animate onbegin=x() attributeName=x dur=1s>",
    "frame": '<iframe srcdoc="<script>parent.x()</script>">',
    "frame of an address": "<iframe src=javascript:parent.x()>",
    "details": "<details open ontoggle=x()>",
    "field in focus": "<input autofocus onfocus=x()>",
    "link": '<a href="javascript:x()">点我</a>',
    "bare link": "javascript:x()",
    "end of a title": "</title></style><script>x()</script>",
    "comment": "--><img src=x onerror=x()><!--",
    "mathematics": "<math><mtext></form><form><mglyph><style></math>"
    "<img src=x onerror=x()>",
    "in capitals, in tabs": "<IMG\tSRC=x\nONERROR=x()>",
    # Templates.
    "template braces": "{{constructor.constructor('x()')()}}",
    "template literal": "`${x()}`",
    "words of a message": "{name} @:app.name | {0} @.lower:x",
    # Formulas.
    "formula": "=HYPERLINK(x())",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)",
    "formula after a tab": "\t=1+1",
    "formula in full width": "＝1＋1",
    # Characters.
    "right to left": "\u202e\u2066=gnp.exe\u2069 \u200f网格",
    "near to nothing": "\u2400\ufeff\u200b\x1b[31m\x07\x7f\u2028<b onclick=x()>",
    "very long": "网" * 1_900 + "<img src=x onerror=x()>",
}

# What no element of a page may have got from a text.
PLANTED = (
    "[onerror], [onload], [onmouseover], [onfocus], [onbegin], [ontoggle], "
    "[onclick], [srcdoc], iframe[src^=javascript], a[href^='javascript' i]"
)
# What a spreadsheet takes for the beginning of a formula.
STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
