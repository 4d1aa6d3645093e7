"""What an endpoint can be: its name, and the numbers that bound its calls."""

import math
import re
from collections.abc import Sequence

from core.domain.system import EMBEDDED, Endpoint
from core.errors import BadInput

_NAME = re.compile(r"[\w .-]{1,60}")
_MOST_IN_FLIGHT, _LONGEST_S = 512, 3_600.0


def require_free(name: str, taken: Sequence[str]) -> None:
    """BadInput for a name that cannot be one, or that an endpoint or a pool has already."""
    if name == EMBEDDED or not _NAME.fullmatch(name) or not name.strip():
        raise BadInput("This name cannot be used", to_do="Use letters, digits, spaces, dots and hyphens.")
    if name in taken:
        raise BadInput(f"“{name}” is taken", to_do="Endpoints and pools share their names: choose another one.")


def require_sound(endpoint: Endpoint) -> None:
    """BadInput for a number that no endpoint can have."""
    sampling, prices = endpoint.sampling, endpoint.prices
    limits = (
        ("Calls in flight", endpoint.in_flight, 1, _MOST_IN_FLIGHT),
        ("Requests a minute", endpoint.requests_per_min, 1, 10**6),
        ("Tokens a minute", endpoint.tokens_per_min, 1, 10**9),
        ("The time-out", endpoint.timeout_s, 0.1, _LONGEST_S),
        ("The price of tokens in", prices.input_usd, 0, 10**5),
        ("The price of tokens out", prices.output_usd, 0, 10**5),
        ("The temperature", sampling.temperature, 0, 2),
        ("Top-p", sampling.top_p, 0, 1),
        ("The most tokens", sampling.max_tokens, 1, 10**6),
        ("The price by batch", endpoint.batch_share, 0, 1),
    )
    for what, value, least, most in limits:
        if value is not None and not (math.isfinite(value) and least <= value <= most):
            raise BadInput(f"{what} must be from {least:g} to {most:,.0f}", to_do="Change it, or leave it empty.")
