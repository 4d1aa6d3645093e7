"""How many judgments a study needs to see a difference, and which difference it can see as it is."""

from dataclasses import dataclass

from core.domain.person import Actor
from core.domain.study import StudyTask
from core.domain.study_now import StudyNow
from core.errors import BadInput
from core.services.access import may_read
from core.services.evaluating import study_making
from core.services.projects import Project
from core.store import study_reading
from core.studies import power
from core.studies.power import Assumed, Need


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """`needs` for several numbers of judges; `least_seen`: the smallest real win rate that the study shows as it stands.

    `pairs` of systems are compared. None for what nothing would show.
    """

    needs: tuple[Need, ...]
    pairs: int
    prompts: int
    judges: int
    least_seen: float | None


def outlook(
    actor: Actor,
    project: Project,
    study_id: str,
    *,
    win_rate: float = 0.6,
    ties: float = 0.3,
    agreement: float = 0.8,
    chance: float = power.POWER,
) -> Outlook:
    """What it takes to see this difference with this chance at 95 % confidence, whatever the number of pairs.

    BadInput, with the field, for shares that cannot be.
    """
    may_read(actor)
    study = study_making.one(actor, project, study_id)
    _require_shares(win_rate, ties, agreement, chance)
    assumed = Assumed(
        win_rate=win_rate, ties=ties, agreement=agreement, pairs=max(1, _pairs(project, study)), power=chance
    )
    judges = study.design.judgments
    return Outlook(
        needs=power.needs(assumed, sorted({*power.NUMBERS_OF_JUDGES, judges})),
        pairs=assumed.pairs,
        prompts=study.prompts,
        judges=judges,
        least_seen=power.least_seen(study.prompts, judges, assumed) if study.prompts else None,
    )


def _require_shares(win_rate: float, ties: float, agreement: float, chance: float) -> None:
    for field, value, least in (("win_rate", win_rate, 0.505), ("agreement", agreement, 0.5), ("chance", chance, 0.5)):
        if not least <= value <= (0.99 if field == "chance" else 1):
            raise BadInput("This share cannot be", where=field, to_do="Give more than half, and at most all.")
    if not 0 <= ties <= 0.95:
        raise BadInput("So many ties cannot be", where="ties", to_do="Give 0 to 95 %.")


def _pairs(project: Project, study: StudyNow) -> int:
    """Of systems; of the operations of siblings."""
    if study.design.task is StudyTask.SIBLINGS:
        n = len({one.operation for one in study_reading.candidates(project.database, study.id)})
    else:
        n = len(study_reading.systems(project.database, study.id))
    return n * (n - 1) // 2
