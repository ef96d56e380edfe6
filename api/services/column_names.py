"""What columns of a file are called, in two languages."""

from collections.abc import Iterable, Mapping

import pandas as pd

# The first column that a file has wins; names are compared without case and blanks.
GUESSES: Mapping[str, tuple[str, ...]] = {
    "code": (
        "code", "区划代码", "统计用区划代码", "行政区划代码", "代码", "区划码", "编码",
        "xzqdm", "qhdm", "zldwdm", "gbcode", "adcode",
    ),
    "ref": ("ref", "code", "编号", "编码", "代码", "序号", "unit_id", "id", "bh"),
    "name": (
        "name", "名称", "村名", "社区名称", "村名称", "乡镇名称", "自然村",
        "自然村名称", "小区名称", "xzqmc", "zldwmc", "mc", "title",
    ),
    "village_code": (
        "village_code", "村代码", "村编码", "所属村代码", "行政村代码", "社区代码",
        "村级代码",
    ),
    "town": ("town", "town_name", "乡镇", "乡镇名称", "街道", "所属乡镇"),
    "county": ("county", "county_name", "县", "区县", "县名", "所属县"),
    "kind": ("kind", "类型", "类别", "种类", "type", "category"),
    "population": (
        "population", "pop", "人口", "人口数", "常住人口", "总人口", "户籍人口", "rk",
    ),
    "households": ("households", "户数", "总户数", "常住户数", "hs"),
    "groups": ("groups", "村民组", "村民组数", "组数", "小组数", "村民小组数"),
    "line_class": (
        "line_class", "road_class", "class", "道路等级", "等级", "技术等级", "fclass",
        "highway", "kind", "类型",
    ),
}  # fmt: skip
# In a layer of something else: the name of the village that it is in.
VILLAGE_NAMES = (
    "village_name", "村名", "村名称", "村社区名称", "行政村", "行政村名称",
    "所属村", "社区名称",
)  # fmt: skip
# Of the thing itself, whatever it is a part of.
OWN_NAMES = ("name", "名称", "自然村", "自然村名称", "小区名称", "mc", "title")


def first_column(frame: pd.DataFrame, names: Iterable[str]) -> str | None:
    """Return the column of a frame that is called by the first of some names it has.

    Compared without case and blanks; a column of shapes has no name.
    """
    plain = frame.columns[frame.dtypes.map(lambda kind: kind.name) != "geometry"]
    by_name = {str(name).strip().lower(): str(name) for name in plain}
    return next((by_name[name] for name in names if name in by_name), None)
