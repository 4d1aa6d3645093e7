"""The judge's desk: gives every rater their next trials of a study, in an order and arrangement that says nothing.

What is in front of whom lies in memory under one lock a study, and in the log, so that a restart goes on.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

from core.domain.judgment import BlindStudy, BlindTrial, JudgeHand, JudgeLine, JudgmentReceipt, JudgmentSent
from core.domain.person import Actor
from core.domain.study import Rater, RaterKind, StudyTask
from core.domain.study_now import StudyNow
from core.domain.trial import Trial, TrialKind, TrialSlot
from core.errors import NotAllowed, NotFound, StudioError
from core.services.access import may_grow, may_judge
from core.services.evaluating import blind, judge_setting
from core.services.evaluating.judge_place import Laid, Place
from core.services.evaluating.judge_table import Table
from core.services.projects import Project
from core.services.reviewing.leases import LEASE_S
from core.store import judging_reading, judgment_log, study_reading, trial_log
from core.store.database import Database

MOST = 20  # trials in a hand
_MOST_OPEN = 40  # trials of one person in one study
_KINDS = {StudyTask.PAIR: TrialKind.PAIR, StudyTask.LIKERT: TrialKind.LIKERT}


def _now() -> datetime:
    return datetime.now(UTC)


class JudgeDesk:
    """One per process. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = _now) -> None:
        self._clock, self._now = clock, now
        self._tables: dict[tuple[str, str], Table] = {}
        self._setting = threading.Lock()  # guards `_tables`: what a study has given out is read once

    def take(
        self, actor: Actor, project: Project, study_id: str, most: int = 12, have: Collection[str] = ()
    ) -> JudgeHand:
        """Up to `most` trials beside those that the browser has: first one's own open ones, then new ones.

        NotFound without such a study, NotAllowed if it is closed or not for this person; both say what to do.
        """
        table = self._table_for(actor, project, study_id)
        most, now_s = max(0, min(most, MOST)), self._clock()
        with table.lock:
            place = table.place(actor.person_id)
            held = table.own(place, now_s)
            own = [one for one in held if one.trial_id not in have][:most]
            fresh = table.deal(place, min(most - len(own), _MOST_OPEN - len(held)), now_s)
            due = place.touch(now_s, own)
        if fresh or not place.is_rater:
            self._write(table, actor, place, fresh)
        self._store(table, due)
        return self._hand(table, place, [*own, *fresh])

    def past(self, actor: Actor, project: Project, study_id: str, before: str | None = None) -> BlindTrial | None:
        """What one judged before that trial (before none, or one not judged yet: last), with what one said. None at the first."""
        table = self._table_for(actor, project, study_id)
        trial = judging_reading.judged_before(
            project.database, study_id, actor.person_id, blind.id_or_none(before), pilot=table.is_pilot
        )
        return None if trial is None else blind.trial_again(project.database, table.design, trial)

    def preview(self, actor: Actor, project: Project, study_id: str) -> BlindTrial:
        """A trial as an annotator would get it; nothing is kept of it. BadInput if there is nothing to compare yet."""
        may_grow(actor)
        return blind.preview(project.database, _study(project, study_id))

    def about(self, actor: Actor, project: Project, study_id: str) -> BlindStudy:
        """What raters are told of a study; for leads, before it is opened too."""
        may_grow(actor)
        return blind.study(_study(project, study_id))

    def lines(self, actor: Actor, project: Project) -> tuple[JudgeLine, ...]:
        """The studies that this person may judge now."""
        may_judge(actor)
        found = []
        for study in study_reading.studies(project.database):
            if study.takes_judgments and not judge_setting.why_not(project.database, study, actor.person_id):
                table = self._table_for(actor, project, study.id)
                with table.lock:
                    total, judged = table.progress(table.place(actor.person_id), self._clock())
                found.append(
                    JudgeLine(
                        id=study.id, title=study.design.title, total=total, judged=judged, is_pilot=table.is_pilot
                    )
                )
        return tuple(found)

    def admit(self, actor: Actor, project: Project, sent: Sequence[JudgmentSent]) -> None:
        """A sign of this person, wherever they judge: what they hold stays theirs."""
        now_s = self._clock()
        for table in self._tables_of(project):
            with table.lock:
                place = table.places.get(actor.person_id)
                late = [place.laid[one.trial_id] for one in sent if one.trial_id in place.laid] if place else []
                due = place.touch(now_s, late) if place else []
            self._store(table, due)

    def settle(
        self, actor: Actor, project: Project, sent: Sequence[JudgmentSent], receipts: Sequence[JudgmentReceipt]
    ) -> None:
        """After answers were saved: what was judged is not in front of anybody any more."""
        for table in self._tables_of(project):
            with table.lock:
                for one, receipt in zip(sent, receipts, strict=True):
                    if receipt.answer != "refused":
                        table.note_judged(actor.person_id, one.trial_id, one.active_ms)

    def look_again(self, project: Project, study_id: str) -> None:
        """Judgments of this study came from elsewhere: its table is set anew when somebody sits down at it."""
        with self._setting:
            self._tables.pop(_key(project.database, study_id), None)

    def _tables_of(self, project: Project) -> list[Table]:
        with self._setting:
            return [one for one in self._tables.values() if one.database is project.database]

    def _table_for(self, actor: Actor, project: Project, study_id: str) -> Table:
        """The table of a study at which this person may sit."""
        may_judge(actor)
        study = _study(project, study_id)
        why = judge_setting.why_not(project.database, study, actor.person_id)
        if why:
            raise NotAllowed(why, to_do="Ask whoever runs the study.")
        return self._table(project, study)

    def _table(self, project: Project, study: StudyNow) -> Table:
        """Set anew when something happened to the study: it was opened, somebody left, something is left out."""
        with self._setting:
            key = _key(project.database, study.id)
            table = self._tables.get(key)
            seq = judging_reading.changed(project.database, study.id)
            if table is None or table.database is not project.database or table.seq != seq:
                table = judge_setting.table(project.database, study, seq, self._now(), self._clock())
                self._tables[key] = table
            return table

    def _hand(self, table: Table, place: Place, laid: Sequence[Laid]) -> JudgeHand:
        with table.lock:
            total, judged = table.progress(place, self._clock())
            pace_s = place.pace_s()
        trials = blind.trials(table, laid)
        return JudgeHand(study=table.about, total=total, judged=judged, trials=trials, pace_s=pace_s)

    def _write(self, table: Table, actor: Actor, place: Place, fresh: Sequence[Laid]) -> None:
        """Into the log. What cannot be written was not given to anybody."""
        until = self._now() + timedelta(seconds=LEASE_S)
        trials = [
            Trial(
                id=one.trial_id, kind=_KINDS.get(table.design.task, TrialKind.RANK), person_id=one.person_id,
                origin=one.origin, study_id=table.study_id, prompt_id=table.plan.prompts[one.prompt],
                pilot=table.is_pilot, lease_until=until,
            )
            for one in fresh
        ]  # fmt: skip
        slots = [
            TrialSlot(
                trial_id=one.trial_id, position=position, revision_id=table.plan.choices[nth].revision_id,
                candidate_id=table.plan.choices[nth].candidate_id,
            )
            for one in fresh
            for position, nth in enumerate(one.shown)
        ]  # fmt: skip
        rater = Rater(study_id=table.study_id, person_id=actor.person_id, kind=RaterKind.HUMAN, name=actor.name)
        try:
            judgment_log.give(table.database, None if place.is_rater else rater, trials, slots)
        except StudioError:
            self._forget(table)
            raise
        place.is_rater = True
        if (
            self._tables.get(_key(table.database, table.study_id)) is not table
        ):  # it was set anew meanwhile, without these
            self._forget(table)

    def _forget(self, table: Table) -> None:
        """What lies in memory is not what the log says: the table is set anew when it is asked for."""
        with self._setting:
            self._tables.pop(_key(table.database, table.study_id), None)

    def _store(self, table: Table, due: Sequence[Laid]) -> None:
        trial_log.prolong(table.database, [one.trial_id for one in due], self._now() + timedelta(seconds=LEASE_S))


def _key(database: Database, study_id: str) -> tuple[str, str]:
    return str(database.path), study_id


def _study(project: Project, study_id: str) -> StudyNow:
    id_ = blind.id_or_none(study_id)
    found = study_reading.study(project.database, id_) if id_ else None
    if found is None:
        raise NotFound("This project has no such study", to_do="Open the list of studies.")
    return found
