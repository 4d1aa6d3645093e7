"""Another threshold for one rule, tried on what is stored: which children would flip, and what people said of them. No call is made."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from core.domain import ids
from core.domain.audit import DryRun, Flip
from core.domain.check import Rule, Verdict
from core.domain.operation import Operation
from core.domain.person import Actor
from core.errors import BadInput, NotFound
from core.evolution.asking import judge_of, named_in
from core.evolution.elimination import check_instruction, check_response, default_threshold
from core.evolution.pack import Pack, pack_from_files
from core.services.access import may_read
from core.services.projects import Project
from core.store import audit_reading, pack_reading, run_reading

_MOST = 5_000  # children that are looked at: a few seconds
_PAGE = 500
_SHOWN = 40
_FIRST_WORDS = 240


def dry_run(actor: Actor, project: Project, run_id: str, rule: Rule, threshold: float, *, most: int = _MOST) -> DryRun:
    """Hold the rule with this threshold against what it checked in a run. BadInput for a rule without a threshold."""
    may_read(actor)
    if default_threshold(rule) is None:
        raise BadInput(f"“{rule.label}” has no threshold", to_do="Choose a rule that has one.")
    settings = run_reading.settings_of(project.database, run_id)
    if settings is None:
        raise NotFound("There is no such run in this project", to_do="Choose one from the list.")
    files = pack_reading.files_of_run(project.database, run_id)
    rows = audit_reading.checked(project.database, run_id, rule, most)
    flips: list[Flip] = []
    own_cut = 0
    for first in range(0, len(rows) if files else 0, _PAGE):
        pack = pack_from_files(settings.pack, files)
        page = rows[first : first + _PAGE]
        texts = audit_reading.texts(project.database, sorted({id_ for row in page for id_ in _text_ids(row)}))
        own_cut += sum(_has_own_cut(pack, rule, texts, row) for row in page)
        flips += _flipped(project, pack, rule, threshold, texts, page)
    decided = [one for one in flips if one.human in ("accepted", "rejected")]
    against = [one for one in decided if one.contradicts]
    return DryRun(
        rule=rule,
        threshold=threshold,
        checked=audit_reading.count_checked(project.database, run_id, rule),
        looked_at=len(rows),
        falls=sum(one.falls for one in flips),
        rises=sum(not one.falls for one in flips),
        against_people=len(against),
        with_people=len(decided) - len(against),
        own_cut=own_cut,
        flips=tuple(sorted(flips, key=lambda one: not one.contradicts)[:_SHOWN]),
    )


def _flipped(
    project: Project, pack: Pack, rule: Rule, threshold: float, texts: dict[str, str], rows: Sequence[dict[str, Any]]
) -> Iterator[Flip]:
    """The children of one page whose fate changes."""
    calls = [row["call_id"] for row in rows if row["call_id"]]
    finishes = audit_reading.finish_reasons(project.database, calls) if rule is Rule.REFUSAL else {}
    again = partial(_again, pack, rule, threshold, texts, finishes)
    for row in rows:
        now = again(row)
        falls = row["status"] == "survived" and now is Verdict.FAIL
        rises = row["status"] == "eliminated" and row["verdict"] == Verdict.FAIL and not row["other_failures"]
        rises = rises and now is Verdict.PASS
        if falls or rises:
            disagrees = row["human"] == ("accepted" if falls else "rejected")
            text = texts.get(ids.revision_id(row["id"]), "")[:_FIRST_WORDS]
            yield Flip(
                id=row["id"], seed_id=row["seed_id"], run_id=row["run_id"], text=text, falls=falls, score=row["score"],
                human=row["human"], contradicts=disagrees,
            )  # fmt: skip


def _text_ids(row: dict[str, Any]) -> list[str]:
    """The texts as they were when the rule checked them: people may have changed them since."""
    wanted = [ids.revision_id(row["id"]), row["parent_revision_id"], *map(ids.revision_id, row["ancestors"])]
    return [*wanted, ids.revision_id(row["response_id"])] if row["response_id"] else wanted


def _has_own_cut(pack: Pack, rule: Rule, texts: dict[str, str], row: dict[str, Any]) -> bool:
    """Whether a run's threshold has no part in this judgment (docs/quality.md): the judge of what was named has its own."""
    if rule is not Rule.NO_INFORMATION_GAIN:
        return False
    child, parent = texts.get(ids.revision_id(row["id"]), ""), texts.get(row["parent_revision_id"], "")
    named = named_in(pack, parent=parent, child=child)
    return bool(named) and judge_of(pack, named).cut is not None


def _again(
    pack: Pack, rule: Rule, threshold: float, texts: dict[str, str], finishes: dict[str, str], row: dict[str, Any]
) -> Verdict:
    """What the rule would say with this threshold; what it said, where the threshold has no part in that."""
    child, parent = texts.get(ids.revision_id(row["id"]), ""), texts.get(row["parent_revision_id"], "")
    before = Verdict(row["verdict"])
    if rule is Rule.NO_INFORMATION_GAIN:
        if row["score"] is None or _has_own_cut(pack, rule, texts, row):
            return before
        return Verdict.FAIL if row["score"] < threshold else Verdict.PASS
    if rule is Rule.REFUSAL:
        answer = texts.get(ids.revision_id(row["response_id"]), "") if row["response_id"] else ""
        finish = finishes.get(row["call_id"], "")
        found = check_response([rule], {rule: threshold}, instruction=child, response=answer, finish_reason=finish)
        return found[0].verdict
    ancestors = [texts[id_] for id_ in map(ids.revision_id, row["ancestors"]) if id_ in texts]
    found = check_instruction(
        [rule], {rule: threshold}, pack=pack, operation=Operation(row["operation"]), parent=parent, child=child,
        seed_text=ancestors[0] if ancestors else "", ancestors=ancestors, finish_reason="",
    )  # fmt: skip
    return found[0].verdict
