"""Settings of an installation, from the environment (EVOL_STUDIO_…) once, at start."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """`home` holds studio.duckdb and projects/; `project` is the one opened first ("demo" for the shipped one).

    `upload_mb` is the largest file that a browser may send, in MB; by path there is no limit.
    """

    model_config = SettingsConfigDict(env_prefix="EVOL_STUDIO_", frozen=True)

    home: Path = ROOT / "data"
    project: str = ""
    shipped: Path = ROOT / "data"
    upload_mb: int = 2_000

    @property
    def projects(self) -> Path:
        return self.home / "projects"
