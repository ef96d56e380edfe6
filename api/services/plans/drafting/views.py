"""A draft as it is sent: the land once, who is where, and each change."""

import gzip
import hashlib
from typing import Any

import numpy as np
import shapely
from orjson import dumps

from api.services.plans.drafting.drafts import Draft
from api.services.plans.drafting.effects import Effect
from api.services.plans.drafting.figures import as_rows, breaches, grid_columns, summary
from api.services.plans.drafting.ground import DraftGround
from geo.codes import unpadded
from maps.layers import feature_collection
from planning.graphs.contact import IntArray

_PER_DEGREE = 1e7
_EXCLUSIVE = ("code", "kind", "category", "name", "village_code", "load")


def land_bytes(ground: DraftGround) -> tuple[bytes, str]:
    """Return the geometry of a draft, gzipped JSON, and its tag."""
    whole = np.round(ground.lonlat * _PER_DEGREE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    body = {
        "vertices": steps.ravel().tolist(),
        "polygons": _polygons(ground),
        "edges": _edges(ground),
        "exclusive": _exclusive(ground),
    }
    packed = gzip.compress(dumps(body), compresslevel=6, mtime=0)
    return packed, f'"{hashlib.sha256(packed).hexdigest()[:32]}"'


def draft_body(draft: Draft, may_edit: bool) -> dict[str, Any]:
    """Return who is where; ``village_codes`` stands for the villages' names."""
    ground, state = draft.ground, draft.placed.state
    land = state.land
    used = np.flatnonzero(state.total("size") > 0)
    place = np.full(len(state.names) + 1, -1, np.int64)
    place[used] = np.arange(len(used))
    found, count = breaches(draft)
    told = summary(draft)
    return {
        "version": draft.version,
        "may_edit": may_edit,
        "can_undo": draft.can_undo,
        "can_redo": draft.can_redo,
        "tolerance": ground.tolerance,
        "ideal": told["ideal"],
        "village_codes": ground.villages,
        "units": {
            "id": land.unit_ids,
            "name": ground.names,
            "village": land.label.tolist(),
            "load": np.round(land.graph.load / land.load_factor, 3).tolist(),
            "settlement": ground.settlements,
            "households": [None if h != h else h for h in ground.households.tolist()],
            "area_m2": np.round(land.area_cm2 / 10_000.0, 1).tolist(),
            "grid": place[state.part].tolist(),
        },
        "grids": grid_columns(draft, used),
        "moved_vertices": [[v, *at] for v, at in sorted(draft.placed.places.items())],
        "breaches": found,
        "breach_count": count,
        "loose": state.loose,
        "summary": told,
    }


def change_body(draft: Draft, effect: Effect, row: Any) -> dict[str, Any]:
    """Return what a row changed: where units and vertices are, the touched grids."""
    state = draft.placed.state
    touched = {state.slots[name] for name in effect.grids}
    for shift in effect.shifts:
        vertex = int(draft.ground.land_vertex[shift.vertex])
        touched |= {int(s) for s in state.part[state.land.units_at(vertex)] if s >= 0}
    found, count = breaches(draft)
    slots = np.array(sorted(touched), np.int64)
    return _row_body(effect, row) | {
        "can_undo": draft.can_undo,
        "can_redo": draft.can_redo,
        "grids": as_rows(grid_columns(draft, slots)),
        "breaches": found,
        "breach_count": count,
        "loose": state.loose,
        "summary": summary(draft),
    }


def _row_body(effect: Effect, row: Any) -> dict[str, Any]:
    homes: dict[str | None, list[int]] = {}
    for _, new, units in effect.moves:
        homes.setdefault(new, []).extend(units)
    return {
        "version": row.version,
        "kind": row.kind,
        "by": row.made_by_name,
        "at": row.made_at,
        "moved": [{"grid": grid, "units": units} for grid, units in homes.items()],
        "vertices": [[shift.vertex, *shift.new] for shift in effect.shifts],
    }


def _polygons(ground: DraftGround) -> list[list[list[list[int]]]]:
    """Return parts, rings and vertices of each unit."""
    shapes = ground.base.land.shapes
    parts, of_unit = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    ends = np.cumsum(shapely.get_num_coordinates(rings)).tolist()
    corner = ground.corner.tolist()
    units: list[list[list[list[int]]]] = [[] for _ in shapes]
    lists: list[list[list[int]]] = [[] for _ in parts]
    for part, start, end in zip(of_part.tolist(), [0, *ends], ends, strict=False):
        lists[part].append(corner[start:end])
    for unit, part_rings in zip(of_unit.tolist(), lists, strict=True):
        units[unit].append(part_rings)
    return units


def _edges(ground: DraftGround) -> dict[str, list[Any]]:
    land = ground.base.land
    a: IntArray = np.repeat(np.arange(land.size), np.diff(land.graph.indptr))
    once = a < land.graph.indices
    return {
        "a": a[once].tolist(),
        "b": land.graph.indices[once].tolist(),
        "border_m": np.round(land.border_mm[once] / 1000.0, 1).tolist(),
    }


def _exclusive(ground: DraftGround) -> dict[str, Any]:
    frame = ground.exclusive
    told = frame.assign(
        code=[unpadded(code, "grid") for code in frame["code"]],
        village_code=[unpadded(code, "village") for code in frame["village_code"]],
    )
    return feature_collection(told, _EXCLUSIVE)
