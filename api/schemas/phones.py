"""An enrolled phone, and the apps for it, as they go out."""

from api.schemas.common import Out


class PhoneOut(Out):
    """The token goes into `Authorization: Bearer` of `POST /api/v1/fixes`."""

    token: str


class PhoneSetupOut(PhoneOut):
    """An app's set-up: scan `qr_svg`, open `link`, or import `profile` as a file."""

    link: str
    profile: str | None
    qr_svg: str


class PackageOut(Out):
    """An app to install; `sha256` is of the file, in hexadecimal digits."""

    name: str
    byte_count: int
    sha256: str
