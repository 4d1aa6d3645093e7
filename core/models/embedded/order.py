"""What the app and its child say to each other, one line of JSON each."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the app asks for. It travels through a pipe: arguments and environment can be read by others."""

    weights: str
    model: str
    api_key: str


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What the child answers once the model is loaded."""

    port: int
