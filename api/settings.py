"""Settings of a deployment, from ``XUNGE_…`` in the environment.

Only entry points read them. What a county decides (rounds, windows, deadlines) is data
with a history and never a setting. Each setting stands in docs/settings.md.
"""

from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.errors import BadInput


class Settings(BaseSettings):
    """Where things are, and how the server is reached."""

    model_config = SettingsConfigDict(env_prefix="XUNGE_", frozen=True)

    data_dir: Path = Path(".data")
    """Folder of everything kept here: the private database in ``pg``, the photos."""

    photo_dir: Path | None = None
    """Folder of the photos; ``photos`` in the data folder unless given."""

    database_url: SecretStr | None = None
    """Address of a PostgreSQL server of one's own, instead of the private one."""

    owner_url: SecretStr | None = None
    """Address of a login there that may migrate; `database_url` unless given."""

    host: str = "127.0.0.1"
    """Address that the server listens on."""

    port: int = 8325
    """Port that the server listens on; 0 lets the system choose a free one."""

    cookie_secure: bool = False
    """Send the session cookie over HTTPS only; set it wherever there is HTTPS."""

    session_hours: int = 12
    """Hours after which a log-in ends."""

    osmand_query: bool = False
    """Take fixes from a URL's query too; off, because URLs end up in logs."""

    metrics_token: SecretStr | None = None
    """Token with which another machine may read ``/metrics``; without, none may."""

    anchor_file: Path | None = None
    """File for the hourly anchors of the audit log; best on another machine's disk."""

    @property
    def anchors(self) -> Path:
        """The file of the anchors."""
        return self.anchor_file or self.data_dir / "audit-anchors.jsonl"

    @property
    def photos(self) -> Path:
        """The folder of the photos."""
        return self.photo_dir or self.data_dir / "photos"


def read_settings() -> Settings:
    """Return the settings of this process.

    Raises
    ------
    BadInput
        If one has a value that it cannot have.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"XUNGE_{first['loc'][0]}".upper()
        # The value is not repeated: it may be a secret.
        raise BadInput(f"{name}: {first['msg']}; see docs/settings.md") from None
