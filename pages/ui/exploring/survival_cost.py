"""What a scope cost: in all, for a survivor and for an accepted one. What has no price stays unknown."""

import streamlit as st

from core.domain.explore import Scope
from core.domain.survival import Asked, Money, Price, Spent
from core.figures import explore as figures
from core.services.projects import Project
from core.services.reviewing.queue_address import as_text
from pages.ui import kit, shell
from pages.ui.exploring import card
from pages.ui.kit import h
from pages.ui.words import count, money

Cells = tuple[str | int | float | None, ...]


def show(project: Project, scope: Scope) -> None:
    found = shell.studio().survival.money(shell.actor(), project, scope)
    total = found.total
    if not total.spent.calls:
        words = "Nothing is known of what this cost: its calls were made elsewhere, or none was made."
        kit.show("empty", h("p", words), key="explore.cost.empty")
        return
    kit.show("overview", kit.stats(*_figures(total)), *_cautions(total.spent), key="explore.cost.figures")
    left, right = st.columns(2, gap="small")
    with left:
        _by_operation(found, of_accepted=False)
    with right:
        if total.accepted:
            _by_operation(found, of_accepted=True)
        else:
            words = "Nothing of it was accepted yet. What an accepted instruction cost is said here once people review."
            kit.show("empty", h("p", words), key="explore.cost.none")
    left, right = st.columns(2, gap="small")
    with left:
        _asked("kinds", "What was asked", "all calls of the scope, failed ones too", found.kinds)
    with right:
        _asked("models", "Who was asked", "whoever answered, of a pool its member", found.models)


def _dollars(spent: Spent, each: float | None) -> str:
    return "nothing" if spent.calls == spent.free else money(each)


def _figures(total: Price) -> tuple[tuple[str, str, str], ...]:
    spent = total.spent
    each = [
        (name, _dollars(spent, total.usd_each(n)) if n else "–", f"{_tokens(total, n)}, n {n:,}" if n else "none yet")
        for name, n in (("For each survivor", total.survived), ("For each accepted", total.accepted))
    ]
    return (
        ("Spent", _dollars(spent, spent.total_usd), "the embedded model" if spent.calls == spent.free else "where a price is known"),
        *each,
        ("Calls", f"{spent.calls:,}", f"{spent.tokens:,} tokens"),
    )  # fmt: skip


def _tokens(price: Price, n: int) -> str:
    return f"{price.tokens_each(n) or 0:,.0f} tokens"


def _cautions(spent: Spent) -> list[kit.Element]:
    if not spent.unpriced:
        return []
    known = f" What is known comes to {money(spent.usd)}." if spent.usd else ""
    words = f"{count(spent.unpriced, 'call')} of {spent.calls:,} have no price, so nothing here is a sum.{known}"
    return [kit.note("error", "Not priced", f"{words} Prices of an endpoint are set on the page Settings.")]


def _by_operation(found: Money, *, of_accepted: bool) -> None:
    name, word = ("accepted", "accepted one") if of_accepted else ("survivor", "survivor")
    shown = [one for one in found.operations if one.operation is not None]
    figure = figures.prices(shown, as_text, money, card.colours(), of_accepted=of_accepted)
    table = card.Rows(
        columns=("operation", "calls", "tokens", "dollars", "calls without a price", f"tokens for each {word}", f"dollars for each {word}", "n"),
        rows=tuple(_price(one, one.accepted if of_accepted else one.survived) for one in found.operations),
        behind=tuple(as_text(one.wanted) if one.wanted else "" for one in found.operations),
    )  # fmt: skip
    note = "by operation; what failed or fell included"
    said = "; ".join(
        f"{one.operation.label}: {figures.price_in_words(one, one.accepted if of_accepted else one.survived, money)}"
        for one in shown
        if one.operation
    )
    card.figure(f"cost_{name}", f"Tokens for each {word}", note, figure, table, said=said)


def _price(one: Price, n: int) -> Cells:
    spent = one.spent
    name = one.operation.label if one.operation else "Seeds"
    return (name, spent.calls, spent.tokens, spent.total_usd, spent.unpriced, one.tokens_each(n), one.usd_each(n), n)


def _asked(key: str, title: str, note: str, found: tuple[Asked, ...]) -> None:
    table = card.Rows(
        columns=("", "calls", "tokens", "dollars", "without a price"),
        rows=tuple(
            (one.name, one.spent.calls, one.spent.tokens, one.spent.total_usd, one.spent.unpriced) for one in found
        ),
    )
    card.table(f"cost_{key}", title, note, table)
