"""Read a layer of a map from whatever file an office has."""

from geo.reading.layer import Layer, Source, read_layer
from geo.reading.text import as_text

__all__ = ["Layer", "Source", "as_text", "read_layer"]
