"""Settings: every knob of an installation, read from the environment (SIPAS_…) and documented here, in one place."""

import hashlib
import hmac
import secrets
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import ConfigurationError
from survey_forms.vocabulary import Asking

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Days and periods are days in Việt Nam; storage is UTC."""

_SHORTEST_SECRET = 32


class Settings(BaseSettings):
    """One installation. `sipas check` prints what is in force and where it came from."""

    model_config = SettingsConfigDict(env_prefix="SIPAS_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder of the SQLite file, the secret key and whatever else must be backed up.",
    )
    database_url: str = Field(default="", description="SQLAlchemy address of the database. Empty: the file sipas.db in the data folder.")
    secret_key: str = Field(
        default="",
        description="At least 32 characters; signs forms and keys the hashes of rating codes. "
        "Empty: the file secret.key in the data folder, made by `sipas db upgrade`.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080",
        pattern=r"^https?://[^/\s]+(/[^\s]*[^/\s])?$",
        description="Address citizens reach, without a slash at the end; it stands in the QR.",
    )
    kiosk_instrument: str = Field(default="kiosk-default@1.0", description="Questionnaire the desks ask, as series@version.")
    code_valid_days: int = Field(default=60, ge=1, le=400, description="How many days a rating code is valid.")
    code_kept_days: int = Field(
        default=400,
        ge=30,
        le=4000,
        description="Days a rating code is kept after its last valid one, so that its slip is told that it is used or too old.",
    )
    code_key_id: int = Field(
        default=1,
        ge=1,
        le=100,
        description="Number of the key that hashes new rating codes. Raise by one to rotate: codes of lower numbers still open.",
    )
    asking: Asking = Field(
        default="full",
        description="full: every criterion of the stage. rotating: the overall question and a balanced handful of at most six.",
    )
    n_min: int = Field(
        default=30,
        ge=2,
        le=1000,
        description="Fewest valid responses for a verdict; below it the share is shown with 'ít phiếu'.",
    )
    session_idle_minutes: int = Field(default=30, ge=5, le=240, description="A sign-in ends after so many idle minutes.")
    session_hours: int = Field(default=12, ge=1, le=24, description="A sign-in ends after so many hours in any case.")
    threads: int = Field(default=8, ge=1, le=64, description="Threads of the web server `sipas serve` starts.")
    trusted_proxies: int = Field(
        default=0, ge=0, le=4, description="How many reverse proxies stand in front and set X-Forwarded-For and -Proto."
    )

    @property
    def database_address(self) -> str:
        """The address SQLAlchemy opens."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'sipas.db').resolve()}"

    @property
    def is_https(self) -> bool:
        """Whether citizens and staff come by HTTPS, so that cookies can be Secure."""
        return self.public_url.startswith("https://")

    def load_secret(self) -> bytes:
        """The installation's secret, from the environment or the data folder.

        Raises ConfigurationError when there is none or it is too short: there is no default to fall back on.
        """
        path = self.data_dir / "secret.key"
        text = self.secret_key or (path.read_text(encoding="ascii").strip() if path.exists() else "")
        if len(text) < _SHORTEST_SECRET:
            raise ConfigurationError(
                f"no secret key of at least {_SHORTEST_SECRET} characters in SIPAS_SECRET_KEY or {path}: "
                "run `sipas db upgrade`, which makes one, or set the variable"
            )
        return text.encode()

    def ensure_secret(self) -> None:
        """Make the secret file of the data folder, readable by its owner alone, unless a secret is there already."""
        path = self.data_dir / "secret.key"
        if self.secret_key or path.exists():
            return
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")


def derive_key(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose; knowing one tells nothing about another (HMAC-SHA256 as a KDF)."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, `overrides` first. Raises ConfigurationError naming each wrong variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks what a command line hands over
    except ValidationError as error:
        wrong = "; ".join(f"SIPAS_{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"settings are wrong: {wrong}") from None
