"""Ballots in a few words: who placed what where, on which prompt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.studies.ballots import Ballots, Contestant, Floats, Ints, PromptFacts, RaterFacts
from core.studies.simulate import SimulatedRater, ranks, utilities

HARD = 8.0


@dataclass(frozen=True, kw_only=True)
class Box:
    """What is judged and by whom. Words of texts are by prompt and contestant."""

    contestants: Sequence[str]
    prompts: int = 1
    raters: int = 1
    clusters: Sequence[str] = ()
    difficulty: Mapping[int, float] = field(default_factory=dict)
    words: Ints | None = None

    def prompt(self, at: int) -> PromptFacts:
        cluster = self.clusters[at] if self.clusters else f"p{at}"
        return PromptFacts(id=f"p{at}", key=str(at), cluster=cluster, author_difficulty=self.difficulty.get(at))

    def holding(
        self, *, trial: Ints, prompt: Ints, rater: Ints, contestant: Ints, position: Ints, place: Floats
    ) -> Ballots:
        return Ballots(
            prompts=tuple(self.prompt(at) for at in range(self.prompts)),
            raters=tuple(RaterFacts(id=f"r{at}", name=f"Rater {at}", kind="human") for at in range(self.raters)),
            contestants=tuple(Contestant(id=name, name=name) for name in self.contestants),
            trial=trial, prompt=prompt, rater=rater, contestant=contestant, position=position, place=place,
            text=prompt * len(self.contestants) + contestant,
            words=np.full(len(trial), 10) if self.words is None else self.words[prompt, contestant],
            both_bad=np.zeros(len(trial), dtype=np.bool_),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Said:
    """One trial: contestants from left to right, and the place that each was given."""

    prompt: int = 0
    rater: int = 0
    shown: Sequence[int] = (0, 1)
    places: Sequence[float] = (1, 2)


def cast(box: Box, said: Sequence[Said]) -> Ballots:
    rows = [
        (trial, one.prompt, one.rater, contestant, position, place)
        for trial, one in enumerate(said)
        for position, (contestant, place) in enumerate(zip(one.shown, one.places, strict=True))
    ]
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 6)
    whole = table[:, :5].astype(np.int64)
    return box.holding(
        trial=whole[:, 0], prompt=whole[:, 1], rater=whole[:, 2], contestant=whole[:, 3], position=whole[:, 4],
        place=table[:, 5],
    )  # fmt: skip


def simulated(
    box: Box, people: Sequence[SimulatedRater], strengths: Floats, seed: int, *, worth_of_length: float = 0.0
) -> Ballots:
    """Everybody ranks everything once. `strengths`: one per contestant; `worth_of_length`: log-odds per ln(words)."""
    rng = np.random.default_rng(seed)
    many, parts = len(box.contestants), []
    for number, person in enumerate(people):
        shown = rng.permuted(np.tile(np.arange(many), (box.prompts, 1)), axis=1)
        pull = np.asarray(strengths)[shown]
        if box.words is not None:
            pull = pull + worth_of_length * np.log(box.words[np.arange(box.prompts)[:, None], shown] + 1)
        placed = ranks(person, utilities(person, pull, np.arange(many), rng))
        prompt = np.repeat(np.arange(box.prompts), many)
        parts.append(
            (number * box.prompts + prompt, prompt, np.full(len(prompt), number), shown.ravel(), placed.ravel())
        )
    trial, prompt, rater, contestant, place = (np.concatenate(column) for column in zip(*parts, strict=True))
    return replace(box, raters=len(people)).holding(
        trial=trial, prompt=prompt, rater=rater, contestant=contestant,
        position=np.tile(np.arange(many), box.prompts * len(people)), place=place.astype(np.float64),
    )  # fmt: skip


def relabelled(ballots: Ballots, order: Sequence[int]) -> Ballots:
    """The same ballots with contestants numbered anew: what was number c is now order[c]."""
    moved = list(ballots.contestants)
    for old, new in enumerate(order):
        moved[new] = ballots.contestants[old]
    return replace(ballots, contestants=tuple(moved), contestant=np.asarray(order)[ballots.contestant])


def seen_from_the_right(ballots: Ballots) -> Ballots:
    """Every trial with its texts in the opposite order: the same people say the same of the same texts."""
    last = np.zeros(int(ballots.trial.max()) + 1, dtype=np.int64)
    np.maximum.at(last, ballots.trial, ballots.position)
    return replace(ballots, position=last[ballots.trial] - ballots.position)
