"""What was grown becomes what is grown from: the texts that a filter means, as new seeds of the same project."""

import json
from pathlib import Path

from core.domain.person import Actor
from core.domain.queue import QueueFilter
from core.domain.source import Columns, FileFormat, ImportReport
from core.errors import BadInput
from core.services.access import may_grow
from core.services.growing.seeds import import_file
from core.services.projects import Project
from core.services.temporary import temporary_folder
from core.store import explore_reading, queue_reading

_COLUMNS = Columns(instruction="instruction", input="input", skill="skill")


def take_as_seeds(actor: Actor, project: Project, wanted: QueueFilter, *, name: str = "") -> ImportReport:
    """All of them in one transaction, each with the skill of its seed; a text that is a seed already is merged.

    The licence is that of everything they grew from. BadInput if the filter means nothing.
    """
    may_grow(actor)
    seqs = queue_reading.matching(project.database, wanted)
    if not seqs:
        raise BadInput("Nothing matches this filter", to_do="Choose something else.")
    with temporary_folder("as-seeds") as folder:
        file = Path(folder) / "texts.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            for row in explore_reading.texts(project.database, seqs):
                lines.write(json.dumps({"instruction": row["text"], "skill": row["skill"]}) + "\n")
        return import_file(
            actor, project, file, name=f"From this project: {name or 'a choice'}"[:200],
            licence=explore_reading.licences(project.database, seqs), columns=_COLUMNS, format_=FileFormat.JSONL,
        )  # fmt: skip
