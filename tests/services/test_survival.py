"""Survival and cost of a scope: every number is as many instructions as its filter finds, and what is not known is not 0."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.check import Rule, Verdict
from core.domain.decision import Act
from core.domain.explore import EVERYTHING, Scope, narrowed
from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.queue import Queue, QueueFilter
from core.domain.run import RunEventKind
from core.domain.survival import Part, Price, Spread
from core.domain.system import System
from core.domain.task import TaskKind
from core.errors import BadInput, NotAllowed
from core.services.exploring import as_seeds, scopes
from core.services.exploring.survival import Survival
from core.services.growing import seeds as seed_service
from core.services.projects import Project, Projects
from core.services.reviewing import queue_address, queues
from tests.builders import (
    call,
    check,
    child,
    event,
    id_of,
    outcome,
    pack,
    revision,
    run,
    score,
    seed,
    source,
    system,
    task,
)  # fmt: skip
from tests.store.reviewing import say, submit

WORDS = {0: 12, 1: 15, 2: 40}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Four seeds with three children each: two survive, one is eliminated. Of the survivors three are accepted, one is rejected."""
    projects = Projects(tmp_path_factory.mktemp("survival"))
    opened = projects.open(ME, "my-project")
    opened.database.writer.append_now(
        [source(licence="CC-BY-4.0"), system(), pack(), run(), event(RunEventKind.STARTED)]
    )
    for position in range(4):
        _grow(opened, position)
    for position, act in enumerate((Act.ACCEPT, Act.ACCEPT, Act.ACCEPT, Act.REJECT)):
        say(opened.database, child(seed(f"s{position}", position)), act, "ann")
    queues.save(ME, opened, Queue(id="", name="accepted ones", filter=QueueFilter(people=("accepted",))))
    yield opened
    projects.close()


def _grow(opened: Project, position: int) -> None:
    root = seed(f"s{position}", position)
    facts: list[object] = [root, revision(root, f"Sort list {position}."), score(root, 3.0)]
    for number in range(3):
        made = child(root, number)
        falls = number == 2
        status = RunStatus.ELIMINATED if falls else RunStatus.SURVIVED
        facts += [
            made,
            task(made),
            revision(made, f"Sort list {position} {'twice ' * number}now."),
            outcome(made, status, words_added=WORDS[number]),
        ]
        facts += [
            check(made, Rule.REFUSAL, Verdict.FAIL if falls else Verdict.PASS),
            score(made, 4.0 + number + position),
        ]
        cost = None if (position, number) == (3, 1) else 0.01
        facts.append(call(made, TaskKind.EVOLVE, cost_usd=cost, worst_cost_usd=None))
    opened.database.writer.append_now(facts)


def test_the_funnel_counts_each_step_of_the_one_before(project: Project) -> None:
    found = Survival().funnel(ME, project, Scope())
    assert [(step.name, step.n) for step in found.steps] == [
        ("Seeds", 4), ("Evolved", 12), ("Survived", 8), ("Reviewed", 4), ("Accepted", 3)
    ]  # fmt: skip
    assert [found.share(at) for at in range(5)] == [None, None, 8 / 12, 0.5, 0.75]


def test_every_number_is_as_many_as_its_filter_finds_in_every_scope(project: Project) -> None:
    for scope in scopes.every(ME, project).values():
        survival = Survival()
        steps, rates = survival.funnel(ME, project, scope).steps, survival.rates(ME, project, scope)
        told = [(step.name, step.n, step.wanted) for step in steps]
        told += [(one.label, one.share.n, one.wanted) for one in (*rates.survived, *rates.accepted)]
        told += [(one.label, one.share.n - one.share.k, one.wanted) for one in rates.rules]
        for name, n, wanted in told:
            if wanted is not None:
                assert queues.count(ME, project, wanted) == n, (scope.title, name)


def test_a_rule_is_told_of_what_it_checked_and_opens_what_failed_it(project: Project) -> None:
    (refusal,) = Survival().rates(ME, project, Scope()).of(Part.RULE, by_people=True)
    assert (refusal.name, refusal.share.k, refusal.share.n) == ("refusal", 8, 12)
    assert refusal.wanted is not None
    assert queue_address.from_text(queue_address.as_text(refusal.wanted)) == refusal.wanted


def test_a_scope_is_everything_a_run_or_a_queue(project: Project) -> None:
    every = scopes.every(ME, project)
    assert [one.title for one in every.values()] == [
        "Everything",
        "Run 1 · a run",
        "Queue · Survivors",
        "Queue · accepted ones",
    ]
    queue = list(every.values())[-1]
    assert [step.n for step in Survival().funnel(ME, project, queue).steps] == [3, 3, 3, 3, 3]
    assert scopes.has_evolutions(ME, project)


