"""The pages of a plan: the report with its proof sheet, and a sheet per village."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from api.services.plans.plan_folder import PAGE, VILLAGES, PlanFolder
from maps.plan_words import measure_of
from maps.village_page import village_pages
from planning.plan import Plan


@dataclass(frozen=True)
class Names:
    """What things of a plan are called.

    Attributes
    ----------
    villages : mapping of str to str
        By label.
    units : mapping of str to str
        By settlement or unit id.
    workers : mapping of str to str
        By the grid that they have in the previous plan, and keep with its name.
    """

    villages: Mapping[str, str]
    units: Mapping[str, str]
    workers: Mapping[str, str]


def write_pages(
    plan: Plan,
    report: Mapping[str, Any],
    folder: PlanFolder,
    *,
    title: str,
    load_column: str,
    names: Names,
    with_villages: bool,
    lines: gpd.GeoDataFrame | None = None,
) -> None:
    """Write ``report.html``, and ``villages.html`` where grids keep to villages.

    Parameters
    ----------
    plan : Plan
    report : mapping
        What ``report.json`` holds.
    load_column : str
        Tells what the loads count.
    names : Names
    with_villages : bool
        False if no label was asked for: then there are no villages to write of.
    lines : GeoDataFrame or None
        EPSG:4326; ``kind``: roads, rivers and ridges, for the villages' maps.
    """
    # What draws the map takes half a second to import: only who writes a page waits.
    from maps.report import plan_report

    measure = measure_of(load_column)
    grids = plan.grids.rename(columns={"label": "village_code"})
    ids = zip(plan.units["settlement_id"], plan.units["unit_id"], strict=True)
    called = [names.units.get(settled, unit) for settled, unit in ids]
    units = plan.units.assign(name=called)
    page = plan_report(
        grids,
        units,
        report,
        title,
        plan.previous,
        measure,
        names.villages,
        names.workers,
    )
    folder.file(PAGE).write_text(page, encoding="utf-8")
    if with_villages:
        sheets = village_pages(
            plan.grids,
            units,
            report,
            plan.previous,
            names.villages,
            measure,
            title,
            lines,
        )
        folder.file(VILLAGES).write_text(sheets, encoding="utf-8")
