"""Settings are read in one place and each stands in docs/settings.md."""

import re
from pathlib import Path

import pytest

from api.settings import Settings, read_settings
from geo.errors import BadInput

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `XUNGE_(\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    return {
        name.lower(): (default, meaning)
        for name, default, meaning in ROW.findall(DOCUMENT.read_text("utf-8"))
    }


def test_every_setting_stands_in_the_document_and_nothing_else():
    assert list(documented()) == list(Settings.model_fields)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, field in Settings.model_fields.items()
        if field.default is not None
    ],
)
def test_the_document_tells_the_default_of(name):
    default = Settings.model_fields[name].default
    assert documented()[name][0] == f"`{str(default).lower()}`"


def test_a_setting_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("XUNGE_PORT", "9000")
    assert read_settings().port == 9000


def test_a_value_that_cannot_be_is_named_and_not_repeated(monkeypatch):
    monkeypatch.setenv("XUNGE_PORT", "secret")
    with pytest.raises(BadInput, match="XUNGE_PORT") as caught:
        read_settings()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_photos_lie_in_the_data_folder_unless_told_otherwise(tmp_path):
    assert Settings(data_dir=tmp_path).photos == tmp_path / "photos"
    assert Settings(photo_dir=tmp_path / "p").photos == tmp_path / "p"
