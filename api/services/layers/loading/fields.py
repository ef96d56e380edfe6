"""Columns of a file -> fields of a table, with sensible guesses in two languages."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import BadLayer
from geo.reading import as_text
from maps.layers import plain

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


class Columns:
    """The columns of one file, by the fields that they are taken for.

    Parameters
    ----------
    frame : GeoDataFrame
    said : mapping of str to str
        What the user says: field to column.
    what : str
        Name of the file, for messages.

    Raises
    ------
    BadLayer
        If the user names a field or a column that there is not.
    """

    def __init__(
        self, frame: gpd.GeoDataFrame, said: Mapping[str, str], what: str
    ) -> None:
        self.frame = frame
        self.what = what
        self._said = dict(said)
        self._taken: dict[str, str] = {}
        for field, column in said.items():
            if field not in GUESSES:
                known = ", ".join(GUESSES)
                raise BadLayer(f"map: field {field!r} is unknown; use {known}")
            if column not in frame.columns:
                raise BadLayer(
                    f"map: {what} has no column {column!r}; it has {self._have()}"
                )

    def over(self, frame: gpd.GeoDataFrame) -> "Columns":
        """Return the same reading of another frame with the same columns."""
        other = Columns(frame, self._said, self.what)
        other._taken = self._taken
        return other

    def column_of(self, field: str) -> str | None:
        """Return the column of a field, said or guessed, or None."""
        if field in self._said:
            return self._said[field]
        by_name = {
            str(name).strip().lower(): str(name)
            for name in self.frame.columns
            if name != self.frame.geometry.name
        }
        return next((by_name[g] for g in GUESSES[field] if g in by_name), None)

    def text(self, field: str) -> pd.Series | None:
        """Return a field as text, None where a value is missing."""
        column = self.column_of(field)
        if column is None:
            return None
        self._taken[field] = column
        return as_text(self.frame[column])

    def required_text(self, field: str) -> pd.Series:
        """Return a field as text of which no value is missing.

        Raises
        ------
        BadLayer
            If the column is not found, or a value is missing.
        """
        values = self.text(field)
        if values is None:
            raise BadLayer(
                f"{self.what}: no column of {field}; map one of {self._have()}"
            )
        if values.isna().any():
            row = int(np.flatnonzero(values.isna())[0]) + 1
            raise BadLayer(
                f"{self.what}: {self.column_of(field)} is empty in row {row}"
            )
        return values

    def counts(self, field: str) -> list[int | None]:
        """Return a field of whole numbers, not negative; None where it is missing.

        Raises
        ------
        BadLayer
            If a value is no number, or negative.
        """
        column = self.column_of(field)
        if column is None:
            return [None] * len(self.frame)
        self._taken[field] = column
        numbers = pd.to_numeric(self.frame[column], errors="coerce")
        wrong = numbers.isna() & as_text(self.frame[column]).notna() | (numbers < 0)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            value = self.frame[column].iloc[row]
            raise BadLayer(
                f"{self.what}: {column} {plain(value)!r} in row {row + 1} is no count"
            )
        return [None if pd.isna(n) else round(float(n)) for n in numbers]

    def rest(self) -> list[dict[str, Any]]:
        """Return what no field took, row by row, as plain values without gaps."""
        taken = set(self._taken.values())
        names = [
            str(name)
            for name in self.frame.columns
            if name != self.frame.geometry.name and str(name) not in taken
        ]
        values = [[plain(v) for v in self.frame[name]] for name in names]
        rows = zip(*values, strict=True) if names else [()] * len(self.frame)
        return [
            {n: v for n, v in zip(names, row, strict=True) if v is not None}
            for row in rows
        ]

    def taken(self) -> str:
        """Return which columns were taken for what, for a person to check."""
        used = [f"{field}={column}" for field, column in self._taken.items()]
        return "columns: " + (", ".join(used) or "none used")

    def _have(self) -> str:
        names = [str(n) for n in self.frame.columns if n != self.frame.geometry.name]
        return ", ".join(names) or "no columns"
