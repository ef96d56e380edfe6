"""What the command line says of words that it cannot use."""

import pytest

from api.cli.main import main


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("plan", "units.gpkg", "--grids", "x", "-o", "out"), "--grids"),
        (("plan", "units.gpkg", "--grids", "1.5", "-o", "out"), "integer: '1.5'"),
        (("plan", "units.gpkg", "--gridz", "3", "-o", "out"), "--gridz"),
        (("plan",), "units"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_word_is_one_line_and_exit_2(words, named, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["xunge", *words])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert named in said
    assert said.count("\n") == 1


def test_asked_for_its_version_it_ends_well(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["xunge", "--version"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("xunge ")
