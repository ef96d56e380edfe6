"""Uploaded layers: looked into, tried without writing, loaded.

The file was stored by a request; everything that parses it happens here, in the
process of a job.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping

from api.services.jobs.work_order import WorkOrder
from api.services.layers import layer_words
from api.services.layers.load import LoadOptions, LoadReport, load_layer, read_file
from api.services.layers.loading.fields import Columns
from api.services.layers.loading.layers import LayerSpec, layer_spec
from api.services.layers.refusals import in_chinese
from geo.errors import BadInput
from geo.reading import Layer, as_text
from maps.layers import rounded

# Field of a layer, its words, whether a file must have it; per table.
FIELDS: Mapping[str, tuple[tuple[str, str, bool], ...]] = {
    "regions": (
        ("code", "统计用区划代码", True),
        ("name", "名称", True),
        ("kind", "类别", False),
        ("population", "人口", False),
        ("households", "户数", False),
        ("town", "乡镇名称", False),
        ("county", "县名", False),
    ),
    "settlements": (
        ("ref", "编号", True),
        ("name", "名称", False),
        ("population", "人口", True),
        ("households", "户数", False),
        ("groups", "村民组数", False),
        ("village_code", "所属村代码", False),
    ),
    "sites": (
        ("ref", "编号", True),
        ("name", "名称", False),
        ("kind", "种类", False),
        ("village_code", "所属村代码", False),
    ),
    "lines": (
        ("ref", "编号", False),
        ("name", "名称", False),
        ("line_class", "等级", False),
    ),
}
_SAMPLES, _COLUMNS = 3, 100
# Enough shapes to see whether a layer lies right, and few enough to send.
_SHAPES, _VERTICES = 400, 20_000


def preview_upload(order: WorkOrder) -> dict[str, Any]:
    """Return what is in an uploaded file, and what loading it would change.

    Parameters
    ----------
    order : WorkOrder
        ``asked`` holds ``upload_id, file, layer, county, areas`` and how to read it.
    """
    asked = order.asked
    spec, path = layer_spec(asked["layer"]), _path_of(order)
    options = _options(asked)
    order.tell("read", 10)
    read = read_file(path, options)
    body = {"upload_id": asked["upload_id"], "layer": spec.name, **_looked(read)}
    order.tell("check", 40)
    body |= {"report": None, "problem": None}
    try:
        columns = Columns(read.frame, options.mapping, read.source.name)
        body |= _mapped(columns, spec)
        # However much would go is told before anybody is asked to agree.
        free = replace(options, allow_gone=True)
        report = load_layer(
            order.database,
            spec.name,
            path,
            free,
            now=order.now,
            dry_run=True,
            read=read,
        )
        body["report"] = _reported(report)
    except BadInput as problem:
        body["problem"] = in_chinese(str(problem))
    return body


def load_upload(order: WorkOrder) -> dict[str, Any]:
    """Load an uploaded file, and forget it."""
    asked = order.asked
    path = _path_of(order)
    order.tell("read", 10)
    report = load_layer(
        order.database, asked["layer"], path, _options(asked), now=order.now
    )
    order.tell("store", 95)
    path.unlink(missing_ok=True)
    return _reported(report)


def _path_of(order: WorkOrder) -> Path:
    """Return where an upload lies: ids of ours, and a name that was made harmless.

    Raises
    ------
    BadInput
        If it is not there any more.
    """
    folder = order.folder / "uploads" / str(order.county_id)
    path = folder / order.asked["upload_id"] / order.asked["file"]
    if not path.is_file():
        raise BadInput("上传的文件已清理，请重新上传")
    return path


def _options(asked: Mapping[str, Any]) -> LoadOptions:
    how = ("coord_type", "crs", "encoding", "layer_name", "lon", "lat")
    given = {key: asked[key] for key in how if asked.get(key) is not None}
    start = asked.get("valid_from")
    return LoadOptions(
        county=asked["county"],
        mapping=asked.get("mapping") or {},
        allow_gone=bool(asked.get("allow_gone")),
        valid_from=date.fromisoformat(start) if start else None,
        areas=tuple((low, high) for low, high in asked["areas"]),
        **given,
    )


def _looked(read: Layer) -> dict[str, Any]:
    frame = read.frame
    names = [str(n) for n in frame.columns if n != frame.geometry.name][:_COLUMNS]
    return {
        "rows": read.source.row_count,
        "shape": read.kind,
        "crs": read.source.crs,
        "encoding": read.source.encoding,
        "notes": layer_words.in_chinese(read.notes),
        "columns": [
            {"name": n, "samples": as_text(frame[n]).dropna()[:_SAMPLES].tolist()}
            for n in names
        ],
        "bbox": [round(float(side), 6) for side in frame.total_bounds],
        "sample": _sample(read),
        "mapping": {},
        "missing": [],
    }


def _sample(read: Layer) -> dict[str, Any]:
    """Return shapes from the whole of a layer as GeoJSON, simpler where they are many.

    Simpler shapes are drawn only to be looked at: what is loaded is the file's.
    """
    shapes = np.asarray(read.frame.geometry.values, object)
    rows = np.unique(np.linspace(0, len(shapes) - 1, _SHAPES).astype(np.int64))
    shapes = shapes[rows]
    west, south, east, north = read.frame.total_bounds
    step = max(east - west, north - south) / 4000
    while shapely.get_num_coordinates(shapes).sum() > _VERTICES and step > 0:
        shapes, step = shapely.simplify(shapes, step), 2 * step
    features = [
        {"type": "Feature", "geometry": mapping(shape), "properties": {}}
        for shape in rounded(shapes)
    ]
    return {"type": "FeatureCollection", "features": features}


def _mapped(columns: Columns, spec: LayerSpec) -> dict[str, Any]:
    fields = FIELDS[spec.table]
    found = {name: columns.column_of(name) for name, _, _ in fields}
    needed = {name for name, _, must in fields if must}
    if spec.table == "sites" and spec.kind is None:
        needed.add("kind")
    return {
        "mapping": {name: column for name, column in found.items() if column},
        "missing": sorted(name for name in needed if not found[name]),
    }


def _reported(report: LoadReport) -> dict[str, Any]:
    return {
        "layer": report.layer,
        "source": report.source,
        "counts": report.counts,
        "notes": layer_words.in_chinese(report.notes),
        "samples": layer_words.in_chinese(report.samples),
    }
