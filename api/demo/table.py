"""The table at the end of a demo: article's figure, ours, equal or not."""

from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table

Source = Literal["given", "computed"]
_SOURCE_WORDS: dict[Source, str] = {"given": "给定", "computed": "计算"}


@dataclass(frozen=True)
class Row:
    """One figure of the article beside ours.

    ``given`` says that our figure repeats an input (so many sites were loaded);
    ``computed`` that it was counted or measured in what came out.
    """

    label: str
    article: float
    ours: float
    source: Source
    decimals: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether both are the same at the article's precision."""
        return round(self.ours, self.decimals) == round(self.article, self.decimals)


def print_rows(console: Console, title: str, rows: list[Row]) -> None:
    """Print the rows as one table."""
    table = Table(title=title, title_justify="left")
    table.add_column("项目")
    table.add_column("文章", justify="right")
    table.add_column("实得", justify="right")
    table.add_column("来源")
    table.add_column("相等")
    for row in rows:
        table.add_row(
            row.label,
            f"{row.article:,.{row.decimals}f}",
            f"{row.ours:,.{row.decimals}f}",
            _SOURCE_WORDS[row.source],
            "是" if row.is_equal else "否",
        )
    console.print(table)
