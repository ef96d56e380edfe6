"""Who changes grid between the previous plan and the new one."""

import pandas as pd

COLUMNS = ("unit_id", "name", "label", "load", "old", "new")


def moved_units(units: pd.DataFrame, previous: "pd.Series[str] | None") -> pd.DataFrame:
    """Return the units that had another grid: ``unit_id, name, label, load, old, new``.

    Parameters
    ----------
    units : DataFrame
        ``unit_id, label, load, grid_id``, and ``name`` if they have one.
    previous : Series or None
        Previous grid by unit id; units that it lacks are new and do not move.

    Examples
    --------
    >>> units = pd.DataFrame({"unit_id": ["a", "b"], "label": ["", ""],
    ...                       "load": [3.0, 4.0], "grid_id": ["G1", "G1"]})
    >>> moved_units(units, pd.Series({"a": "G1", "b": "G2"}))["unit_id"].tolist()
    ['b']
    """
    if previous is None:
        return pd.DataFrame(columns=list(COLUMNS))
    frame = pd.DataFrame(units[["unit_id", "label", "load"]]).assign(
        name=units["name"] if "name" in units.columns else units["unit_id"],
        old=units["unit_id"].map(previous),
        new=units["grid_id"],
    )
    moved = frame["old"].notna() & (frame["old"] != frame["new"])
    return frame[moved].reset_index(drop=True)


def names_of(units: pd.DataFrame | None) -> dict[str, str]:
    """Return what units are called, by ``unit_id``; nothing without ``name``."""
    if units is None or "name" not in units.columns:
        return {}
    return dict(zip(units["unit_id"], units["name"], strict=True))


def streams(moved: pd.DataFrame) -> pd.DataFrame:
    """Return what goes from which grid to which: ``old, new, units, load, names``.

    The largest load first.
    """
    if moved.empty:
        return pd.DataFrame(columns=["old", "new", "units", "load", "names"])
    grouped = moved.groupby(["old", "new"], as_index=False).agg(
        units=("unit_id", "size"),
        load=("load", "sum"),
        names=("name", lambda names: "、".join(sorted(set(names)))),
    )
    order = ["load", "old", "new"]
    return grouped.sort_values(order, ascending=[False, True, True], kind="stable")
