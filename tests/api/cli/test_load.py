"""The command `xunge load` as a person at a terminal sees it."""

import json
import sys

import pytest

from api.cli.main import main


@pytest.fixture
def xunge(monkeypatch, capsys, fresh_settings):
    """Return a function (arguments) -> exit code, what was printed, the error."""
    url = fresh_settings.database_url.get_secret_value()
    monkeypatch.setenv("XUNGE_DATABASE_URL", url)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["xunge", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def village(tmp_path):
    ring = [[111, 34], [111.1, 34], [111.1, 34.1], [111, 34.1], [111, 34]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"code": "520102100200", "label": "试村"},
    }
    path = tmp_path / "village.geojson"
    document = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_dry_run_and_a_load_tell_what_they_do(xunge, village):
    options = ("--map", "name=label", "--valid-from", "2026-01-01")
    code, out, err = xunge("load", "villages", village, *options, "--dry-run")
    assert (code, err) == (0, "")
    assert "villages of 520102 from village.geojson: would be 1 new" in out
    code, out, _ = xunge("load", "villages", village, *options)
    assert (code, "loaded: 1 new" in out) == (0, True)
    code, out, _ = xunge("load", "villages", village, *options)
    assert (code, "loaded: 0 new, 0 changed, 1 same, 0 gone" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("villages", "none.gpkg"), "none.gpkg: there is no such file"),
        (("swamps", "FILE"), "layer 'swamps' is unknown"),
        (("villages", "FILE"), "no column of name"),
        (("villages", "FILE", "--map", "name"), "not of the form field=column"),
        (("villages", "FILE", "--coord-type", "mars"), "'mars' is unknown"),
        (("villages", "FILE", "--crs", "EPSG:1"), "crs 'EPSG:1' is unknown"),
        (("venues", "FILE", "--county", "52"), "is none: 6 digits"),
    ],
)
def test_wrong_input_is_one_clear_line_and_exit_2(xunge, village, arguments, problem):
    arguments = [village if a == "FILE" else a for a in arguments]
    code, out, err = xunge("load", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("xunge: ")
    assert err.count("\n") == 1
    assert problem in err
