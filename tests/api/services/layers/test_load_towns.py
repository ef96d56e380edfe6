"""The layers of the shared towns load, and load again without a change."""

from pathlib import Path

import geopandas as gpd
import pytest

from api.services.layers.load import LoadOptions, load_layer
from tests.api.services.layers.offices import NOW, counts

TOWNS = Path(__file__).parents[5] / "shared" / "data" / "towns"
DETING = {
    "villages": ("admin_villages", 25),
    "towns": ("boundary", 1),
    "settlements": ("natural_villages", 264),
    "mine_openings": ("mines", 192),
    "venues": ("venues", 316),
    "schools": ("schools", 8),
    "enterprises": ("enterprises", 12),
    "service_stations": ("service_stations", 25),
    "exclusive_areas": ("exclusive_sites", 28),
    "rivers": ("rivers", 6),
    "roads": ("roads", 598),
    "ridges": ("ridges", 2),
}


def test_the_layers_of_a_real_town_load_and_load_again(fresh_database, read_here):
    if not TOWNS.exists():
        pytest.skip(f"{TOWNS} is not here: shared data is absent")
    for again in (False, True):
        for layer, (file, count) in DETING.items():
            path = TOWNS / "deting" / f"{file}.geojson"
            report = load_layer(fresh_database, layer, path, now=NOW)
            if not again and layer == "towns":
                assert counts(report) == (0, 1, 0, 0)
                continue
            wanted = (0, 0, count, 0) if again else (count, 0, 0, 0)
            assert counts(report) == wanted


@pytest.mark.parametrize("town", ["weixian", "dangshan", "liuhang", "linzhou"])
def test_the_layers_of_other_towns_load_and_load_again(fresh_database, read_here, town):
    if not TOWNS.exists():
        pytest.skip(f"{TOWNS} is not here: shared data is absent")
    layers = {"regions": "boundary", "towns": "towns", "villages": "villages"}
    layers |= {"settlements": "blocks", "roads": "roads"}
    for again in (False, True):
        county = None
        for layer, file in layers.items():
            path = TOWNS / town / f"{file}.geojson"
            if not path.exists():
                continue
            options = LoadOptions(county=county)
            report = load_layer(fresh_database, layer, path, options, now=NOW)
            county = report.county
            new, changed, same, gone = counts(report)
            assert (changed, gone) == (0, 0)
            assert (same if again else new) == len(gpd.read_file(path))
