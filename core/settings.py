"""Settings of an installation, from the environment (EVOL_STUDIO_…) once, at start."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """`home` holds studio.duckdb and projects/; `project` is the one opened first ("demo" for the shipped one).

    `upload_mb` is the largest file that a browser may send, in MB; by path there is no limit. `backups`: where they are made, if not
    in `home`/backups.
    `cluster` is the address of a Ray cluster whose workers may make a run's calls; `cluster_gpus`: of each worker.
    `log` is a file, "console" (JSON lines on standard output, no file) or "off"; empty: logs/studio.jsonl below `home`. `log_mb` is the
    most that the file and the four before it take; `log_messages`: also what exceptions say, which can be anybody's text.
    """

    model_config = SettingsConfigDict(env_prefix="EVOL_STUDIO_", frozen=True)

    home: Path = ROOT / "data"
    project: str = ""
    shipped: Path = ROOT / "data"
    upload_mb: int = 2_000
    backups: Path | None = None
    cluster: str = ""
    cluster_gpus: float = Field(default=0.0, ge=0.0, le=64.0)
    sign_in: Literal["none", "accounts", "oidc"] = "none"
    host: str = ""
    session_days: int = Field(default=14, ge=1, le=365)
    log: str = ""
    log_mb: int = 100
    log_messages: bool = False

    @property
    def asks_who(self) -> bool:
        """Whether people sign in."""
        return self.sign_in != "none"

    @property
    def hosts(self) -> frozenset[str]:
        """The names of `host`, without schemes and ports, in small letters."""
        named = (one.strip() for one in self.host.split(","))
        return frozenset(urlsplit(one if "//" in one else f"//{one}").hostname or "" for one in named if one)

    @property
    def is_behind_https(self) -> bool:
        """Whether every name of `host` is reached over https."""
        named = [one.strip() for one in self.host.split(",") if one.strip()]
        return bool(named) and all(one.startswith("https://") for one in named)

    @property
    def projects(self) -> Path:
        return self.home / "projects"

    @property
    def backup_folder(self) -> Path:
        """Where backups are made: best on another disk than the projects."""
        return self.backups or self.home / "backups"
