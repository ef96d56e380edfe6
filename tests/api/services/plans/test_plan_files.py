"""`xunge plan`: files in, files out, and what the independent scorer says of them."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from api.cli.main import main
from tests.planning.builders import shuffled, small_town, square_units

SHARED = Path(__file__).parents[5] / "shared"
CHICAGO = SHARED / "data" / "planning" / "chicago2069.gpkg"


def in_a_process(*words, **env):
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from api.cli.main import main; main()",
            *map(str, words),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )


@pytest.fixture
def xunge(monkeypatch, capfd):
    """Return a function: run the command in this process, which has all imported."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["xunge", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(words, end.value.code, said.out, said.err)

    return run


@pytest.fixture
def units(tmp_path):
    path = tmp_path / "units.gpkg"
    square_units(6, 6).rename(columns={"load": "population"}).to_file(path)
    return path


@pytest.fixture
def town_files(tmp_path):
    town = small_town()
    paths = {}
    for name in ("units", "villages", "sites", "lines"):
        paths[name] = tmp_path / f"{name}.geojson"
        frame = getattr(town, name)
        frame.rename(columns={"label": "village_code"}).to_file(paths[name])
    return paths


def test_a_plan_writes_its_tables_and_its_report(units, tmp_path):
    out = tmp_path / "out"
    done = in_a_process("plan", units, "--grids", 6, "-o", out)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in out.iterdir()}
    assert names == {
        "assignment.csv",
        "grids.geojson",
        "units.csv",
        "report.json",
        "report.html",
    }
    assignment = pd.read_csv(out / "assignment.csv")
    assert list(assignment.columns) == ["unit_id", "grid_id"]
    assert (len(assignment), assignment["grid_id"].nunique()) == (36, 6)
    report = json.loads((out / "report.json").read_text())
    assert report["scores"]["balance"]["max_deviation_pct"] == {
        "value": 0.0,
        "unit": "%",
        "version": 1,
    }


