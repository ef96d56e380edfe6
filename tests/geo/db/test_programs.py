"""Where PostgreSQL is looked for, and what is said where it is not."""

import pytest

from geo.db import programs
from geo.errors import DatabaseTrouble


def test_missing_packages_are_one_line_that_names_them(monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "_PROGRAMS", tmp_path)
    with pytest.raises(DatabaseTrouble, match="install: postgresql-15 ") as caught:
        programs.find_programs()
    assert "\n" not in str(caught.value)
    with pytest.raises(DatabaseTrouble, match="install: postgresql-17 "):
        programs.find_programs(17)


def test_postgresql_without_postgis_will_not_do(monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "_EXTENSIONS", tmp_path)
    with pytest.raises(DatabaseTrouble, match="PostGIS is not installed"):
        programs.find_programs()


def test_the_reason_is_the_line_that_tells_an_error():
    said = "LOG:  starting\nFATAL:  no space left on device\nLOG:  shut down\n"
    assert programs.last_line(said) == "FATAL:  no space left on device"
    assert programs.last_line("") == "it says nothing"
