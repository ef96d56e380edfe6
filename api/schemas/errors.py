"""The one shape of every error."""

from pydantic import Field

from api.schemas.common import Out


class ErrorDetail(Out):
    """What is wrong: a code for programs, a Chinese sentence for people."""

    code: str = Field(examples=["invalid"])
    message: str = Field(examples=["格式或取值不符合要求"])
    field: str | None = Field(None, examples=["lon"])


class ErrorOut(Out):
    """An error."""

    error: ErrorDetail
