"""The pages of a plan lie beside its tables."""

from dataclasses import replace

from api.services.plans.plan_files import PlanFiles, plan_files
from tests.planning.builders import asking, small_town


def files_of(tmp_path, **columns):
    town = small_town()
    town.units.to_file(tmp_path / "units.geojson")
    names = town.villages.assign(name=[f"村{i}" for i in range(4)])
    names.to_file(tmp_path / "villages.geojson")
    return PlanFiles(
        units=tmp_path / "units.geojson",
        out=tmp_path / "plan",
        load_column="load",
        **columns,
    )


def test_a_plan_within_villages_writes_a_sheet_for_each(tmp_path):
    files = files_of(tmp_path, within="label", outlines=tmp_path / "villages.geojson")
    plan_files(files, asking(20))
    sheets = (tmp_path / "plan" / "villages.html").read_text("utf-8")
    assert sheets.count('<section class="page') == 4
    assert "村2网格划分征求意见表" in sheets
    report = (tmp_path / "plan" / "report.html").read_text("utf-8")
    assert "全覆盖证明：<b>成立</b>" in report


def test_villages_are_called_by_a_column_in_chinese_of_outlines_or_units(tmp_path):
    files = files_of(tmp_path, within="label", outlines=tmp_path / "villages.geojson")
    chinese = small_town().villages.assign(村名=[f"槐{i}村" for i in range(4)])
    chinese.to_file(files.outlines)
    plan_files(files, asking(20))
    assert "槐2村网格划分征求意见表" in (files.out / "villages.html").read_text("utf-8")
    units = small_town().units
    units.assign(村名="杨" + units["label"].str[-1] + "村").to_file(files.units)
    plan_files(replace(files, outlines=None), asking(20))
    assert "杨2村网格划分征求意见表" in (files.out / "villages.html").read_text("utf-8")


def test_a_plan_without_villages_writes_none(tmp_path):
    plan_files(files_of(tmp_path), asking(10))
    assert not (tmp_path / "plan" / "villages.html").exists()
    assert (tmp_path / "plan" / "report.html").exists()
