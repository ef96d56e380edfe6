"""`xunge demo`: a town of a source article, played and compared with its figures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from api.demo.book import Book
    from api.demo.deting import DayResult

app = typer.Typer(
    help="Play a town of a source article and compare the figures.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def group() -> None:
    """Play a town of a source article and compare the figures."""


@app.command()
def deting(
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="End after the table; exit code 0 if every row is equal."
        ),
    ] = False,
    layers: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of layers instead of ours."
        ),
    ] = None,
) -> None:
    """德亭镇: plan 213 + 28 grids, play a day of rounds and hazards, judge, compare.

    Fills the database if the town is not in it yet; then serves until stopped.
    """
    from rich.console import Console

    from api.demo import deting as demo
    from api.demo.running import RunningServer
    from api.demo.table import print_rows
    from api.services.upkeep.database import bring_up, open_database
    from api.settings import read_settings

    settings = read_settings()
    console = Console(highlight=False, soft_wrap=True)
    bring_up(settings)
    database = open_database(settings)
    path = settings.data_dir / "demo-deting.json"
    port = 0 if once else settings.port
    log = settings.data_dir / "server.log"
    with RunningServer(settings.host, port, log) as server:
        book = demo.recall(database, path)
        if book is None:
            book, result = demo.fill(
                database, layers or demo.packaged_layers(), server.url, console.print
            )
            book.write(path)
            _print_day(console, result)
        rows = demo.rows(database, book)
        print_rows(console, demo.TITLE, rows)
        for line in demo.proof_lines(database, book):
            console.print(line)
        if once:
            raise typer.Exit(0 if all(row.is_equal for row in rows) else 1)
        _print_logins(console, server.url, book)
        server.wait()


def _print_day(console: "Console", result: "DayResult") -> None:
    console.print(
        f"当日巡查：应巡 {result.rounds}，有效 {result.verified}；"
        f"如实走的 {result.honest_rounds} 巡有效 {result.honest_verified}；"
        f"坐着不动或编造的有效 {result.faked_verified}"
    )


def _print_logins(console: "Console", url: str, book: "Book") -> None:
    console.print(f"\n网址 {url}/")
    for one in book.logins:
        console.print(f"  {one.role_name}  登录名 {one.login}  密码 {one.password}")
    console.print(f"整天的巡查在看板上选 {book.day}。按 Ctrl-C 结束；数据保留。")
