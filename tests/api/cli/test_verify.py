"""The command `xunge verify`: its files, its one line per mistake, its bytes."""

import os
import sys
from pathlib import Path
from threading import Thread

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely

from api.cli import main as cli
from tests.tracking.worlds import (
    DAY,
    HOME,
    NEXT,
    SIDE,
    honest_round,
    in_degrees,
    phone,
    square,
)

WALKS = Path(__file__).parents[4] / "shared" / "data" / "gps"


def told(fixes):
    """Return fixes as the columns of a positions file."""
    return pd.DataFrame(
        {
            "worker_id": fixes["worker_id"],
            "t": iso(fixes["t_ms"]),
            "lon": fixes["lon"],
            "lat": fixes["lat"],
            "accuracy": fixes["accuracy_m"],
            "speed_mps": fixes["speed_mps"],
            "mock": "false",
            "received_at": iso(fixes["received_ms"]),
            "device_id": fixes["device_id"],
            "note": "more",
        }
    )


def iso(t_ms):
    moments = pd.to_datetime(t_ms, unit="ms", utc=True).dt.tz_convert("Asia/Shanghai")
    return moments.map(lambda moment: moment.isoformat(timespec="milliseconds"))


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(11)
    rounds = [honest_round(rng, hour) for hour in (8, 13, 18)]
    other = honest_round(rng, worker="w2", device=phone("phone-2"))
    fixes = pd.concat([*rounds, other])
    told(fixes).to_csv(tmp_path / "positions.csv", index=False)
    grids = gpd.GeoDataFrame(
        {"grid_code": [HOME, NEXT]},
        geometry=[in_degrees(square()), in_degrees(square(x=SIDE))],
        crs=4326,
    )
    grids.to_file(tmp_path / "grids.geojson", driver="GeoJSON")
    rows = f"worker_id,grid_code\nw2,{NEXT}\nw1,{HOME}\nw3,{HOME}\n"
    (tmp_path / "assign.csv").write_text(rows)
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch, capsys):
    """Run the command in the folder: exit code, what stands on stderr, the lines."""

    def run_command(*more, positions="positions.csv"):
        out = folder / "verdicts.jsonl"
        out.unlink(missing_ok=True)
        command = ["xunge", "verify", positions, "--grids", "grids.geojson"]
        command += ["--assignments", "assign.csv", "-o", str(out), *more]
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as end:
            cli.main()
        text = out.read_bytes() if out.exists() else b""
        return end.value.code or 0, capsys.readouterr().err, text

    return run_command


def bodies(text):
    return [orjson.loads(line) for line in text.splitlines()]


def test_one_line_per_worker_and_day_sorted_by_worker(run):
    code, _, text = run()
    assert code == 0
    found = bodies(text)
    assert [(b["worker_id"], b["date"]) for b in found] == [
        ("w1", str(DAY)),
        ("w2", str(DAY)),
    ]
    assert (found[0]["verified"], found[0]["required"]) == (3, 3)
    assert found[1]["patrols"][0]["verdict"] == "missed"


def test_a_pipe_is_written_to_and_stays_a_pipe(run, folder):
    pipe, read = folder / "pipe", []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    code, _, lines = run("-o", str(pipe))
    assert code == 0
    assert pipe.is_fifo()
    reader.join(timeout=30)
    assert lines == b""
    assert read == [run()[2]]


def test_the_keys_of_a_line_are_those_of_the_contract(run):
    body = bodies(run()[2])[0]
    assert list(body) == [
        "worker_id",
        "date",
        "rule",
        "verified",
        "required",
        "excused",
        "patrols",
    ]
    assert list(body["patrols"][0]) == [
        "window",
        "verdict",
        "excused",
        "provisional",
        "reasons",
        "start",
        "end",
        "dwell_min",
        "distance_m",
        "checkpoints_reached",
        "checkpoints_required",
        "largest_gap_s",
        "evidence",
    ]


def test_shuffled_and_doubled_rows_give_the_same_bytes(run, folder):
    first = run()[2]
    rows = pd.read_csv(folder / "positions.csv", dtype=str)
    mixed = pd.concat([rows, rows]).sample(frac=1.0, random_state=3)
    mixed.to_csv(folder / "mixed.csv", index=False)
    assert run(positions="mixed.csv")[2] == first != b""


def test_parquet_gives_the_same_bytes_as_csv(run, folder):
    rows = pd.read_csv(folder / "positions.csv")
    rows["t"] = pd.to_datetime(rows["t"], format="ISO8601")
    rows.to_parquet(folder / "positions.parquet")
    assert run(positions="positions.parquet")[2] == run()[2]


