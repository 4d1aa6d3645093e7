"""How difficult people find instructions: their means by epoch, beside the model's."""

from core.analysis.intervals import mean
from core.domain.difficulty import EpochDifficulty
from core.domain.person import Actor
from core.services.access import may_read
from core.services.projects import Project
from core.store import difficulty_reading


def by_epoch(actor: Actor, project: Project, run_id: str | None = None) -> tuple[EpochDifficulty, ...]:
    """First of everything together, then of each epoch; of one run with its seeds, or of the project. Empty without a score."""
    may_read(actor)
    return tuple(
        EpochDifficulty(
            epoch=row["epoch"],
            texts=row["texts"],
            scores=row["scores"],
            people=mean(row["texts"], row["people"], row["people_deviation"]),
            model=mean(row["both"], row["model"], row["model_deviation"]),
            more=mean(row["both"], row["more"], row["more_deviation"]),
        )
        for row in difficulty_reading.by_epoch(project.database, run_id)
        if row["texts"]
    )
