"""Settings of a deployment, from ``XUNGE_…`` in the environment.

Only entry points read them. What a county decides (rounds, windows, deadlines) is data
with a history and never a setting. Each setting stands in docs/settings.md.
"""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.errors import BadInput
from tracking.cases.roles import Role

_ROLES = frozenset(role.value for role in Role)


class Settings(BaseSettings):
    """Where things are, and how the server is reached."""

    model_config = SettingsConfigDict(env_prefix="XUNGE_", frozen=True)

    data_dir: Path = Path(".data")
    """Folder of everything kept here: the private database in ``pg``, the photos."""

    photo_dir: Path | None = None
    """Folder of the photos; ``photos`` in the data folder unless given."""

    apps_dir: Path | None = None
    """Folder of app packages for phones; ``apps`` in the data folder unless given."""

    basemap: str | None = None
    """What lies below the map, from below, with blanks between: ``tianditu``,
    ``tianditu-img``, PMTiles files, addresses of tile servers."""

    basemap_credit: str | None = None
    """What the corner of a map says of the basemap."""

    basemap_max_zoom: int = Field(default=18, ge=0, le=22)
    """The finest zoom that the basemap has."""

    tianditu_key: SecretStr | None = None
    """Key for 天地图; it stays on the server."""

    database_url: SecretStr | None = None
    """Address of a PostgreSQL server of one's own, instead of the private one."""

    owner_url: SecretStr | None = None
    """Address of a login there that may migrate; `database_url` unless given."""

    ingest_url: SecretStr | None = None
    """Address of a login there that may become xunge_ingest alone."""

    jobs_url: SecretStr | None = None
    """Address of a login there that may become xunge_jobs alone."""

    host: str = "127.0.0.1"
    """Address that the server listens on."""

    port: int = 8325
    """Port that the server listens on; 0 lets the system choose a free one."""

    cookie_secure: bool = False
    """Send the session cookie over HTTPS only; set it wherever there is HTTPS."""

    session_hours: int = 12
    """Hours after which a log-in ends."""

    archive_dir: Path | None = None
    """Folder for the log and base copies of the private database, to restore a moment
    from; without it there is none."""

    second_factor_roles: str | None = None
    """Roles that must sign in with a one-time code too, with commas between them."""

    key_file: Path | None = None
    """File of this deployment's key; ``server.key`` in the data folder unless given."""

    oidc_issuer: str | None = None
    """Provider at which people may sign in too; see docs/settings.md."""

    oidc_client_id: str | None = None
    """Name of this deployment at the provider."""

    oidc_client_secret: SecretStr | None = None
    """Secret of this deployment at the provider, if it gave one."""

    oidc_return_url: str | None = None
    """Address of ours to which the provider sends people back."""

    oidc_name: str = "统一身份认证"
    """What the button on the sign-in page calls the provider."""

    ingest_by_get: bool = False
    """Take fixes from addresses too (OsmAnd, GPSLogger); they end up in logs."""

    metrics_token: SecretStr | None = None
    """Token with which another machine may read ``/metrics``; without, none may."""

    anchor_file: Path | None = None
    """File for the hourly anchors of the audit log; best on another machine's disk."""

    journal_days: int = Field(default=8, ge=8, le=3660)
    """Days after which what was received is kept in the day tracks alone."""

    fixes_days: int = Field(default=90, ge=31, le=3660)
    """Days after which the fixes of rounds that nobody disputes are dropped."""

    disputed_months: int = Field(default=12, ge=1, le=120)
    """Months after the close of the month for fixes of rounds that may be disputed."""

    verdict_years: int = Field(default=3, ge=2, le=30)
    """Years after which verdicts, appeals, decisions and visits are dropped."""

    photo_years: int = Field(default=3, ge=1, le=30)
    """Years after its case was closed for which a photo is kept."""

    @field_validator("second_factor_roles")
    @classmethod
    def _are_roles(cls, value: str | None) -> str | None:
        unknown = {
            word.strip() for word in (value or "").split(",") if word.strip()
        } - _ROLES
        if unknown:
            raise ValueError(f"{min(unknown)} is none of {', '.join(sorted(_ROLES))}")
        return value

    @property
    def roles_with_second_factor(self) -> frozenset[Role]:
        """The roles that must sign in with a one-time code too."""
        words = (word.strip() for word in (self.second_factor_roles or "").split(","))
        return frozenset(Role(word) for word in words if word)

    @property
    def anchors(self) -> Path:
        """The file of the anchors."""
        return self.anchor_file or self.data_dir / "audit-anchors.jsonl"

    @property
    def key(self) -> Path:
        """The file of this deployment's key."""
        return self.key_file or self.data_dir / "server.key"

    @property
    def voices(self) -> Path:
        """The folder of spoken reports, in the folder of the photos."""
        return self.photos / "voices"

    @property
    def apps(self) -> Path:
        """The folder of app packages for phones."""
        return self.apps_dir or self.data_dir / "apps"

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
