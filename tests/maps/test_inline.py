"""A page carries everything with it, or is refused."""

import pytest

from maps.errors import UnknownAsset
from maps.inline import inline_assets

SCRIPT = '<script src="{}"></script>'
LINK = '<link rel="stylesheet" href="{}"/>'


def test_a_script_is_written_into_the_page():
    page = inline_assets(SCRIPT.format("leaflet/leaflet.js"))
    assert "src=" not in page.split("<script>")[0]
    assert "Leaflet 1.9.4" in page
    assert page.count("</script") == 1


def test_pictures_of_a_style_sheet_become_data():
    page = inline_assets(LINK.format("leaflet/leaflet.css"))
    assert "url(data:image/png;base64," in page
    assert "url(images/" not in page


@pytest.mark.parametrize(
    "name",
    [
        "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js",
        "//cdn.example/leaflet.js",
        "leaflet/leaflet.mjs",
        "../style.json",
        "/etc/hostname",
        "leaflet",
    ],
)
def test_anything_that_is_not_packaged_is_refused(name):
    with pytest.raises(UnknownAsset, match="not in maps/assets"):
        inline_assets(SCRIPT.format(name))
    with pytest.raises(UnknownAsset):
        inline_assets(LINK.format(name))


def test_scripts_without_a_source_stay_as_they_are():
    page = "<script>let a = 1;</script>"
    assert inline_assets(page) == page
