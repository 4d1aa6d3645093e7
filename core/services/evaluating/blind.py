"""What a rater is shown: texts by position, with masked words blacked out. Nothing else of a trial leaves the server."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from core.domain.judgment import BlindStudy, BlindTrial
from core.domain.study import StudyDesign, StudyState
from core.domain.study_now import StudyNow
from core.errors import BadInput
from core.services.evaluating.judge_place import Laid
from core.services.evaluating.judge_table import Table
from core.store import judging_reading, study_reading
from core.store.database import Database
from core.studies import assignment
from core.studies.masking import shown
from core.studies.questions import as_said, questions

PREVIEW = "preview:"  # what the id of a trial begins with that is only looked at; the study's id follows


def id_or_none(text: str | None) -> str | None:
    """An id as it is written in the log; None for what can be none."""
    try:
        return str(UUID(str(text)))
    except ValueError:
        return None


def study(now: StudyNow) -> BlindStudy:
    """A study as raters know it; not even its name is told."""
    design = now.design
    return BlindStudy(
        id=now.id, title=design.title, guidelines=design.guidelines, task=design.task, criteria=questions(design),
        asks_reason=design.asks_reason, is_pilot=now.state is StudyState.PILOT,
    )  # fmt: skip


def trials(table: Table, laid: Sequence[Laid]) -> tuple[BlindTrial, ...]:
    """Trials that have no answer yet."""
    revisions = {table.prompt_revisions[one.prompt] for one in laid}
    revisions |= {table.plan.choices[nth].revision_id for one in laid for nth in one.shown}
    texts = study_reading.texts(table.database, revisions)
    return tuple(
        BlindTrial(
            trial=one.trial_id,
            prompt=texts[table.prompt_revisions[one.prompt]],
            texts=tuple(shown(table.design, texts[table.plan.choices[nth].revision_id]) for nth in one.shown),
        )
        for one in laid
    )


def trial_again(database: Database, design: StudyDesign, trial_id: str) -> BlindTrial:
    """A trial of the log as it was shown, with its rater's last answer."""
    number, note, values = judging_reading.answer(database, trial_id)
    prompt, texts = texts_of(database, design, trial_id)
    return BlindTrial(
        trial=trial_id, prompt=prompt, texts=texts, said=as_said(design, values), note=note, number=number
    )


def texts_of(database: Database, design: StudyDesign, trial_id: str) -> tuple[str, tuple[str, ...]]:
    """The prompt of a trial, and its texts by position as they are shown."""
    trial = judging_reading.trials(database, [trial_id])[trial_id]
    prompt = judging_reading.prompt_revision(database, trial.prompt_id)
    texts = study_reading.texts(database, [prompt, *trial.revisions])
    return texts[prompt], tuple(shown(design, texts[one]) for one in trial.revisions)


def preview(database: Database, now: StudyNow) -> BlindTrial:
    """One trial that nobody was given, always the same. BadInput if nothing can be compared yet."""
    prompts = {one.id: one.revision_id for one in study_reading.prompts(database, now.id)}
    rows = [{**row} for row in judging_reading.choices(database, now.id)]
    choices = [assignment.Choice(**{name: value for name, value in row.items() if name != "key"}) for row in rows]
    plan = assignment.planned(now.design, list(prompts), choices)
    if not plan.members:
        raise BadInput(
            "There is nothing to compare yet", to_do="Add prompts, and responses of at least two systems to them."
        )
    unit = Random(f"{now.design.rng_seed}:preview").randrange(len(plan.members))
    members = plan.members[unit]
    order = assignment.stands(now.design.rng_seed, "preview", plan.sets[unit], 0, len(members))
    revisions = [plan.choices[members[one]].revision_id for one in order]
    prompt = prompts[plan.prompts[int(plan.prompt_of[unit])]]
    texts = study_reading.texts(database, [prompt, *revisions])
    return BlindTrial(
        trial=PREVIEW + now.id, prompt=texts[prompt], texts=tuple(shown(now.design, texts[one]) for one in revisions)
    )
