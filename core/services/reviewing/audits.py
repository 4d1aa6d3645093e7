"""Every automatic rule against what people decide."""

from collections.abc import Sequence

from core.domain.audit import RuleAudit
from core.domain.check import Rule, Verdict
from core.domain.person import Actor
from core.review.audits import Stratum, recall
from core.review.rates import credible
from core.services.access import may_read
from core.services.projects import Project
from core.store import audit_reading
from core.store.audit_reading import AuditCount


def audits(actor: Actor, project: Project, run_id: str | None = None) -> tuple[RuleAudit, ...]:
    """One line a rule that checked anything, in a run or in the whole project."""
    may_read(actor)
    counts = audit_reading.counts(project.database, run_id)
    return tuple(_audit(rule, own) for rule in Rule if (own := [one for one in counts if one.rule is rule]))


def _audit(rule: Rule, counts: Sequence[AuditCount]) -> RuleAudit:
    failed = [one for one in counts if one.verdict is Verdict.FAIL]
    passed = [one for one in counts if one.verdict is Verdict.PASS]
    survived = [one for one in passed if one.survived]
    elsewhere = [one for one in passed if not one.survived]
    drawn, chosen = [one for one in failed if one.audited], [one for one in failed if not one.audited]
    looked_up = _decided(chosen)
    return RuleAudit(
        rule=rule,
        eliminated=_n(failed),
        passed=_n(passed),
        precision=credible(_rejected(drawn), _decided(drawn)),
        overrides=credible(looked_up - _rejected(chosen), looked_up),
        recall=recall(
            (
                _stratum(failed, drawn, eliminated=True),
                _stratum(survived, survived, eliminated=False),
                _stratum(elsewhere, [one for one in elsewhere if one.audited], eliminated=False),
            )
        ),
        missed=credible(_rejected(survived), _decided(survived)),
    )


def _stratum(every: Sequence[AuditCount], sample: Sequence[AuditCount], *, eliminated: bool) -> Stratum:
    return Stratum(children=_n(every), decided=_decided(sample), rejected=_rejected(sample), eliminated=eliminated)


def _n(counts: Sequence[AuditCount]) -> int:
    return sum(one.n for one in counts)


def _decided(counts: Sequence[AuditCount]) -> int:
    return sum(one.n for one in counts if one.human)


def _rejected(counts: Sequence[AuditCount]) -> int:
    return sum(one.n for one in counts if one.human == "rejected")
