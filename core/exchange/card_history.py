"""What a dataset's card tells of its past: how it was grown, what was eliminated, what people said, what it took."""

import json
from collections.abc import Iterator

from core.domain.check import Rule
from core.domain.dataset_card import RunFacts, Told
from core.domain.operation import Operation
from core.exchange.markdown import plain, table


def history(told: Told) -> Iterator[str]:
    """These parts of the card, line by line, each with an empty line before it but the first."""
    for at, part in enumerate((_grown, _kept, _people, _cost)):
        lines = list(part(told))
        yield from ("", *lines) if at and lines else lines


def _grown(told: Told) -> Iterator[str]:
    yield "## How it was grown"
    yield ""
    if not told.facts.runs:
        yield "None of these rows comes from a run: they are seeds, or were brought in from elsewhere."
        return
    rows = [_run(one) for one in told.facts.runs]
    yield from table(("run", "seeds", "epochs", "children a parent", "operations drawn", "rows here"), rows)
    yield ""
    for name, made in (
        ("Instructions written by", told.facts.evolved_by),
        ("Responses written by", told.facts.answered_by),
    ):
        said = ", ".join(f"{plain(one.model)} ({one.rows:,})" for one in made)
        yield f"- {name}: {said or 'not known'}"
    for pack in told.facts.packs:
        yield f"- Prompts: {plain(pack.name) or 'a pack without a name'}, version `{pack.hash}` ({pack.rows:,} rows)"


def _run(of: RunFacts) -> tuple[str, ...]:
    settings = json.loads(of.settings)
    weights = {name: float(weight) for name, weight in settings.get("weights", {}).items() if weight}
    even = len(set(weights.values())) <= 1
    drawn = ", ".join(operation_name(name) + ("" if even else f" {weight:g}") for name, weight in weights.items())
    epochs, children = settings.get("epochs", "?"), settings.get("children", "?")
    return (
        f"{of.number}",
        f"{of.seeds:,}",
        f"{epochs}",
        f"{children}",
        drawn + (" (evenly)" if even else ""),
        f"{of.rows:,}",
    )


def _kept(told: Told) -> Iterator[str]:
    if not told.facts.runs:
        return
    yield "## What the machine eliminated"
    yield ""
    rows = []
    for run in told.facts.runs:
        decided = run.survived + run.eliminated
        share = f"{run.eliminated / decided:.1%}" if decided else "–"
        why = ", ".join(f"{_rule(rule)}: {n:,}" for rule, n in run.rules) or "–"
        rows.append((f"{run.number}", f"{decided:,}", f"{run.eliminated:,}", share, f"{run.failed:,}", why))
    yield from table(
        ("run", "children decided", "eliminated", "share", "failed calls ended", "by rule (the first that failed)"),
        rows,
    )


def _people(told: Told) -> Iterator[str]:
    said, share = told.facts.people, told.accepted
    yield "## What people said"
    yield ""
    if not said.people:
        yield "Nobody has decided on any survivor of these runs. What is here, a machine let pass."
        return
    yield f"{said.people:,} people gave {said.decisions:,} verdicts on the survivors of these runs: {said.accepted:,} were accepted,"
    yield f"{said.rejected:,} rejected, {said.disputed:,} are disputed, {said.undecided:,} were not decided."
    if share.value is not None:
        yield f"Accepted of what was settled: {share.value:.1%} (95 % interval {share.low:.1%} to {share.high:.1%})."
    if told.agreement.value is None:
        yield f"How far people agree is not known: {plain(told.agreement.why)}."
    else:
        yield f"Agreement of people on the same text: Krippendorff's alpha {told.agreement.value:.2f} on {told.agreement.n:,} items."


def _cost(told: Told) -> Iterator[str]:
    spent = told.facts.spending
    if not spent.calls:
        return
    yield "## What it took"
    yield ""
    money = "no call has a known price" if spent.usd is None else f"{spent.usd:,.2f} USD"
    also = f"; {spent.unpriced:,} calls have no known price" if spent.unpriced and spent.usd is not None else ""
    yield f"{spent.calls:,} calls of models, {spent.tokens:,} tokens, {money}{also} (all of these runs, whatever was taken of them)."


def operation_name(name: str) -> str:
    """As people call it."""
    return Operation(name).label if name in set(Operation) else plain(name)


def _rule(name: str) -> str:
    return Rule(name).label if name in set(Rule) else plain(name)
