"""The facts that a study's file is made of, for a project that has none of them. Texts become copies of their own."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from core.domain import ids
from core.domain.instruction import Instruction, InstructionKind, Response, Revision
from core.domain.judgment import Judgment, JudgmentValue, Outcome
from core.domain.study import (
    Candidate,
    Rater,
    RaterKind,
    Study,
    StudyDesignSaved,
    StudyEvent,
    StudyEventKind,
    StudyPrompt,
    StudyState,
)
from core.domain.system import System
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.domain.words import count_words
from core.exchange.lineage import Json
from core.exchange.study_file_reader import StudyFile

ELSEWHERE = "imported"  # the endpoint of a system of which only the name is known
_CLOSED_BY_IMPORT = "Its judgments were imported, to compute results only"


def facts_of(file: StudyFile, by: str, *, is_import: bool = True) -> list[object]:
    """Everything, in an order in which it can be kept.

    An import is closed, and its people are imported raters, since nobody here is one of them. Otherwise all stays as it was: to
    work out the same numbers again, or to build a demo.
    """
    study = file.header["study"]
    made = datetime.fromisoformat(study["received_at"])
    found: list[object] = [
        Study(id=study["id"], name=study["name"], version=study["version"], by=by, received_at=made),
        StudyDesignSaved(study_id=study["id"], design=json.dumps(file.header["design"]), by=by, received_at=made),
        *_systems(file.header),
    ]
    prompts: dict[str, StudyPrompt] = {}
    for position, row in enumerate(file.rows["prompt"]):
        facts = _prompt(study["id"], position, row, by)
        prompts[row["id"]] = facts[-1]
        found += facts
    candidates: dict[str, Candidate] = {}
    for row in file.rows["candidate"]:
        *text, candidate = _candidate(prompts[row["prompt"]], row, by)
        candidates[row["id"]] = candidate
        found += [*text, candidate]
    found += _raters(file.header, is_import=is_import)
    for row in file.rows["trial"]:
        found += _trial(study["id"], row, candidates)
    for row in file.rows["judgment"]:
        found += _judgment(row)
    return [*found, *_events(file.header, by, made, is_import=is_import)]


def _systems(head: Json) -> Iterator[System]:
    for one in head["systems"]:
        yield System(
            id=one["id"], name=one["name"], endpoint=ELSEWHERE, model=one["model"], sampling=one["sampling"],
            input_usd=None, output_usd=None,
        )  # fmt: skip


def _prompt(study_id: str, position: int, row: Json, by: str) -> tuple[Instruction, Revision, StudyPrompt]:
    instruction = Instruction(
        id=(instruction_id := ids.seed_instruction_id(row["id"], "prompt")), kind=InstructionKind.PROMPT,
        seed_id=instruction_id, position=position,
    )  # fmt: skip
    revision = _revision("instruction", instruction_id, row["text"], by)
    prompt = StudyPrompt(
        id=row["id"], study_id=study_id, position=position, key=row["key"], instruction_id=instruction_id,
        revision_id=revision.id, from_instruction_id=row["from_instruction_id"], seed_id=row["seed_id"], skill=row["skill"],
        author_difficulty=row["author_difficulty"], model_difficulty=row["model_difficulty"], epoch=row["epoch"],
        operation=row["operation"],
    )  # fmt: skip
    return instruction, revision, prompt


def _candidate(prompt: StudyPrompt, row: Json, by: str) -> tuple[Response, Revision, Candidate]:
    response = Response(
        id=ids.response_id(f"study file {row['id']}", prompt.instruction_id), instruction_id=prompt.instruction_id,
        instruction_revision_id=prompt.revision_id, system_id=row["system"],
    )  # fmt: skip
    revision = _revision("response", response.id, row["text"], row["system"] or by)
    candidate = Candidate(
        id=row["id"], study_id=prompt.study_id, prompt_id=prompt.id, revision_id=revision.id, system_id=row["system"],
        operation=row["operation"],
    )  # fmt: skip
    return response, revision, candidate


def _revision(of: str, of_id: str, text: str, by: str) -> Revision:
    return Revision(
        id=ids.revision_id(of_id), of=of, of_id=of_id, number=0, text=text, text_hash=ids.text_hash(text),
        words=count_words(text), by=by,
    )  # fmt: skip


def _raters(head: Json, *, is_import: bool) -> Iterator[Rater]:
    for one in head["raters"]:
        kind = RaterKind(one["kind"])
        kept = RaterKind.IMPORTED if is_import and kind is RaterKind.HUMAN else kind
        yield Rater(
            study_id=head["study"]["id"], person_id=one["id"], kind=kept, name=one["name"], details=one["details"]
        )


def _trial(study_id: str, row: Json, candidates: Mapping[str, Candidate]) -> Iterator[object]:
    yield Trial(
        id=row["id"], kind=TrialKind(row["kind"]), person_id=row["rater"], origin=TrialOrigin(row["origin"]),
        study_id=study_id, prompt_id=row["prompt"], pilot=row["pilot"],
    )  # fmt: skip
    for position, one in enumerate(row["slots"]):
        yield TrialSlot(
            trial_id=row["id"], position=position, revision_id=candidates[one].revision_id, candidate_id=one
        )


def _judgment(row: Json) -> Iterator[object]:
    yield Judgment(
        id=row["id"], trial_id=row["trial"], number=row["number"], outcome=Outcome(row["outcome"]), note=row["note"],
        active_ms=row["active_ms"], received_at=datetime.fromisoformat(row["received_at"]),
    )  # fmt: skip
    for one in row["values"]:
        yield JudgmentValue(judgment_id=row["id"], **_value(one))


def _value(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("position", "criterion", "rank", "score", "verdict")}


def _events(head: Json, by: str, made: datetime, *, is_import: bool) -> Iterator[StudyEvent]:
    last = made
    for one in head["events"]:
        last = datetime.fromisoformat(one["received_at"])
        yield StudyEvent(
            study_id=head["study"]["id"], kind=StudyEventKind(one["kind"]), by=by, received_at=last,
            subject=one["subject"], reason=one["reason"],
        )  # fmt: skip
    if is_import and head["study"]["state"] != StudyState.CLOSED:
        yield StudyEvent(
            study_id=head["study"]["id"], kind=StudyEventKind.CLOSED, by=by, received_at=last + timedelta(microseconds=1),
            reason=_CLOSED_BY_IMPORT,
        )  # fmt: skip
