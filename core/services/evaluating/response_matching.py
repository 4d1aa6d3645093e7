"""Which response of a file belongs to which prompt of a study, and what becomes of each row."""

from collections import Counter
from dataclasses import dataclass, field

from core.domain import ids
from core.domain.study import StudyPrompt
from core.domain.study_import import (
    NearMatch,
    RefusedRow,
    ResponseColumns,
    ResponseReport,
    ResponseRow,
    SystemTaken,
    Unmatched,
)
from core.domain.study_now import StudyNow
from core.errors import BadInput
from core.services.evaluating.study_tables import Refusals
from core.services.projects import Project
from core.store import study_reading
from core.studies.matching import Near, Prompts, plain

MOST_SYSTEMS = 20
_MOST_SHOWN = 200  # rows of each list of a report
_MOST_COMPARED = 5_000  # rows that are no prompt word for word: more are not looked at for near ones
_SAID = 200  # characters that a report shows of a prompt


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A response with the prompt that it answers."""

    prompt: StudyPrompt
    system: str
    text: str


@dataclass(slots=True)
class Taking:
    """What becomes of each row. `there`: the hash of each response that the study has, by prompt and system's name."""

    prompts: list[StudyPrompt]
    by_key: dict[str, int]
    texts: Prompts
    take_near: frozenset[int]
    there: dict[tuple[str, str], str]
    systems: set[str]
    taken: list[Taken] = field(default_factory=list)
    rows: int = 0
    merged: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)
    unmatched_count: int = 0
    near: list[NearMatch] = field(default_factory=list)
    near_count: int = 0
    compared: int = 0

    @classmethod
    def of(cls, project: Project, study: StudyNow, take_near: frozenset[int]) -> "Taking":
        prompts = study_reading.prompts(project.database, study.id)
        if not prompts:
            raise BadInput("The study has no prompts yet", to_do="Import or sample its prompts first.")
        said = study_reading.texts(project.database, (one.revision_id for one in prompts))
        there = study_reading.response_hashes(project.database, study.id)
        return cls(
            prompts=prompts,
            by_key={one.key: number for number, one in enumerate(prompts)},
            texts=Prompts([said[one.revision_id] for one in prompts]),
            take_near=take_near,
            there=there,
            systems={system for _, system in there},
        )

    def take(self, row: ResponseRow, columns: ResponseColumns) -> RefusedRow | None:
        """Take it, merge it, set it aside as not surely matched, or say why it is refused."""
        self.rows += 1
        number, near = self._match(row)
        if near is not None and row.row in self.take_near:
            number, near = near.prompt, None
        if near is not None:
            self._set_near(row, near)
        elif number is None:
            self._set_unmatched(row)
        else:
            return self._keep(row, self.prompts[number], columns)
        return None

    def _match(self, row: ResponseRow) -> tuple[int | None, Near | None]:
        """Its prompt; or the one that it is nearly. A key and a text that mean two prompts are no match, only nearly one."""
        by_key = self.by_key.get(row.key) if row.key else None
        if by_key is not None:
            if not row.text or plain(row.text) == plain(self.texts.texts[by_key]):
                return by_key, None
            return None, Near(prompt=by_key, alike=0.0)
        if not row.text:
            return None, None
        if (exact := self.texts.exactly(row.text)) is not None:
            return exact, None
        self.compared += 1
        return None, self.texts.nearly(row.text) if self.compared <= _MOST_COMPARED else None

    def _keep(self, row: ResponseRow, prompt: StudyPrompt, columns: ResponseColumns) -> RefusedRow | None:
        place, hash_ = (prompt.id, row.system), ids.text_hash(row.response)
        if (before := self.there.get(place)) is not None:
            if before != hash_:
                return RefusedRow(
                    row=row.row, field=columns.response, reason="is a second response of its system to this prompt"
                )
            self.merged += 1
            return None
        if row.system not in self.systems and len(self.systems) >= MOST_SYSTEMS:
            return RefusedRow(row=row.row, field=columns.system, reason=f"names more than {MOST_SYSTEMS} systems")
        self.systems.add(row.system)
        self.there[place] = hash_
        self.taken.append(Taken(prompt=prompt, system=row.system, text=row.response))
        return None

    def _set_near(self, row: ResponseRow, near: Near) -> None:
        self.near_count += 1
        if len(self.near) < _MOST_SHOWN:
            prompt = self.prompts[near.prompt]
            self.near.append(
                NearMatch(
                    row=row.row,
                    system=row.system,
                    said=row.text[:_SAID],
                    key=prompt.key,
                    prompt=self.texts.texts[near.prompt][:_SAID],
                    alike=near.alike,
                )
            )

    def _set_unmatched(self, row: ResponseRow) -> None:
        self.unmatched_count += 1
        if len(self.unmatched) < _MOST_SHOWN:
            self.unmatched.append(Unmatched(row=row.row, system=row.system, said=(row.text or row.key)[:_SAID]))

    def report(self, refusals: Refusals, name: str) -> ResponseReport:
        """What became of the file."""
        taken = Counter(one.system for one in self.taken)
        empty = Counter(one.system for one in self.taken if not one.text)
        has = Counter(system for _, system in self.there)
        return ResponseReport(
            name=name,
            taken=len(self.taken),
            merged=self.merged,
            systems=tuple(
                SystemTaken(name=system, taken=n, empty=empty[system], missing=len(self.prompts) - has[system])
                for system, n in taken.items()
            ),
            refused=refusals.all(),
            unmatched=tuple(self.unmatched),
            unmatched_count=self.unmatched_count,
            near=tuple(self.near),
            near_count=self.near_count,
        )
