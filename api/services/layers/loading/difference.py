"""What a layer would change: new, changed, the same, gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

Row = dict[str, Any]

_SHOWN = 5


@dataclass(frozen=True)
class Change:
    """A row that is there already and will look different."""

    before: Row
    after: Row
    fields: tuple[str, ...]

    def __str__(self) -> str:
        parts = (
            "outline or place"
            if field == "geometry"
            else f"{field} {self.before[field]} -> {self.after[field]}"
            for field in self.fields
        )
        return ", ".join(parts)


@dataclass(frozen=True)
class Difference:
    """How the rows of a file differ from those in the database."""

    new: tuple[Row, ...]
    changed: tuple[Change, ...]
    same: int
    gone: tuple[Row, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Number of rows of each sort."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": self.same,
            "gone": len(self.gone),
        }

    def samples(self, key: str) -> list[str]:
        """Return a few rows of each sort as lines of text."""
        lines = [f"new: {_label(row, key)}" for row in self.new[:_SHOWN]]
        lines += [
            f"changed: {_label(change.after, key)}: {change}"
            for change in self.changed[:_SHOWN]
        ]
        return lines + [f"gone: {_label(row, key)}" for row in self.gone[:_SHOWN]]


def compare(
    rows: Sequence[Row],
    existing: Sequence[Row],
    keys: Sequence[str],
    fields: Iterable[str],
) -> Difference:
    """Return what `rows` would change in `existing`.

    Parameters
    ----------
    rows, existing : sequence of dict
        `existing` has ``id`` too. Geometry is compared vertex by vertex.
    keys : sequence of str
        Fields that name a row.
    fields : iterable of str
        Fields that are compared.
    """
    at = {tuple(row[k] for k in keys): row for row in existing}
    wanted = tuple(fields)
    new, changed, same, seen = [], [], 0, set()
    for row in rows:
        key = tuple(row[k] for k in keys)
        seen.add(key)
        before = at.get(key)
        if before is None:
            new.append(row)
            continue
        differ = tuple(f for f in wanted if not _is_same(before[f], row[f]))
        if differ:
            changed.append(Change(before, row, differ))
        else:
            same += 1
    gone = tuple(row for key, row in at.items() if key not in seen)
    return Difference(tuple(new), tuple(changed), same, gone)


def as_rows(frame: gpd.GeoDataFrame) -> list[Row]:
    """Return a frame of the database as rows of plain values."""
    names = list(frame.columns)
    return [
        dict(zip(names, values, strict=True))
        for values in zip(*(frame[name].tolist() for name in names), strict=True)
    ]


def _is_same(before: Any, after: Any) -> bool:
    if hasattr(before, "equals_exact"):
        return bool(before.equals_exact(after, 0.0))
    return bool(before == after)


def _label(row: Row, key: str) -> str:
    name = row.get("name")
    return f"{row[key]} {name}" if name and name != row[key] else str(row[key])
