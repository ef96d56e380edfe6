"""Rows as files that a spreadsheet opens: CSV, and a workbook of one page.

Every cell is text or a whole number; nothing in it can run.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tracking.fairness.allowance import Cell, safe_text

_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV with a byte order mark, which Excel needs for Chinese."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe_text(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, rows: Iterable[Sequence[Cell]], now: datetime) -> bytes:
    """Return rows as a workbook; a text cell is forced to be text."""
    book = Workbook(write_only=True)
    book.properties.creator = "xunge"
    moment = now.replace(tzinfo=None, microsecond=0)
    book.properties.created = book.properties.modified = moment
    page: WriteOnlyWorksheet = book.create_sheet(title)
    for row in rows:
        page.append([_cell(page, cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: WriteOnlyWorksheet, value: Cell) -> WriteOnlyCell:
    if isinstance(value, int):
        return WriteOnlyCell(page, value)
    # XML has no such characters: one of them, and the whole workbook cannot be read.
    text = _NOT_IN_XML.sub("", safe_text(value))
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"
    return cell
