"""A hazard category as an administrator sets it."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import In, Text
from tracking.cases.deadlines import Clock

_MOST_MINUTES = 60 * 24 * 366


class CategoryIn(In):
    """Name, unit and deadlines; the code is in the address."""

    name: Annotated[Text, Field(min_length=1, max_length=40)]
    unit: Annotated[Text, Field(max_length=60)] | None = None
    accept_minutes: Annotated[int, Field(strict=True, ge=1, le=_MOST_MINUTES)]
    handle_minutes: Annotated[int, Field(strict=True, ge=1, le=_MOST_MINUTES)]
    clock: Clock
