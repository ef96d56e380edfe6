"""A file is read by a confined process as it would be here, and bombs are refused."""

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from api.security.confine import Limits
from api.services.layers.loading import apart
from api.services.layers.loading.apart import limits_for, read_apart
from geo.errors import BadDatum, BadLayer
from geo.reading import read_layer


@pytest.fixture
def points():
    """Points with columns of every kind, missing values among them."""
    return gpd.GeoDataFrame(
        {
            "名称": ["甲", None, "丙"],
            "n": [1, 2, 3],
            "share": [0.5, None, 1.0],
            "since": ["2026-05-20", "2026-05-21", None],
        },
        geometry=shapely.points([111.9, 112.0, 112.1], [34.0, 34.1, 34.2]),
        crs=4326,
    )


def write(frame, path):
    if path.suffix == ".zip":
        folder = path.with_suffix("")
        folder.mkdir()
        frame.to_file(folder / "layer.shp", encoding="gbk")
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.zip"])
def test_what_is_read_apart_is_what_is_read_here(points, tmp_path, name):
    path = write(points, tmp_path / name)
    here, there = read_layer(path), read_apart(path)
    assert (there.kind, there.source, there.notes) == (
        here.kind,
        here.source,
        here.notes,
    )
    assert there.frame.crs == here.frame.crs
    assert there.frame.geometry.equals(here.frame.geometry)
    columns = [c for c in here.frame.columns if c != here.frame.geometry.name]
    for column in columns:
        assert (
            there.frame[column]
            .astype("string")
            .equals(here.frame[column].astype("string"))
        )


def test_mixed_columns_come_as_text(tmp_path):
    path = tmp_path / "mixed.geojson"
    point = '"geometry": {"type": "Point", "coordinates": [111.9, 34]}'
    rows = [
        f'{{"type": "Feature", "properties": {{"v": {value}}}, {point}}}'
        for value in ("1", '"a"', "[1, 2]", '{"b": null}', "null")
    ]
    text = f'{{"type": "FeatureCollection", "features": [{", ".join(rows)}]}}'
    path.write_text(text)
    assert len(read_apart(path).frame) == 5


def test_errors_and_choices_are_those_of_the_reading(points, tmp_path):
    path = write(points, tmp_path / "a.geojson")
    with pytest.raises(BadDatum, match="'mars' is unknown"):
        read_apart(path, coord_type="mars")
    moved = read_apart(path, coord_type="gcj02")
    assert moved.frame.geometry.iloc[0].distance(points.geometry.iloc[0]) > 0.001
    with pytest.raises(BadLayer, match="nowhere"):
        read_apart(tmp_path / "nowhere.geojson")


def test_a_file_may_take_more_only_in_step_with_its_size():
    small, large = limits_for(10_000), limits_for(2**30)
    assert small.memory == 512 * 2**20
    assert large.memory == 32 * 2**30
    assert large.cpu_s > small.cpu_s == 20


@pytest.mark.parametrize(
    ("changes", "rows", "said"),
    [
        ({"memory": 2**20}, 30_000, "MB"),
        # The least that a system counts is a whole second.
        ({"cpu_s": 0}, 200_000, "processor time"),
    ],
)
def test_what_takes_too_much_is_refused_in_one_line(
    tmp_path, monkeypatch, changes, rows, said
):
    many = gpd.GeoDataFrame(
        {"n": range(rows)},
        geometry=shapely.points([[111.9, 34.0]] * rows),
        crs=4326,
    )
    path = write(many, tmp_path / "many.geojson")
    least = Limits(memory=2**29, cpu_s=20)
    monkeypatch.setattr(apart, "limits_for", lambda _size: replace(least, **changes))
    with pytest.raises(BadLayer, match=f"^many.geojson: [^\n]*{said}"):
        read_apart(path)


def test_a_library_that_falls_for_want_of_memory_is_said_to_want_memory(
    points, tmp_path, monkeypatch
):
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\nkill -SEGV $$\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(apart.sys, "executable", str(stand_in))
    with pytest.raises(BadLayer, match=r"^a\.geojson: [^\n]*512 MB"):
        read_apart(write(points, tmp_path / "a.geojson"))


def test_the_reader_is_told_none_of_our_settings(points, tmp_path, monkeypatch):
    """A stand-in for the reader writes down the environment that it was given."""
    note = tmp_path / "environment"
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\nenv > {note}\nexit 1\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(apart.sys, "executable", str(stand_in))
    monkeypatch.setenv("XUNGE_DATABASE_URL", "postgresql://a:secret@b/c")
    monkeypatch.setenv("PGPASSWORD", "secret")
    with pytest.raises(BadLayer):
        read_apart(write(points, tmp_path / "a.geojson"))
    told = Path(note).read_text()
    assert "PATH=" in told
    assert "secret" not in told
    assert os.environ["PGPASSWORD"] == "secret"
