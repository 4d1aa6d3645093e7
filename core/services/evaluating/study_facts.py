"""What a prompt, a response and a system of a study are as facts. Nothing is written here."""

from core.domain import ids
from core.domain.instruction import Instruction, InstructionKind, Response, Revision
from core.domain.study import Candidate, StudyPrompt
from core.domain.system import System
from core.domain.words import count_words

IMPORTED = "imported"  # the endpoint of a system whose responses were made elsewhere
DATASET = "dataset"  # the endpoint of the system that the project's own responses are


def prompt_facts(prompt: StudyPrompt, text: str, by: str) -> tuple[Instruction, Revision, StudyPrompt]:
    """A prompt with its own copy of the text: what is answered in a study never answers the dataset."""
    instruction = Instruction(
        id=prompt.instruction_id,
        kind=InstructionKind.PROMPT,
        seed_id=prompt.instruction_id,
        position=prompt.position,
    )
    return instruction, _revision(prompt.revision_id, "instruction", instruction.id, text, by), prompt


def prompt_ids(place: str, key: str) -> dict[str, str]:
    """The ids of a prompt: its own, its instruction's, its revision's. `place` is the study, and how often it was cleared."""
    id_ = ids.study_prompt_id(place, key)
    instruction_id = ids.seed_instruction_id(id_, "prompt")
    return {"id": id_, "instruction_id": instruction_id, "revision_id": ids.revision_id(instruction_id)}


def response_facts(
    prompt: StudyPrompt, system_id: str, text: str, *, source_id: str
) -> tuple[Response, Revision, Candidate]:
    """A response that came in a file."""
    response = Response(
        id=ids.response_id(f"{source_id} {system_id}", prompt.instruction_id),
        instruction_id=prompt.instruction_id,
        instruction_revision_id=prompt.revision_id,
        system_id=system_id,
        source_id=source_id,
    )
    revision = _revision(ids.revision_id(response.id), "response", response.id, text, system_id)
    return response, revision, candidate_of(prompt, system_id, revision.id)


def candidate_of(prompt: StudyPrompt, system_id: str, revision_id: str, *, cleared: int = 0) -> Candidate:
    """`cleared`: how often the system's responses were cleared; the same text may then come back."""
    return Candidate(
        id=ids.candidate_id(prompt.id, f"{system_id} {cleared}" if cleared else system_id, revision_id),
        study_id=prompt.study_id,
        prompt_id=prompt.id,
        revision_id=revision_id,
        system_id=system_id,
    )


def system_named(name: str, endpoint: str = IMPORTED) -> System:
    """A system of which only the name is known: in one project the same name is the same system."""
    return System(
        id=ids.system_id(endpoint, "", name, ""),
        name=name,
        endpoint=endpoint,
        model=name,
        sampling="",
        input_usd=None,
        output_usd=None,
    )


def _revision(id_: str, of: str, of_id: str, text: str, by: str) -> Revision:
    return Revision(
        id=id_, of=of, of_id=of_id, number=0, text=text, text_hash=ids.text_hash(text), words=count_words(text), by=by
    )
