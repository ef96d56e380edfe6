"""Columns of a file -> fields of a table, with sensible guesses in two languages."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from api.services.column_names import GUESSES, first_column
from geo.errors import BadLayer
from geo.reading import as_text
from maps.layers import plain


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
        return first_column(self.frame, GUESSES[field])

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
