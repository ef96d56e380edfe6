"""An enrolled phone as it goes out."""

from api.schemas.common import Out


class PhoneOut(Out):
    """The token goes into `Authorization: Bearer` of `POST /api/v1/fixes`."""

    token: str