def test_written_grids_prove_their_coverage(xunge, town_files, tmp_path):
    out = tmp_path / "out"
    done = xunge(
        "plan", town_files["units"], "--grids", 25, "--load", "load",
        "--within", "village_code", "--outlines", town_files["villages"],
        "--exclusive", town_files["sites"], "--barriers", town_files["lines"],
        "-o", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "25 base + 1 exclusive grids" in done.stdout
    assert "coverage proven" in done.stdout
    grids = gpd.read_file(out / "grids.geojson")
    assert grids["grid_code"].str.fullmatch(r"41032510520[1-4]\d{3}").all()
    assert shapely.coverage_is_valid(grids.geometry.values)
    kinds = {border["kind"] for borders in grids["borders"] for border in borders}
    assert {"river", "village_line", "open", "outline"} <= kinds


def test_alternatives_are_written_beside_the_plan(xunge, tmp_path):
    path, out = tmp_path / "units.gpkg", tmp_path / "out"
    load = [1.0 + (i * 7) % 5 for i in range(36)]
    square_units(6, 6, load).to_file(path)
    done = xunge(
        "plan", path, "--load", "load", "--grids", 7, "--alternatives", 4, "-o", out
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((out / "report.json").read_text())
    for other in report["alternatives"]:
        assert len(pd.read_csv(out / other["file"])) == 36


def test_results_that_another_run_left_in_the_folder_are_named(xunge, units, tmp_path):
    out = tmp_path / "out"
    ask = ("plan", units, "--grids", 4, "-o", out)
    assert "another run" not in xunge(*ask).stdout
    for name in ("assignment_2.csv", "moves.csv", "villages.html", "mine.csv"):
        (out / name).touch()
    said = xunge(*ask).stdout
    named = "assignment_2.csv, moves.csv, villages.html"
    assert f"note: {out} still holds {named} of another run" in said


@pytest.mark.parametrize("old", ["assignment.csv", "assignment_2.csv", "units.csv"])
def test_a_plan_is_not_written_over_the_one_that_it_starts_from(
    xunge, units, tmp_path, old
):
    out = tmp_path / "out"
    out.mkdir()
    table = "unit_id,grid_id\n" + "".join(f"u{i:04d},{i // 9}\n" for i in range(36))
    (out / old).write_text(table)
    ask = ("plan", units, "--grids", 4, "--previous", out / old, "--prices", "none")
    done = xunge(*ask, "-o", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"{out / old} is of a plan in" in done.stderr
    assert "name another folder with -o" in done.stderr
    assert [(path.name, path.read_text()) for path in out.iterdir()] == [(old, table)]


def test_a_previous_plan_under_a_name_of_its_own_may_lie_where_the_new_one_goes(
    xunge, units, tmp_path
):
    old = tmp_path / "in_force.csv"
    table = "unit_id,grid_id\n" + "".join(f"u{i:04d},{i // 9}\n" for i in range(36))
    old.write_text(table)
    ask = ("plan", units, "--grids", 4, "--previous", old, "--prices", "none")
    done = xunge(*ask, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert old.read_text() == table


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--grids", "50"], "at most 36"),
        (["--grids", "6", "--load", "people"], "column 'people' is missing"),
        (["--grids", "6", "--within", "ward"], "column 'ward' is missing"),
        ([], "a number of grids or"),
        (["--target", "inf"], "no number above 0"),
        (["--target", "0.5"], "at most 36, of a load of 1 or more"),
        (["--grids", "6", "--id", "geometry"], "geometry holds shapes"),
        (["--grids", "6", "--lock", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(xunge, units, tmp_path, words, line):
    done = xunge("plan", units, *words, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("xunge: ")
    assert line in done.stderr


@pytest.mark.parametrize("words", [["--grids", 2], ["--grids", 25, "--micro", 9_999]])
def test_a_refusal_is_one_line_without_the_offers(xunge, town_files, tmp_path, words):
    done = xunge(
        "plan", town_files["units"], *words, "--load", "load",
        "--within", "village_code", "-o", tmp_path / "out",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_a_lock_that_is_refused_after_dividing_leaves_the_output_empty(
    xunge, units, tmp_path
):
    before, lock = tmp_path / "before.csv", tmp_path / "lock.csv"
    corners = {"u0000", "u0035"}
    ids = [f"u{i:04d}" for i in range(36)]
    grids = ["BCDEF"[i // 7 % 5] for i in range(36)]
    grids[0] = grids[35] = "A"
    pd.DataFrame({"unit_id": ids, "grid_id": grids}).to_csv(before, index=False)
    pd.DataFrame({"unit_id": sorted(corners)}).to_csv(lock, index=False)
    done = xunge(
        "plan", units, "--grids", 6, "--previous", before, "--lock", lock,
        "--prices", "none", "-o", tmp_path / "out",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "locked units cannot stay" in done.stderr


def test_offers_are_told_first(xunge, town_files, tmp_path):
    done = xunge(
        "plan", town_files["units"], "--grids", 25, "--load", "load",
        "--within", "village_code", "-o", tmp_path / "out",
    )  # fmt: skip
    assert done.stdout.startswith("25 grids under hard lines")
    assert done.stdout.count("under hard lines") == 1


def test_a_place_that_cannot_be_written_to_is_refused_before_the_units_are_read(
    xunge, tmp_path
):
    (tmp_path / "out").write_text("a file")
    done = xunge("plan", "nowhere.gpkg", "--grids", "6", "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "out: nothing can be written here: Not a directory" in done.stderr


@pytest.mark.skipif(not CHICAGO.exists(), reason="the shared planning data is absent")
def test_real_precincts_satisfy_the_independent_scorer(tmp_path):
    shuffled(gpd.read_file(CHICAGO), 3).to_file(tmp_path / "again.gpkg")
    outs = [tmp_path / "first", tmp_path / "second"]
    for seed, source, out in zip(
        "12", (CHICAGO, tmp_path / "again.gpkg"), outs, strict=True
    ):
        done = in_a_process(
            "plan", source, "--load", "pop", "--grids", 103, "-o", out,
            PYTHONHASHSEED=seed,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    texts = [(out / "assignment.csv").read_text() for out in outs]
    assert texts[0] == texts[1]
    found = score(outs[0] / "assignment.csv")
    assert (found["grids"], found["empty_parts"]) == (103, 0)
    assert found["noncontiguous_parts"] == 0
    assert found["max_abs_dev_pct"] <= 5.2


def score(assignment):
    spec = importlib.util.spec_from_file_location(
        "score_plan", SHARED / "tools" / "score_plan.py"
    )
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool.score(
        gpd.read_file(CHICAGO),
        pd.read_csv(assignment, dtype=str),
        edges=pd.read_csv(CHICAGO.with_name("chicago2069_edges.csv")),
        k=103,
    )
