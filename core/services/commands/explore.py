"""`explore …`: what the dataset is, for scripts."""

from core.services.commands import maps
from core.services.commands.verb import Noun

NOUN = Noun(name="explore", help="what the dataset is", verbs=(*maps.VERBS,))
