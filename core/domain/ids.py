"""Ids that follow from what they stand for (docs/data-model.md, decision 3): repeated work finds its own rows."""

import hashlib
from uuid import UUID

from core.domain.task import TaskKind

_STUDIO = UUID("6b2f5a52-0c5e-5f0e-9d65-3f2f6d0a7c11")
_BEGUN = hashlib.sha1(_STUDIO.bytes, usedforsecurity=False)
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def _id(*parts: object) -> str:
    """uuid5(_STUDIO, …) as text; put together by hand, since an import of 250,000 seeds needs 500,000 of them."""
    digest = _BEGUN.copy()
    digest.update("\x1f".join(map(str, parts)).encode("utf-8"))
    hex_ = digest.hexdigest()
    return f"{hex_[:8]}-{hex_[8:12]}-5{hex_[13:16]}-{_VARIANT[hex_[16]]}{hex_[17:20]}-{hex_[20:32]}"


def is_id(text: str) -> bool:
    """Whether it can be an id at all: addresses and commands name anything, and the log compares only ids with ids."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def child_id(run_id: str, seed_id: str, parent_id: str, epoch: int, child_number: int) -> str:
    return _id("child", run_id, seed_id, parent_id, epoch, child_number)


def by_hand_id(run_id: str) -> str:
    """The place beside a run where what people ask for in its trees stands, so that the run's own facts stay its own."""
    return _id("by hand", run_id)


def task_id(run_id: str, kind: TaskKind, subject_id: str) -> str:
    return _id("task", run_id, kind, subject_id)


def call_id(task: str, attempt: int) -> str:
    return _id("call", task, attempt)


def batch_id(run_id: str, number: int) -> str:
    return _id("batch", run_id, number)


def revision_id(of_id: str, number: int = 0) -> str:
    return _id("revision", of_id, number)


def response_id(run_id: str, instruction_id: str) -> str:
    return _id("response", run_id, instruction_id)


def check_id(revision: str, rule: str) -> str:
    return _id("check", revision, rule)


def score_id(subject_id: str, kind: str, by: str) -> str:
    return _id("score", subject_id, kind, by)


def label_id(instruction_id: str, kind: str, by: str) -> str:
    return _id("label", instruction_id, kind, by)


def decision_id(of_id: str, act: str) -> str:
    """Of a trial (or of a bulk, or of the decision that is taken back): sending it again finds the row."""
    return _id("decision", of_id, act)


def said_elsewhere_id(instruction_id: str, person_id: str, *said: object) -> str:
    """Of a decision that was made elsewhere: the same one in another file finds the row."""
    return _id("said elsewhere", instruction_id, person_id, *said)


def said_again_id(id_: str) -> str:
    """Of the same, said again after the import that it came with was taken back as a whole."""
    return _id("said again", id_)


def taken_back_id(label: str) -> str:
    """Of the label that says what was said before this one."""
    return _id("taken back", label)


def edit_id(trial_id: str, revision: str) -> str:
    """Of the decision that an edit is: a trial may have several, each with the text that it made."""
    return _id("decision", trial_id, "edit", revision)


def judgment_id(trial_id: str, number: int) -> str:
    """Of the answer with this number: sending it again finds the row."""
    return _id("judgment", trial_id, number)


def study_prompt_id(study_id: str, key: str) -> str:
    return _id("study prompt", study_id, key)


def candidate_id(prompt_id: str, of: str, revision: str) -> str:
    """`of` is the system's id, or the operation of a sibling."""
    return _id("candidate", prompt_id, of, revision)


def study_calls_id(study_id: str, who: str) -> str:
    """What stands for a run in the calls of a study: `who` answers in it (a system's id) or judges (a rater's)."""
    return _id("study calls", study_id, who)


def study_task_id(calls_id: str, of: str) -> str:
    """One call that is owed to a prompt or to a trial."""
    return _id("study task", calls_id, of)


def embedding_task_id(errand_id: str, first_hash: str) -> str:
    """One call for a hand of texts, of which the first has this hash."""
    return _id("embedding task", errand_id, first_hash)


def cluster_task_id(errand_id: str, map_id: str, cluster: int) -> str:
    """One call that is to name a cluster."""
    return _id("cluster task", errand_id, map_id, cluster)


def model_judge_id(study_id: str, system: str, prompts: str) -> str:
    """Of a model as a judge: the same model with the same prompts (their hash) finds its own trials again."""
    return _id("model judge", study_id, system, prompts)


def model_trial_id(person_id: str, prompt_id: str, candidates: str) -> str:
    """Of a trial that a model judges: `candidates` in their order. Nobody else is shown it."""
    return _id("model trial", person_id, prompt_id, candidates)


def queue_id(project_id: str, name: str) -> str:
    """Of a queue that a project has without anybody having made it."""
    return _id("queue", project_id, name)


def system_id(endpoint: str, base_url: str, model: str, sampling: str) -> str:
    return _id("system", endpoint, base_url, model, sampling)


def seed_instruction_id(source_id: str, hash_: str) -> str:
    return _id("seed", source_id, hash_)


def text_hash(text: str) -> str:
    """SHA-256 of the text as UTF-8, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def argilla_record_id(link_id: str, subject_id: str, *shown: str) -> str:
    """Of what stands there for an item: the same texts in the same order find their record again."""
    return _id("argilla record", link_id, subject_id, *shown)


def argilla_answer_id(record_id: str, response_id: str, number: int) -> str:
    """Of an answer there as it was the `number`-th time that it was another one."""
    return _id("argilla answer", record_id, response_id, number)


def argilla_trial_id(record_id: str, response_id: str, number: int = 0) -> str:
    """Of the trial that an answer there stands for. A verdict that is changed there ends a trial of its own each time."""
    return _id("argilla trial", record_id, response_id, number)
