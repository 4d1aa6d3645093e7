"""What responses from endpoints and model judges have in common on the page of a study: how far, at what pace, for what money."""

from collections.abc import Sequence

from core.domain.call import ErrorKind
from core.domain.calling import CallProgress
from core.domain.progress import Estimate, FailureCount, Spending
from core.domain.system import EMBEDDED
from pages.ui import kit
from pages.ui.kit import h
from pages.ui.words import count, duration, money


def endpoint_name(name: str) -> str:
    """An endpoint as people know it."""
    return "The embedded model" if name == EMBEDDED else name


def usual_endpoint(names: Sequence[str]) -> int:
    """Which of these is meant unless one says otherwise: one's own before the embedded model."""
    return next((at for at, name in enumerate(names) if name != EMBEDDED), 0)


def row(name: str, about: str, *, done: int, total: int, said: str, key: str) -> None:
    """One system or judge: what it is, and how far."""
    share = f"{100 * done / max(1, total):.1f}%"
    kit.show(
        "system",
        h("div", h("b", {"class": "h one", "title": name}, name), h("div", {"class": "lab"}, about)),
        h(
            "div",
            h("div", {"class": "lab num"}, said),
            h("div", {"class": "track"}, h("i", {"style": {"width": share}})),
        ),
        key=key,
    )


def pace(now: CallProgress | None) -> str:
    """What is going on just now, or why it ended; "" if neither is known."""
    if now is None:
        return ""
    if not now.is_going:
        return now.reason
    rate = f"{now.per_s:.1f} a second" if now.per_s else "begins"
    left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
    return f"{rate}{left}"


def spent(spending: Spending) -> str:
    """Everything that it was ever asked, and what that took."""
    dollars = f", {money(spending.usd)}" if spending.usd is not None else ""
    return f"{count(spending.calls, 'call')}, {count(spending.tokens, 'token')}{dollars}"


def failures(found: Sequence[FailureCount], key: str) -> None:
    """Calls that failed, by kind, with the newest one's words and what to do."""
    lines = [
        h("li", {"class": "lab"}, h("b", f"{one.n:,} × {ErrorKind(one.kind).cause}"), f". {ErrorKind(one.kind).remedy}. Last: {one.last[:200]}")
        for one in found
    ]  # fmt: skip
    if lines:
        kit.show("report", h("ul", *lines), key=key)


def estimate(said: Sequence[tuple[str, Estimate]], key: str) -> None:
    """What it will take, a line for each endpoint."""
    lines = [
        h("div", {"class": "row"}, h("span", {"class": "dim"}, endpoint_name(name)), h("b", {"class": "push num"}, _in_words(name, one)))
        for name, one in said
    ]  # fmt: skip
    about = h("p", {"class": "lab"}, "What is there already is not asked again. Nothing is spent yet.")
    kit.show("estimate", h("div", {"class": "h"}, "What it will take"), *lines, about, key=key)


def _in_words(name: str, one: Estimate) -> str:
    price = "nothing" if name == EMBEDDED else "price unknown" if one.usd is None else f"about {money(one.usd)}"
    time = duration(one.duration_s) if one.duration_s else "no time"
    return f"{count(one.calls, 'call')}, about {count(one.tokens, 'token')}, {price}, {time}"
