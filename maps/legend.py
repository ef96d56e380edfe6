"""What the colours and lines of a plan's maps mean, as HTML lists."""

from collections.abc import Sequence

from maps.style import style

LINE_NAMES = {"road": "道路", "river": "河流", "ridge": "山脊"}


def deviation_legend() -> str:
    """Return the colours of loads above and below the mean."""
    lines, low = [], None
    for step in style()["deviation"]:
        high = step["below"]
        words = (
            f"低于 {high} %"
            if low is None
            else (f"{low} % 及以上" if high is None else f"{low} % 至 {high} %")
        )
        lines.append((step["colour"], words))
        low = high
    lines.append((style()["grids"]["exclusive"], "专属网格（不参加均衡）"))
    return _list(lines)


def line_legend(kinds: Sequence[str]) -> str:
    """Return the colours of the kinds of lines that a map shows, "" if none."""
    colours = style()["landscape"]
    lines = [(colours[kind], LINE_NAMES[kind]) for kind in LINE_NAMES if kind in kinds]
    return _list(lines) if lines else ""


def _list(lines: Sequence[tuple[str, str]]) -> str:
    items = (f'<li><i style="background:{c}"></i>{words}</li>' for c, words in lines)
    return f'<ul class="legend">{"".join(items)}</ul>'
