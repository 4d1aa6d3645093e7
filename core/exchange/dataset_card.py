"""A dataset's card: what a reader has to know before they train on it. YAML for hubs and `datasets`, then plain Markdown.

It follows from the log at one moment and from the order alone, so that the same export has the same card whenever it is made.
"""

from collections.abc import Iterator

from core.domain.dataset_card import Told
from core.domain.shaping import Repeats
from core.exchange.card_history import history, operation_name
from core.exchange.export_folder import data_path
from core.exchange.licences import conflict, licence
from core.exchange.markdown import plain, quoted, table

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(told: Told) -> bytes:
    """The file README.md."""
    parts = (_front, _head, _rows, history, _licence, _shaped, _limits, _load)
    return "\n".join(line for part in parts for line in (*part(told), "")).encode("utf-8", "replace")


def _front(told: Told) -> Iterator[str]:
    meant = licence(told.order.licences.dataset)
    size = next((name for most, name in _SIZES if told.counted.rows < most), "1M<n<10M")
    yield "---"
    yield f"license: {meant.id}"
    if meant.id == "other":
        yield f"license_name: {quoted(meant.name)}"
    yield f"pretty_name: {quoted(told.title)}"
    yield "task_categories:"
    yield "- text-generation"
    yield "size_categories:"
    yield f"- {size}"
    yield "tags:"
    yield from ("- evol-instruct", "- synthetic")
    if told.order.format.is_pairs:
        yield "- dpo"
    yield "configs:"
    yield "- config_name: default"
    yield "  data_files:"
    for split in told.counted.splits:
        yield f"  - split: {split.name or 'train'}"
        yield f"    path: {data_path(split.name)}"
    yield "---"


def _head(told: Told) -> Iterator[str]:
    what = (
        "pairs of instructions, one accepted and one rejected,"
        if told.order.format.is_pairs
        else "instructions with responses"
    )
    yield f"# {plain(told.title)}"
    yield ""
    yield f"{told.counted.rows:,} {what} that were grown with Evol-Instruct (Xu et al. 2023, WizardLM) in Evol-Instruct Studio."
    yield f"Picked: {plain(told.wanted)}. State of the project: event {told.counted.as_of_seq:,} of its log."


def _rows(told: Told) -> Iterator[str]:
    made = told.facts.makeup
    yield "## Rows"
    yield ""
    sizes = [(one.name or "train", f"{one.rows:,}", f"{one.lineages:,}") for one in told.counted.splits]
    yield from table(("split", "rows", "lineages"), sizes)
    yield ""
    yield "A lineage is a seed and everything that grew from it; no lineage is in two splits. Over all rows:"
    yield ""
    yield "- by epoch (0 is a seed): " + ", ".join(f"{epoch}: {n:,}" for epoch, n in made.epochs)
    if made.operations:
        yield "- by operation: " + ", ".join(f"{operation_name(name)}: {n:,}" for name, n in made.operations)
    yield "- by what people say: " + ", ".join(f"{plain(name)}: {n:,}" for name, n in made.statuses)
    if made.difficulty is not None:
        yield f"- mean difficulty as a model says it, 1 to 10: {made.difficulty:.2f} (of {made.scored:,} rows)"


def _licence(told: Told) -> Iterator[str]:
    of = told.order.licences
    yield "## Licence"
    yield ""
    yield f"This dataset: {plain(of.dataset)}, as said by whoever took it out. The seeds that its rows grew from:"
    yield ""
    rows = [
        (
            plain(one.name) or "unnamed",
            plain(one.licence or of.seeds) + ("" if one.licence else " (said when it was taken out)"),
            f"{one.rows:,}",
        )
        for one in told.facts.sources
    ]
    yield from table(("seeds", "licence", "rows here"), rows)
    yield ""
    for name in sorted({one.licence or of.seeds for one in told.facts.sources}):
        found = licence(name)
        yield f"- {plain(found.name)} {found.asks}."
        if clash := conflict(of.dataset, name):
            yield f"- **Look at this:** {plain(clash)}."
    yield "- What models wrote may come with terms of their own: see those of the models that are named above."


def _shaped(told: Told) -> Iterator[str]:
    counted, shaping = told.counted, told.order.shaping
    yield "## How it was shaped"
    yield ""
    yield f"- {counted.picked:,} rows to begin with"
    for reason, n in counted.unready.items():
        yield (
            f"- {n:,} instructions were left out: each {reason.label}"
            if not told.order.takes_unready
            else f"- {n:,} are in it although each {reason.label}"
        )
    for step in counted.steps:
        yield f"- {step.out:,} left out: {plain(step.name)}; {step.left:,} left"
    if shaping.repeats is Repeats.KEPT:
        yield "- repetitions were not looked for"
    if not shaping.against:
        yield "- it was not compared with any test set"
    if shaping.test_share:
        yield f"- {shaping.test_share:.0%} of the rows, in whole lineages, for the test split, by lot (seed {shaping.seed})"
    yield (
        f"- in an order by lot (seed {shaping.seed})"
        if shaping.shuffle
        else "- in the order in which the rows came about"
    )


def _limits(told: Told) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "- Instructions and responses were written by models: they may be wrong, biased, or say what their training data said."
    yield "- Difficulty is a model's opinion, and the rules that eliminate are approximations."
    if not told.facts.people.people:
        yield "- No person has looked at it."
    elif told.agreement.value is None:
        yield "- Each verdict is one person's: nobody can say how far others would agree."
    if not told.order.shaping.against:
        yield "- It may hold what a benchmark asks: keep it clear of the test sets that you will use."
    yield "- It says nothing of languages, people or subjects that its seeds do not speak of."


def _load(_: Told) -> Iterator[str]:
    yield "## Load it"
    yield ""
    yield from ("```python", "from datasets import load_dataset", "", 'rows = load_dataset("this folder")', "```")