def test_checkpoints_calendar_rules_date_and_moment_are_read(run, folder):
    point = in_degrees(square(2.0)).centroid
    points = gpd.GeoDataFrame(
        {"grid_code": [HOME], "checkpoint_id": ["mine"]}, geometry=[point], crs=4326
    )
    points.to_file(folder / "cp.geojson", driver="GeoJSON")
    (folder / "cal.csv").write_text(
        f"worker_id,grid_code,from,to,kind\nw2,,{DAY},{DAY},leave\n"
    )
    (folder / "r.toml").write_text('rule_id = "small"\nbase = "5-300"\n')
    code, _, text = run(
        "--checkpoints=cp.geojson",
        "--calendar=cal.csv",
        "--rules=r.toml",
        f"--date={DAY}",
        f"--as-of={DAY}T23:30:00+08:00",
    )
    assert code == 0
    first, second = bodies(text)
    assert first["rule"] == "small"
    assert first["patrols"][0]["checkpoints_required"] == 1
    assert (second["excused"], second["required"]) == (3, 0)
    assert second["patrols"][1]["provisional"]


def test_a_preset_is_a_rule_too(run):
    windows = [p["window"] for p in bodies(run("--rules=flood")[2])[0]["patrols"]]
    assert len(windows) == 4


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("t", "2026-05-20T08:00:00", ["row 2", "'t'", "offset"]),
        ("t", "yesterday", ["row 2", "'t'", "yesterday"]),
        ("received_at", "2026-05-20 08:00", ["row 2", "'received_at'", "offset"]),
        ("lon", "east", ["row 2", "'lon'", "east"]),
        ("mock", "perhaps", ["row 2", "'mock'", "perhaps"]),
        ("worker_id", "", ["row 2", "'worker_id'"]),
    ],
)
def test_a_wrong_value_is_named_with_row_and_column(run, folder, column, value, words):
    rows = pd.read_csv(folder / "positions.csv", dtype=str)
    rows.loc[1, column] = value
    rows.to_csv(folder / "wrong.csv", index=False)
    code, error, text = run(positions="wrong.csv")
    assert (code, text) == (2, b"")
    assert error.startswith("xunge: wrong.csv")
    assert error.count("\n") == 1
    assert all(word in error for word in words)


def test_a_missing_column_is_named(run, folder):
    rows = pd.read_csv(folder / "positions.csv").drop(columns="lat")
    rows.to_csv(folder / "narrow.csv", index=False)
    code, error, _ = run(positions="narrow.csv")
    assert code == 2
    assert "'lat' is missing" in error


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "assign.csv",
            f"worker_id,grid_code\nw1,{NEXT[:-1]}9\n",
            ["none of the grids"],
        ),
        ("assign.csv", "worker\nw1\n", ["'worker_id' is missing"]),
        (
            "assign.csv",
            f"worker_id,grid_code,from\nw1,{HOME},May\n",
            ["row 1", "'from'"],
        ),
        ("grids.geojson", "{}", ["grids.geojson"]),
        ("positions.csv", "", ["positions.csv"]),
    ],
)
def test_other_wrong_files_give_one_line(run, folder, name, content, words):
    (folder / name).write_text(content)
    code, error, _ = run()
    assert code == 2
    assert error.count("\n") == 1
    assert all(word in error for word in words)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--rules=nothing.toml", ["nothing.toml", "forest-fire"]),
        ("--date=today", ["--date"]),
        ("--as-of=2026-05-20T08:00:00", ["--as-of", "offset"]),
    ],
)
def test_wrong_options_give_one_line(run, option, words):
    code, error, _ = run(option)
    assert code == 2
    assert all(word in error for word in words)


def test_real_walks_are_verified_and_the_car_is_not(run, folder):
    source = WALKS / "gpxpy_walks.csv"
    if not source.exists():
        pytest.skip(f"the real walks are not beside the checkout: {source.name}")
    walks = pd.read_csv(source).rename(columns={"track_id": "worker_id"})
    walks.to_csv(folder / "walks.csv", index=False)
    shapes, rows = [], ["worker_id,grid_code"]
    for number, (walker, part) in enumerate(walks.groupby("worker_id"), start=1):
        code = f"410325105200{number:03d}"
        box = part["lon"].min(), part["lat"].min(), part["lon"].max(), part["lat"].max()
        shapes.append((code, shapely.box(*box).buffer(0.003)))
        rows.append(f"{walker},{code}")
    frame = gpd.GeoDataFrame(
        {"grid_code": [code for code, _ in shapes]},
        geometry=[shape for _, shape in shapes],
        crs=4326,
    )
    frame.to_file(folder / "grids.geojson", driver="GeoJSON")
    (folder / "assign.csv").write_text("\n".join(rows) + "\n")
    (folder / "long.toml").write_text(
        "dwell_min = 8\nstay_min = 60\ngap_s = 2400\nrate_share = 0.2\n"
        '[[windows]]\ncode = "day"\nstart = "00:00"\nend = "24:00"\n'
    )
    code, _, text = run("--rules=long.toml", positions="walks.csv")
    assert code == 0
    best = {}
    for body in bodies(text):
        for patrol in body["patrols"]:
            best.setdefault(body["worker_id"], set()).add(patrol["verdict"])
    assert "verified" in best["korita-zbevnica.gpx"]
    assert "verified" in best["cerknicko-jezero.gpx"]
    assert "verified" not in best["around-visnjan-with-car.gpx"]
    assert best["Mojstrovka.gpx"] == {"no_data"}
