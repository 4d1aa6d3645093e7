"""The team of a project: who decided how much at what pace, how far they agree, by which rule they decide together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.analysis.intervals import wilson
from core.domain.agreement import TwoVerdicts
from core.domain.decision import ConsensusRule
from core.domain.instruction import HumanStatus, InstructionKind
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.queue import Asks, Queue, QueueFilter
from core.domain.team import Counts, Member, Pair, Part, ScorePair, ScorePart, Team, Turn
from core.review.agreement import alpha, alpha_of_scores, kappa, near, of_two
from core.services.access import may_grow, may_read
from core.services.projects import Project
from core.services.reviewing import queues
from core.store import consensus, people, queue_reading, team_reading

DISPUTED = "Disputed"
# Whatever people disagree on, whichever way it came here and whatever the machine says of it.
_ALL_DISPUTED = QueueFilter(
    kinds=(str(InstructionKind.SEED), str(InstructionKind.EVOLVED), str(InstructionKind.PROMPT)),
    statuses=(),
    people=(str(HumanStatus.DISPUTED),),
    set_aside=None,
)


def team(actor: Actor, project: Project, queue: Queue, midnight: datetime) -> Team:
    """Everybody who decided, or scored, in this project; what is left is of this queue. Today begins at `midnight`."""
    may_read(actor)
    database = project.database
    names, counts, scored = people.names(database, actor), team_reading.counts(database), team_reading.scored(database)
    parts = {one.person_id: one for one in team_reading.parts(database, midnight)}
    scores = {one.person_id: one for one in team_reading.score_parts(database, midnight)}
    return Team(
        members=tuple(
            _member(project, _Did(person_id=id_, part=parts.get(id_), scores=scores.get(id_)), names, counts, queue)
            for id_ in dict.fromkeys([*parts, *scores])
        ),
        alpha=alpha(counts.splits),
        pairs=tuple(
            Pair(
                one=names.get(pair.one, pair.one),
                other=names.get(pair.other, pair.other),
                same=wilson(pair.verdicts.same, pair.verdicts.n),
                kappa=kappa(pair.verdicts),
            )
            for pair in counts.pairs
        ),
        disputed=queue_reading.count(database, _ALL_DISPUTED),
        score_alpha=alpha_of_scores(scored),
        score_pairs=tuple(
            ScorePair(
                one=names.get(one, one),
                other=names.get(other, other),
                near=wilson(*near(said)),
                alpha=alpha_of_scores(said),
            )
            for (one, other), said in of_two(scored).items()
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Did:
    """What one person did: verdicts, scores, or both."""

    person_id: str
    part: Part | None
    scores: ScorePart | None


def _member(project: Project, did: _Did, names: Mapping[str, str], counts: Counts, queue: Queue) -> Member:
    left = queue_reading.count_waiting(project.database, queue, did.person_id)
    again = counts.again.get(did.person_id, TwoVerdicts())
    at = did.scores if queue.asks is Asks.DIFFICULTY else did.part
    return Member(
        person_id=did.person_id,
        name=names.get(did.person_id, did.person_id),
        part=did.part,
        scores=did.scores,
        accepts=wilson(did.part.accepted, did.part.decided) if did.part else wilson(0, 0),
        left=left,
        left_s=left * at.pace_s if at is not None and at.pace_s is not None else None,
        again=wilson(again.same, again.n),
        again_kappa=kappa(again),
    )


def rule(actor: Actor, project: Project) -> ConsensusRule:
    """By which rule this project makes one verdict of several."""
    may_read(actor)
    return consensus.rule(project.database)


def turns(actor: Actor, project: Project, wanted: ConsensusRule) -> tuple[Turn, ...]:
    """What would change under another rule. Nothing is changed."""
    may_read(actor)
    return tuple(consensus.turns(project.database, wanted))


def change_rule(actor: Actor, project: Project, wanted: ConsensusRule) -> int:
    """Decide together by this rule from now on, and again what was decided. → how many items changed."""
    may_grow(actor)
    was = consensus.rule(project.database)
    if was is wanted:
        return 0
    audit = Audit(
        person_id=actor.person_id,
        act="consensus rule changed",
        subject=f"{was} to {wanted}",
        origin="",
        received_at=datetime.now(UTC),
    )
    return consensus.change(project.database, wanted, audit)


def disputed_queue(actor: Actor, project: Project) -> Queue:
    """The adjudicator's queue: all that people disagree on. Made when it is first asked for."""
    may_grow(actor)
    for one in queues.every(actor, project):
        if one.adjudicates and not one.archived and one.name == DISPUTED:
            return one
    return queues.save(actor, project, Queue(id="", name=DISPUTED, filter=_ALL_DISPUTED, adjudicates=True))
