"""Preferences out of a study, for training: of two texts for one prompt the one that more votes preferred, with margin and votes."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.person import Actor
from core.domain.study_numbers import Preference
from core.services.access import may_read
from core.services.evaluating.results import Opened, Selection
from core.services.projects import Project
from core.store import study_reading
from core.studies.siblings import preferences
from core.studies.tally import unmistakable

_AT_ONCE = 200  # pairs whose texts are in memory


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairs:
    """Lines of JSON; `left_out`: pairs whose texts cannot be told apart (two children of one operation)."""

    lines: Iterator[bytes]
    count: int
    left_out: int


def pairs(actor: Actor, project: Project, opened: Opened, by: Selection, *, least_margin: float = 0.0) -> Pairs:
    """`chosen` and `rejected` of every prompt and pair with more votes for one than for the other, by at least this margin.

    In a tournament of siblings both are instructions, children of the `prompt`. Texts are whole: what raters saw masked is not.
    """
    may_read(actor)
    found = [one for one in preferences(unmistakable(opened.ballots(by))) if one.margin >= least_margin]
    shown = _shown(project, opened)
    sure = [one for one in found if all(len(shown[one.prompt, of]) == 1 for of in (one.chosen, one.rejected))]
    return Pairs(lines=_lines(project, opened, sure, shown), count=len(sure), left_out=len(found) - len(sure))


def _shown(project: Project, opened: Opened) -> defaultdict[tuple[str, str], list[str]]:
    """The revisions of each prompt and contestant: one, but for children of one operation."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in study_reading.candidates(project.database, opened.study.id):
        found[one.prompt_id, one.system_id or one.operation or ""].append(one.revision_id)
    return found


def _lines(
    project: Project, opened: Opened, found: list[Preference], shown: defaultdict[tuple[str, str], list[str]]
) -> Iterator[bytes]:
    facts = {one.id: one for one in opened.prompts}
    names = {one.id: one.name for one in opened.contestants}
    asked = {one.id: one.revision_id for one in study_reading.prompts(project.database, opened.study.id)}
    for first in range(0, len(found), _AT_ONCE):
        some = found[first : first + _AT_ONCE]
        wanted = {shown[one.prompt, of][0] for one in some for of in (one.chosen, one.rejected)}
        texts = study_reading.texts(project.database, wanted | {asked[one.prompt] for one in some})
        for one in some:
            row = {
                "prompt": texts[asked[one.prompt]],
                "chosen": texts[shown[one.prompt, one.chosen][0]],
                "rejected": texts[shown[one.prompt, one.rejected][0]],
                "margin": round(one.margin, 6),
                "votes": one.votes_for + one.votes_against + one.ties,
                "votes_for": one.votes_for,
                "votes_against": one.votes_against,
                "ties": one.ties,
                "key": facts[one.prompt].key,
                "skill": facts[one.prompt].skill,
                "chosen_by": names[one.chosen],
                "rejected_by": names[one.rejected],
            }
            yield json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
