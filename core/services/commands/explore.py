"""`explore …`: what the dataset is, for scripts."""

from core.services.commands import coverage, diversity, filling, maps, survival
from core.services.commands.verb import Noun

NOUN = Noun(
    name="explore",
    help="what the dataset is",
    verbs=(*survival.VERBS, *coverage.VERBS, *filling.VERBS, *diversity.VERBS, *maps.VERBS),
)
