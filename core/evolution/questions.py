"""What a piece of work asks the model. It follows from the work, the settings, the pack and the attempt, and from nothing else."""

from core.domain.call import ChatRequest
from core.domain.run import RunSettings, Scoring
from core.domain.task import TaskKind
from core.domain.work import Work
from core.evolution.asking import evolve_request, judge_request, respond_request, score_request, siblings_request
from core.evolution.chance import Place, model_seed
from core.evolution.pack import Pack
from core.evolution.siblings import scored_together


def request_for(work: Work, settings: RunSettings, pack: Pack, attempt: int) -> ChatRequest:
    """The `attempt`-th try (from 0) draws another sampling seed."""
    of = work.instruction
    place = Place(position=of.position, epoch=of.epoch, child_number=of.child_number)
    seed = model_seed(settings.rng_seed, work.task.kind, place, attempt)
    match work.task.kind:
        case TaskKind.EVOLVE:
            assert of.operation is not None
            return evolve_request(
                pack,
                operation=of.operation,
                instruction=work.parent_text,
                data_format=of.data_format,
                sampling=settings.evolving,
                seed=seed,
            )
        case TaskKind.JUDGE:
            return judge_request(pack, parent=work.parent_text, child=work.text)
        case TaskKind.RESPOND:
            return respond_request(instruction=work.text, sampling=settings.responding, seed=seed)
        case TaskKind.SCORE if settings.scoring is Scoring.TOGETHER:
            return siblings_request(pack, instructions=[one.text for one in scored_together(work, settings)])
        case TaskKind.SCORE:
            return score_request(pack, instruction=work.text)
