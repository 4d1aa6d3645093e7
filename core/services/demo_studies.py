"""The demo's studies: a finished one as it was exported, and a next version of it that is open, for whoever looks in to judge."""

from dataclasses import replace
from pathlib import Path

from core.domain.person import LOCAL_OWNER
from core.errors import BadInput
from core.exchange.study_file_facts import facts_of
from core.services.evaluating import study_course, study_files, study_making
from core.services.projects import DEMO, Project
from core.store.database import Database

FILE = "study.jsonl"
_GUIDELINES = """Rank the responses from 1, the best. Ties are allowed.

All responses were cut at the same length: judge what is there. Nothing tells you who wrote which; that is shown once this study is closed."""


def add(folder: Path, database: Database) -> None:
    """Both studies, if the demo's text has one. BadInput for a text that is damaged."""
    path = folder / FILE
    if not path.is_file():
        return
    try:
        file = study_files.opened_file(path)
    except BadInput as error:
        raise BadInput(
            f"The demo's study is damaged: {error.what}", where=str(path), to_do="Get the studio's data folder again."
        ) from error
    database.writer.append_now(facts_of(file, LOCAL_OWNER.person_id, is_import=False))
    project = Project(slug=DEMO, name="Demo", database=database)
    fresh = study_making.new_version(LOCAL_OWNER, project, file.header["study"]["id"])
    design = replace(fresh.design, guidelines=_GUIDELINES, judgments=3, attention_share=0.0, repeat_share=0.0)
    study_making.save_design(LOCAL_OWNER, project, fresh.id, design)
    study_course.open_study(LOCAL_OWNER, project, fresh.id)
