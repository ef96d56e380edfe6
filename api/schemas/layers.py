"""Layers from a browser: how to read a file, and what can be loaded."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import CoordType, In, Out, Text

Name = Annotated[Text, Field(min_length=1, max_length=200)]


class HowIn(In):
    """What a file holds, and how to read it where it does not say."""

    layer: Annotated[Text, Field(min_length=1, max_length=40)]
    coord_type: CoordType | None = None
    encoding: Name | None = None
    crs: Name | None = None
    layer_name: Name | None = None
    lon: Name | None = None
    lat: Name | None = None


class UploadIn(HowIn):
    """The same, and what the file is called."""

    name: Name


class PreviewIn(HowIn):
    """The same, and which column is which field."""

    mapping: Annotated[dict[Name, Name], Field(max_length=50)] = {}  # noqa: RUF012


class LoadIn(PreviewIn):
    """The same, for good."""

    allow_gone: bool = False
    valid_from: date | None = None


class LayerKindOut(Out):
    """A layer that can be loaded."""

    name: str
    title: str
    shapes: list[str]
    fields: list[dict[str, Any]]
