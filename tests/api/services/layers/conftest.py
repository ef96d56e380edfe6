"""A county office, and one whose villages are loaded."""

import pytest

from api.services.layers import load
from geo.reading import read_layer
from tests.api.services.layers.offices import Office


@pytest.fixture
def read_here(monkeypatch):
    """Read in this process: that a process apart reads the same is tested elsewhere."""
    monkeypatch.setattr(load, "read_apart", read_layer)


@pytest.fixture
def office(database, tmp_path, read_here):
    return Office(database, tmp_path)


@pytest.fixture
def settled(office):
    """An office whose villages are loaded."""
    office.load("villages", office.villages(), county_name="试县")
    return office
