"""A queue as a dataset in Argilla: what is asked there, and an item of it as a record. Values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.argilla_wire import Asked, DatasetPlan, FieldPlan, OutRecord, QuestionPlan, Suggestion
from core.domain.check import Rule
from core.domain.decision import Reason, Verdict
from core.domain.instruction import HumanStatus, RunStatus
from core.domain.queue import Asks, Queue

VERDICT, REASONS, RATING, CORRECTED, NOTE, DIFFICULTY = (
    "verdict",
    "reasons",
    "rating",
    "corrected",
    "note",
    "difficulty",
)
MOST_RATING, MOST_DIFFICULTY = 5, 10
PEOPLE, CHECKS, STUDIO = "people", "checks", "studio"  # who suggests
_NOTE = QuestionPlan(name=NOTE, title="Note", asked=Asked.TEXT)
_WORDS = "words"
_INTEGERS = ("epoch", "depth", _WORDS, "words_added")
_FLOATS = ("difficulty",)
_TERMS = ("instruction", "seed", "parent", "run", "operation", "status")
_OF_THE_MACHINE = ("difficulty", "status")
_SAYS = {
    HumanStatus.ACCEPTED: (Verdict.ACCEPT, PEOPLE), HumanStatus.REJECTED: (Verdict.REJECT, PEOPLE),
    RunStatus.SURVIVED: (Verdict.ACCEPT, CHECKS), RunStatus.ELIMINATED: (Verdict.REJECT, CHECKS),
}  # fmt: skip
_REASON = {
    Rule.NO_INFORMATION_GAIN: Reason.NO_GAIN, Rule.REFUSAL: Reason.UNANSWERABLE, Rule.EMPTY_RESPONSE: Reason.UNANSWERABLE,
    Rule.LEAKED_PROMPT: Reason.LEAKED_PROMPT, Rule.IDENTICAL: Reason.NO_GAIN, Rule.INPUT_LOST: Reason.ORIGINAL_LOST,
    Rule.NEAR_DUPLICATE: Reason.DUPLICATE,
}  # fmt: skip
_ABOUT_VERDICT = """Each record shows an instruction, the parent that it was made from, and a response to it.

Accept what is good enough to train on; reject what is not, and say why.

Where an instruction is good but for its words, write it better under “Corrected text” and accept it: it then stands with your words.

Discard what you cannot say anything of."""
_ABOUT_DIFFICULTY = """Each record shows an instruction and nothing else. Say how difficult it is to answer well, from 1 (anybody can, at once) to 10 (experts need long).

Discard what you cannot say anything of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An instruction with what it is shown with. `facts` are its numbers and its place; None is left out."""

    id: str
    text: str
    parent: str | None
    response: str | None
    facts: Mapping[str, str | int | float | None]
    run_status: str | None
    human_status: str
    rule: str | None


def plan(queue: Queue) -> DatasetPlan:
    """What is asked of each item of a queue there."""
    if queue.asks is Asks.DIFFICULTY:
        return DatasetPlan(
            fields=(FieldPlan(name="instruction", title="Instruction"),),
            questions=(_rating(DIFFICULTY, "How difficult is it?", MOST_DIFFICULTY, required=True), _NOTE),
            guidelines=_ABOUT_DIFFICULTY, people=queue.overlap,
        )  # fmt: skip
    hidden = _hidden(queue)
    return DatasetPlan(
        fields=(
            FieldPlan(name="parent", title="Parent", required=False),
            FieldPlan(name="instruction", title="Instruction"),
            FieldPlan(name="response", title="Response", required=False),
        ),
        questions=(
            QuestionPlan(name=VERDICT, title="Verdict", asked=Asked.LABEL, required=True, options=(("accept", "Accept"), ("reject", "Reject"))),
            QuestionPlan(name=REASONS, title="Why is it rejected?", asked=Asked.LABELS, options=tuple((str(one), one.words) for one in Reason)),
            _rating(RATING, "How good is the response?", MOST_RATING, required=False),
            QuestionPlan(name=CORRECTED, title="Corrected text", asked=Asked.TEXT, description="The instruction, in better words."),
            _NOTE,
        ),
        guidelines=_ABOUT_VERDICT,
        people=queue.overlap,
        integers=tuple(name for name in _INTEGERS if name not in hidden),
        floats=tuple(name for name in _FLOATS if name not in hidden),
        terms=tuple(name for name in _TERMS if name not in hidden),
    )  # fmt: skip


def record(queue: Queue, id_: str, item: Item) -> OutRecord:
    """An item as it is sent. A blind queue says nothing of how it was made, one with audits nothing of what the machine found."""
    if queue.asks is Asks.DIFFICULTY:
        return OutRecord(id=id_, fields={"instruction": item.text})
    hidden = _hidden(queue)
    beside = {"parent": item.parent, "response": item.response}
    return OutRecord(
        id=id_,
        fields={"instruction": item.text} | {name: text for name, text in beside.items() if text},
        metadata={name: one for name, one in item.facts.items() if one is not None and name not in hidden},
        suggestions=(*_said(queue, item), *_to_correct(item)),
    )


def _hidden(queue: Queue) -> frozenset[str]:
    """The facts that people are not to see in this queue (as its cards here hide them)."""
    if queue.hides_makers:
        return frozenset((*_INTEGERS, *_FLOATS, *_TERMS)) - {_WORDS}
    return frozenset(_OF_THE_MACHINE if queue.audit_share > 0 else ())


def _said(queue: Queue, item: Item) -> tuple[Suggestion, ...]:
    """Our verdict, people's before the machine's. Where several people decide for themselves, nobody's is told."""
    if queue.hides_makers or queue.audit_share > 0:
        return ()
    people = _SAYS.get(HumanStatus(item.human_status)) if queue.overlap == 1 and not queue.adjudicates else None
    says = people or (_SAYS.get(RunStatus(item.run_status)) if item.run_status else None)
    if says is None:
        return ()
    verdict, agent = says
    found = (Suggestion(question=VERDICT, value=str(verdict), agent=agent),)
    if agent != CHECKS or verdict is Verdict.ACCEPT or not item.rule:
        return found
    reason = _REASON.get(Rule(item.rule), Reason.OTHER)
    return (*found, Suggestion(question=REASONS, value=(str(reason),), agent=agent))


def _to_correct(item: Item) -> tuple[Suggestion, ...]:
    """The present text, so that nobody has to copy it."""
    return (Suggestion(question=CORRECTED, value=item.text, agent=STUDIO),) if item.text.strip() else ()


def _rating(name: str, title: str, most: int, *, required: bool) -> QuestionPlan:
    options = tuple((str(value), "") for value in range(1, most + 1))
    return QuestionPlan(name=name, title=title, asked=Asked.RATING, options=options, required=required)
