"""Keys, read where people keep them and kept nowhere: an environment variable, or Streamlit's secrets.toml."""

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from core.errors import BadInput, EndpointError
from core.settings import ROOT

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_SECRET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}(?:\.[A-Za-z_][A-Za-z0-9_]{0,79}){0,3}")
_SIGN_IN = "auth"  # the section with which people sign in: what is in it is for nobody else
_KEYLIKE = re.compile(r"(?i)^(?:sk|pk|gsk|hf|xai|nvapi|r8|pplx|sess)[_-]|^AIza|(?=.*[a-z])(?=.*[0-9])(?=.*[A-Z]).{24,}")
_SET_IT = "then start the studio again. Nothing was spent."


class Keyed(Protocol):
    """What needs a key, and has the name of it: of an environment variable, of an entry of the secrets, or none."""

    @property
    def key_env(self) -> str | None: ...

    @property
    def key_secret(self) -> str | None: ...


def secrets_files() -> tuple[Path, ...]:
    """Where Streamlit looks for secrets; what the studio's own folder says wins."""
    return Path.home() / ".streamlit" / "secrets.toml", ROOT / ".streamlit" / "secrets.toml"


def require_name(endpoint: Keyed) -> None:
    """BadInput if what should be a key's NAME is none, or looks like the key itself. It is never repeated."""
    if endpoint.key_env and endpoint.key_secret:
        raise BadInput("The key has two names", to_do="Give the variable's name or the secret's, and leave one empty.")
    for name, is_name, example in (
        (endpoint.key_env, _ENVIRONMENT_NAME, "a variable's NAME, such as OPENAI_API_KEY"),
        (endpoint.key_secret, _SECRET_NAME, "the NAME of an entry, such as OPENAI_API_KEY or openai.key"),
    ):
        if name and _KEYLIKE.search(name):
            raise BadInput("That looks like a key itself", to_do=f"Give {example}. The key is never typed here.")
        if name and not is_name.fullmatch(name):
            what = "an environment variable" if name == endpoint.key_env else "a secret"
            raise BadInput(f"That is no name of {what}", to_do=f"Give {example}. The key itself is never typed here.")

    if endpoint.key_secret and endpoint.key_secret.partition(".")[0] == _SIGN_IN:
        raise BadInput("What signs people in is sent to no server", to_do="Give the name of another secret.")


def read_key(endpoint: Keyed, files: Sequence[Path] = ()) -> str | None:
    """The key's value now; None for an endpoint that needs none. EndpointError says where it is missing.

    `files` are read anew each time, the last one first: a key that was changed holds from the next use.
    """
    if endpoint.key_env:
        key = os.environ.get(endpoint.key_env, "")
        if not key.strip():
            raise EndpointError(
                f"The environment variable {endpoint.key_env} is not set",
                to_do=f"Set it in the terminal that starts the studio, {_SET_IT}",
            )
        return key
    if not endpoint.key_secret:
        return None
    for file in reversed(files):
        found = _entry(file, endpoint.key_secret)
        if found:
            return found
    where = " or ".join(str(file) for file in reversed(files))
    raise EndpointError(f"There is no secret {endpoint.key_secret}", to_do=f"Put it into {where}. Nothing was spent.")


def _entry(file: Path, name: str) -> str:
    """The text under a dotted name; "" if there is none. A damaged file is said without a word of what is in it."""
    try:
        value: object = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        raise EndpointError(
            "The file of secrets cannot be read", where=str(file), to_do='Write it as TOML: NAME = "the key"'
        ) from None
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value.strip() if isinstance(value, str) else ""
