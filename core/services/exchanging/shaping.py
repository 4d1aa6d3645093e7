"""Shaping what is taken out, step by step, each with what it left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.domain.shaping import TEST, TRAIN, WHOLE, Repeats, Shaped, Shaping, Split, Step
from core.errors import BadInput
from core.evolution.text import words
from core.exchange import shaping as lots
from core.exchange.contamination import Overlap
from core.services.exchanging.repeats import nearly_repeated
from core.store import export_sets
from core.store.export_rows import Rows, Units

Tell = Callable[[float, str], None]  # the share that is done, and what is being done


@dataclass(frozen=True, kw_only=True, slots=True)
class _Left:
    """What is left after some steps."""

    units: Units
    steps: tuple[Step, ...] = ()

    def without(self, places: set[int], name: str) -> "_Left":
        kept = [place for place in range(len(self.units.ids)) if place not in places]
        return self.only(kept, name)

    def only(self, kept: Sequence[int], name: str) -> "_Left":
        units = _of(self.units, kept)
        step = Step(name=name, out=len(self.units.ids) - len(kept), left=len(kept))
        return replace(self, units=units, steps=(*self.steps, step))


def require_sound(shaping: Shaping) -> None:
    """BadInput for what cannot be meant."""
    if not 0 <= shaping.test_share < 1:
        raise BadInput(
            "The test split is a share of the rows", to_do="Give a number from 0 up to, but not including, 1."
        )
    if shaping.sample is not None and shaping.sample < 1:
        raise BadInput("A sample has at least one row", to_do="Give a whole number from 1, or none for all rows.")
    if not 3 <= shaping.ngram <= 50:
        raise BadInput("So many words in a row tell nothing", to_do="Give a whole number from 3 to 50; 13 is usual.")
    if shaping.cosine is not None and not 0 < shaping.cosine <= 1:
        raise BadInput("A cosine is from 0 to 1", to_do="Give a number such as 0.9; 1 is the same text.")
    if shaping.cosine is not None and not shaping.against:
        raise BadInput("Nothing was said to keep clear of", to_do="Name a test set, or leave the cosine out.")


def shaped(rows: Rows, shaping: Shaping, tell: Tell) -> Shaped:
    """What is taken of these rows, in which splits and order."""
    require_sound(shaping)
    if shaping == Shaping(seed=shaping.seed):
        return Shaped(splits=(Split(name=WHOLE, seqs=rows.keys(), lineages=rows.lineages()),))
    left = _without_repeats(_Left(units=rows.units()), rows, shaping, tell)
    left = _clear_of_sets(left, rows, shaping, tell)
    if shaping.sample is not None:
        left = left.only(lots.sample(left.units.ids, shaping.sample, shaping.seed), "not drawn into the sample")
    return Shaped(splits=tuple(_splits(left.units, shaping)), steps=left.steps)


def _without_repeats(left: _Left, rows: Rows, shaping: Shaping, tell: Tell) -> _Left:
    if shaping.repeats is Repeats.KEPT:
        return left
    left = left.without(lots.repeated(left.units.hashes), "the same text as an older row")
    if shaping.repeats is Repeats.NEAR:
        found = nearly_repeated(rows, left.units.keys, lambda share: tell(share / 2, "looking for near repetitions"))
        left = left.without(found, "nearly the same text as an older row")
    return left


def _clear_of_sets(left: _Left, rows: Rows, shaping: Shaping, tell: Tell) -> _Left:
    if not shaping.against:
        return left
    overlap = Overlap(shaping.ngram)
    for text in export_sets.texts(rows.cursor, shaping.against):
        overlap.add(words(text))
    found: set[int] = set()
    place = 0
    for page in rows.texts(left.units.keys):
        found.update(place + at for at, text in enumerate(page) if overlap.has(words(text)))
        place += len(page)
        tell(0.5 + place / max(1, len(left.units.ids)) / 2, "comparing with the test sets")
    left = left.without(found, f"{shaping.ngram} words in a row in common with a test set")
    if shaping.cosine is not None:
        near = export_sets.near(rows, left.units.keys, shaping.against, shaping.cosine, shaping.model)
        by = f", by {shaping.model}" if shaping.model else ""
        left = left.without(near, f"as near as {shaping.cosine:g} to a text of a test set{by}")
    return left


def _splits(units: Units, shaping: Shaping) -> list[Split]:
    if not shaping.test_share:
        return [_split(WHOLE, units, shaping)]
    held = lots.held_out(units.seeds, shaping.test_share, shaping.seed)
    parts = {TRAIN: False, TEST: True}
    return [
        _split(name, _of(units, [at for at, seed in enumerate(units.seeds) if (seed in held) == is_test]), shaping)
        for name, is_test in parts.items()
    ]


def _split(name: str, units: Units, shaping: Shaping) -> Split:
    keys = units.keys
    if shaping.shuffle:
        keys = [keys[at] for at in lots.shuffled(units.ids, shaping.seed)]
    return Split(name=name, seqs=keys, lineages=len(set(units.seeds)))


def _of(units: Units, places: Sequence[int]) -> Units:
    return Units(
        keys=[units.keys[at] for at in places],
        ids=[units.ids[at] for at in places],
        seeds=[units.seeds[at] for at in places],
        hashes=[units.hashes[at] for at in places],
    )
