"""The team of a project: who decided how much at what pace, how far they agree, by which rule they decide together."""

from collections.abc import Mapping
from datetime import UTC, datetime

from core.analysis.intervals import wilson
from core.domain.agreement import TwoVerdicts
from core.domain.decision import ConsensusRule
from core.domain.instruction import HumanStatus, InstructionKind
from core.domain.person import Actor
from core.domain.project import Audit
from core.domain.queue import Queue, QueueFilter
from core.domain.team import Counts, Member, Pair, Part, Team, Turn
from core.review.agreement import alpha, kappa
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
    """Everybody who decided in this project; what is left is of this queue. Today begins at `midnight`."""
    may_read(actor)
    database = project.database
    names, counts = people.names(database, actor), team_reading.counts(database)
    parts = team_reading.parts(database, midnight)
    return Team(
        members=tuple(_member(project, one, names, counts, queue) for one in parts),
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
    )


def _member(project: Project, part: Part, names: Mapping[str, str], counts: Counts, queue: Queue) -> Member:
    left = queue_reading.count_waiting(project.database, queue, part.person_id)
    again = counts.again.get(part.person_id, TwoVerdicts())
    return Member(
        person_id=part.person_id,
        name=names.get(part.person_id, part.person_id),
        part=part,
        accepts=wilson(part.accepted, part.decided),
        left=left,
        left_s=left * part.pace_s if part.pace_s is not None else None,
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
