"""How difficult people find instructions, beside what the model says."""

from dataclasses import dataclass

from core.domain.overview import Mean


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochDifficulty:
    """Scores of 1 to 10 of one epoch's texts (`epoch` None: of all; seeds are epoch 0).

    `people` is the mean over texts of what people say of each, `scores` how many answers that is. `model` is the model's
    mean of those texts that it scored too, `more` the mean of people minus model over the same texts, with its interval.
    """

    epoch: int | None
    texts: int
    scores: int
    people: Mean
    model: Mean
    more: Mean