def test_what_has_no_price_is_counted_and_never_taken_for_nothing(project: Project) -> None:
    found = Survival().money(ME, project, Scope())
    assert (found.total.spent.calls, found.total.spent.unpriced, found.total.survived, found.total.accepted) == (
        12,
        1,
        8,
        3,
    )
    assert found.total.spent.usd == pytest.approx(0.11)
    assert found.total.usd_each(8) is None
    priced = Scope(key="one", title="one seed", wanted=narrowed(EVERYTHING, seed_id=id_of("s0")), seeds=None)
    one: Price = Survival().money(ME, project, priced).total
    assert one.usd_each(one.survived) == pytest.approx(0.03 / 2)
    assert one.usd_each(one.accepted) == pytest.approx(0.03)
    assert one.usd_each(0) is None


def test_what_the_embedded_model_answered_costs_nothing_and_is_called_free(tmp_path: Path) -> None:
    projects = Projects(tmp_path)
    opened = projects.open(ME, "my-project")
    embedded = System(
        id=id_of("embedded"), name="embedded", endpoint="", model="m", sampling="", input_usd=None, output_usd=None
    )
    root = seed()
    made = child(root)
    opened.database.writer.append_now(
        [source(), embedded, run(), root, revision(root), made, task(made), revision(made), outcome(made), call(made, system_id=embedded.id)]
    )  # fmt: skip
    spent = Survival().money(ME, opened, Scope()).total.spent
    assert (spent.calls, spent.free, spent.unpriced, spent.total_usd) == (1, 1, 0, 0.0)
    projects.close()


def test_difficulty_and_length_are_told_by_epoch_with_the_seeds_as_epoch_0(project: Project) -> None:
    survival = Survival()
    seeds_, first = survival.hardness(ME, project, Scope()).epochs
    assert (seeds_.epoch, seeds_.model.value, seeds_.model.n, seeds_.paper) == (0, 3.0, 4, 3.00)
    assert first.model.n == 8
    assert first.model.value == pytest.approx(6.0)
    assert (queues.count(ME, project, first.by_model), queues.count(ME, project, first.by_people)) == (8, 0)
    length = survival.length(ME, project, Scope())
    assert (length.within.k, length.within.n) == (8, 12)
    assert length.added == {12: 4, 15: 4, 40: 4}
    assert length.epochs[1].added == Spread(n=8, mean=13.5, quantiles=(12.0, 12.0, 13.5, 15.0, 15.0))
    assert queues.count(ME, project, narrowed(length.budgeted, added_from=15, added_to=15)) == 4


def test_numbers_are_kept_until_something_happens(project: Project) -> None:
    survival = Survival()
    before = survival.funnel(ME, project, Scope())
    assert survival.funnel(ME, project, Scope()) is before
    trial = say(project.database, child(seed("s0"), 1), Act.ACCEPT, "ann")
    after = survival.funnel(ME, project, Scope())
    assert (before.steps[4].n, after.steps[4].n) == (3, 4)
    submit(project.database, trial, Act.UNDO, "ann")


def test_what_was_chosen_becomes_seeds_with_its_licence_and_what_is_one_already_is_merged(project: Project) -> None:
    wanted = QueueFilter(people=("accepted",))
    report = as_seeds.take_as_seeds(ME, project, wanted, name="the accepted")
    assert (report.taken, report.merged, report.name) == (3, 0, "From this project: the accepted")
    assert as_seeds.take_as_seeds(ME, project, wanted).merged == 3
    newest = next(one for one in seed_service.sources(ME, project) if one.id == report.source_id)
    assert newest.licence == "CC-BY-4.0"
    with pytest.raises(BadInput, match="Nothing matches"):
        as_seeds.take_as_seeds(ME, project, QueueFilter(find="no such words"))


def test_an_annotator_sees_none_of_it(project: Project) -> None:
    ann = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
    for ask in (Survival().funnel, Survival().rates, Survival().money, Survival().hardness, Survival().length):
        with pytest.raises(NotAllowed):
            ask(ann, project, Scope())


def test_narrowing_keeps_what_both_mean() -> None:
    both = narrowed(QueueFilter(operations=("deepen", "mutate"), difficulty_from=3, words_to=90), operations=("deepen",), difficulty_from=5, words_to=100)  # fmt: skip
    assert (both.operations, both.difficulty_from, both.words_to) == (("deepen",), 5, 90)
    with pytest.raises(TypeError):
        narrowed(QueueFilter(), colour="green")
