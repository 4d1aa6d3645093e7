"""What is settled before a person's wish is asked for: whom, with which prompt, for which child, under which rules."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

import uuid_utils

from core.domain import ids
from core.domain.call import ChatRequest
from core.domain.check import Rule
from core.domain.instruction import Instruction, InstructionKind
from core.domain.operation import DATA_FORMATS, Operation
from core.domain.person import Actor
from core.domain.regrow import HINT_MOST, Wish
from core.domain.run import Difficulty, RunSettings
from core.domain.system import Endpoint
from core.domain.task import TaskKind, TaskState
from core.domain.work import Work
from core.errors import BadInput, NotFound
from core.evolution.asking import evolve_request
from core.evolution.budget import Worst, worst_case
from core.evolution.facts import task_of
from core.evolution.method import Method
from core.evolution.pack import pack_from_files
from core.services.endpoints import system_of
from core.services.projects import Project
from core.services.studio import Studio
from core.store import pack_reading, tree_reading

_TEXT_RULES = frozenset(Rule) - {Rule.NO_INFORMATION_GAIN, Rule.REFUSAL, Rule.EMPTY_RESPONSE, Rule.ASKS_BACK}
_HINT = "\n\nA person who reads along asks for this too, as far as it fits: {hint}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Everything that is settled before the call."""

    endpoint: Endpoint
    method: Method
    work: Work
    request: ChatRequest
    wish: Wish

    @property
    def worst(self) -> Worst:
        return worst_case(self.request, self.endpoint.prices)


def question_of(studio: Studio, actor: Actor, project: Project, run_id: str, parent_id: str, wish: Wish) -> Question:
    """What would be asked. NotFound or BadInput for what cannot be."""
    run = studio.runs.get(actor, project, run_id)
    parent = tree_reading.nodes(project.database, [parent_id]).get(parent_id)
    if parent is None or parent["run_id"] not in (None, run_id, ids.by_hand_id(run_id)):
        raise NotFound("There is no such node in this run", to_do="Choose one from a tree.")
    if not parent["revision_id"]:
        raise BadInput("This node has no text to evolve", to_do="Choose one that has.")
    if len(wish.hint) > HINT_MOST:
        raise BadInput(f"The hint is longer than {HINT_MOST} characters", to_do="Shorten it.")
    if wish.data_format is not None and wish.data_format not in DATA_FORMATS:
        raise BadInput("There is no such data format", to_do=f"Choose one of {', '.join(DATA_FORMATS)}.")
    endpoint = _whom(studio, actor, run.settings)
    files = pack_reading.files_of_run(project.database, run_id)
    pack = pack_from_files(run.settings.pack, files) if files else studio.runs.packs.load(actor, run.settings.pack)
    system = system_of(endpoint, run.settings.evolving)
    method = Method(ids.by_hand_id(run_id), _one_call(run.settings), pack, system.id)
    work = _work(project, method, parent, wish)
    return Question(endpoint=endpoint, method=method, work=work, request=_request(method, work, wish), wish=wish)


def _whom(studio: Studio, actor: Actor, settings: RunSettings) -> Endpoint:
    """Who evolves in this run: of a pool, the member with the most weight whose key can be read."""
    members = studio.endpoints.player(actor, settings.endpoint_for(TaskKind.EVOLVE)).members
    by_weight = [endpoint for endpoint, _ in sorted(members, key=lambda member: -member[1])]
    return next((one for one in by_weight if not studio.endpoints.key_problem(actor, one.name)), by_weight[0])


def _one_call(settings: RunSettings) -> RunSettings:
    """The run's settings without what would take a further call: its text rules are held against the child at once."""
    rules = tuple(rule for rule in settings.rules if rule in _TEXT_RULES)
    return replace(settings, rules=rules, respond=False, difficulty=Difficulty.NONE)


def _work(project: Project, method: Method, parent: dict[str, Any], wish: Wish) -> Work:
    lineage = tree_reading.nodes(project.database, parent["ancestors"])
    above = [lineage[one]["revision_id"] for one in parent["ancestors"] if one in lineage]
    texts = tree_reading.texts(project.database, filter(None, [*above, parent["revision_id"]]))
    child = _child(method, parent, wish)
    task = task_of(method.run_id, TaskKind.EVOLVE, child, TaskState.CLAIMED)
    ancestors = tuple(str(texts[one]["text"]) for one in [*above, parent["revision_id"]] if one in texts)
    return Work(
        task=task, instruction=child, parent_text=ancestors[-1], seed_text=ancestors[0], ancestor_texts=ancestors
    )


def _child(method: Method, parent: dict[str, Any], wish: Wish) -> Instruction:
    """A new child each time, with an id of its own: to ask for the same again is a new wish."""
    id_ = str(uuid_utils.uuid7())
    wants_format = wish.operation is Operation.COMPLICATE_INPUT
    return Instruction(
        id=id_,
        kind=InstructionKind.EVOLVED,
        run_id=method.run_id,
        seed_id=parent["seed_id"],
        parent_id=parent["id"],
        parent_revision_id=parent["revision_id"],
        ancestors=(*parent["ancestors"], parent["id"]),
        epoch=parent["epoch"] + 1,
        depth=parent["depth"] + 1,
        child_number=0,
        operation=wish.operation,
        data_format=(wish.data_format or Random(id_).choice(DATA_FORMATS)) if wants_format else None,
        made_by=method.system_id,
        pack_hash=method.pack.hash,
        position=parent["position"],
    )


def _request(method: Method, work: Work, wish: Wish) -> ChatRequest:
    """The run's own prompt for the operation; the hint follows in its last turn."""
    request = evolve_request(
        method.pack,
        operation=wish.operation,
        instruction=work.parent_text,
        data_format=work.instruction.data_format,
        sampling=method.settings.evolving,
        seed=Random(work.instruction.id).getrandbits(31),
    )
    if not wish.hint.strip():
        return request
    *before, last = request.messages
    hinted = replace(last, content=last.content + _HINT.replace("{hint}", wish.hint.strip()))
    return replace(request, messages=(*before, hinted))
