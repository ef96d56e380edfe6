"""Files for spreadsheets: whatever people wrote, the file opens and nothing runs."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.services.tables import as_csv, as_xlsx

NOW = datetime(2026, 5, 20, tzinfo=UTC)
# What a report may hold: PostgreSQL keeps neither NUL nor lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(max_examples=50)
@example("\uffff\ufffe\x0b")
@example("=1+1")
@example("]]>&#0;<b>")
@given(TEXTS)
def test_a_workbook_opens_whatever_was_written(text):
    book = openpyxl.load_workbook(BytesIO(as_xlsx("页", [("头",), (text,)], NOW)))
    cell = book.active["A2"]
    assert cell.data_type != "f"
    wanted = "".join(c for c in text if c.isprintable())
    kept = "".join(c for c in str(cell.value or "") if c.isprintable())
    assert kept in (wanted, "'" + wanted)


@given(TEXTS)
def test_a_table_is_utf_8_and_has_no_formula(text):
    line = as_csv([(text,)]).decode("utf-8-sig")
    assert line.strip('"')[:1] not in ("=", "+", "-", "@")
