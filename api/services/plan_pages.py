"""The pages of a plan: the report with its proof sheet, and a sheet per village."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from maps.plan_words import measure_of
from maps.report import plan_report
from maps.village_page import village_pages
from planning.plan import Plan


def write_pages(
    plan: Plan,
    report: Mapping[str, Any],
    folder: Path,
    *,
    title: str,
    load_column: str,
    previous: "pd.Series[str] | None",
    villages: Mapping[str, str] | None,
) -> None:
    """Write ``report.html``, and ``villages.html`` where grids keep to villages.

    Parameters
    ----------
    plan : Plan
    report : mapping
        What ``report.json`` holds.
    load_column : str
        Tells what the loads count.
    previous : Series or None
        Previous grid by unit id.
    villages : mapping of str to str, or None
        Names of villages by label; None if no label was asked for.
    """
    measure = measure_of(load_column)
    grids = plan.grids.rename(columns={"label": "village_code"})
    page = plan_report(grids, plan.units, report, title, previous, measure)
    (folder / "report.html").write_text(page, encoding="utf-8")
    if villages is not None:
        sheets = village_pages(
            plan.grids, plan.units, report, previous, villages, measure, title
        )
        (folder / "villages.html").write_text(sheets, encoding="utf-8")
