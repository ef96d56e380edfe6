"""Parts of every schema: strict, finite, bounded, and nothing superfluous."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

CoordType = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


def _without_odd_characters(text: str) -> str:
    # PostgreSQL stores no NUL, and a lone surrogate is no text in any encoding.
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("NUL and lone surrogates are not text")
    return text


def _in_living_memory(moment: datetime) -> datetime:
    # Years near 1 or 9999 overflow when a time zone is applied.
    if not 1900 <= moment.year <= 2200:
        raise ValueError("the year is out of range")
    return moment


Text = Annotated[str, AfterValidator(_without_odd_characters)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_living_memory)]
Lon = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]


class In(BaseModel):
    """What comes in: a key that is not asked for is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True, from_attributes=True)
