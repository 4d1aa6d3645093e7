"""Settings of an installation, from the environment (EVOL_STUDIO_…) once, at start."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """`home` holds studio.duckdb and projects/; `project` is the one opened first ("demo" for the shipped one).

    `upload_mb` is the largest file that a browser may send, in MB; by path there is no limit.
    `cluster` is the address of a Ray cluster whose workers may make a run's calls; `cluster_gpus`: of each worker.
    `log` is a file, "console" (JSON lines on standard output, no file) or "off"; empty: logs/studio.jsonl below `home`. `log_mb` is the
    most that the file and the four before it take; `log_messages`: also what exceptions say, which can be anybody's text.
    """

    model_config = SettingsConfigDict(env_prefix="EVOL_STUDIO_", frozen=True)

    home: Path = ROOT / "data"
    project: str = ""
    shipped: Path = ROOT / "data"
    upload_mb: int = 2_000
    cluster: str = ""
    cluster_gpus: float = Field(default=0.0, ge=0.0, le=64.0)
    log: str = ""
    log_mb: int = 100
    log_messages: bool = False

    @property
    def projects(self) -> Path:
        return self.home / "projects"
