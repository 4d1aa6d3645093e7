"""What a run amounts to: rates with their denominators, what stands behind them, costs that stay unknown, two runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.check import Rule, Verdict
from core.domain.instruction import Instruction, RunStatus
from core.domain.operation import Operation
from core.domain.overview import Pick
from core.errors import NotFound
from core.services.growing import overview
from core.services.projects import Project
from tests import builders
from tests.builders import RUN, id_of, project_at
from tests.services.alone import ME

OTHER = id_of("another run")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_at(tmp_path / "a.duckdb") as database:
        yield Project(slug="a", name="A", database=database)


def plant(
    project: Project, run_id: str = RUN, *, n: int = 12, survive: int = 9, **settings: object
) -> list[Instruction]:
    """So many seeds with a child each: the first survive with +12 words, the others are equal to their parents."""
    seeds = [builders.seed(f"seed {number}", number) for number in range(n)]
    children = [builders.child(seed, run_id=run_id) for seed in seeds]
    facts: list[object] = [
        builders.source("a file"),
        builders.system(),
        builders.run(run_id, number=1 + (run_id != RUN), epochs=2, **settings),
    ]
    for number, (seed, child) in enumerate(zip(seeds, children, strict=True)):
        lives = number < survive
        facts += [
            seed,
            builders.revision(seed, "Sort."),
            child,
            builders.revision(child),
            builders.task(child, run_id=run_id),
        ]
        facts.append(builders.check(child, Rule.NO_INFORMATION_GAIN, Verdict.PASS if lives else Verdict.FAIL))
        if lives:
            facts.append(builders.check(child, Rule.REFUSAL))
        facts.append(
            builders.outcome(
                child,
                RunStatus.SURVIVED if lives else RunStatus.ELIMINATED,
                None if lives else Rule.NO_INFORMATION_GAIN,
                words_added=12 if lives else 30,
            )
        )
        facts.append(builders.call(child, cost_usd=0.01))
    project.database.writer.append_now(facts)
    return children  # fmt: skip


def test_a_rates_denominator_is_what_was_decided_or_checked(project: Project) -> None:
    plant(project)
    now = overview.overview(ME, project, RUN)
    assert (now.survival.k, now.survival.n) == (9, 12)
    assert [(rate.name, rate.share.k, rate.share.n) for rate in now.epochs] == [("1", 9, 12), ("2", 0, 0)]
    rules = {rate.name: (rate.share.k, rate.share.n) for rate in now.rules}
    assert rules[Rule.NO_INFORMATION_GAIN] == (9, 12)
    assert rules[Rule.REFUSAL] == (9, 9), "what a rule did not check is neither pass nor fail"
    assert rules[Rule.LEAKED_PROMPT] == (0, 0)
    deepen = next(rate for rate in now.operations if rate.name == Operation.DEEPEN)
    assert (deepen.share.k, deepen.share.n) == (9, 12)
    assert [(one.operation, one.rule, one.n) for one in now.eliminated] == [
        (Operation.DEEPEN, Rule.NO_INFORMATION_GAIN, 3)
    ]
    assert (now.words.within.k, now.words.within.n, now.words.median) == (9, 12, 12)


def test_failed_calls_and_unclear_verdicts_count_in_no_rate(project: Project) -> None:
    plant(project)
    seed = builders.seed("late", 99)
    failed = builders.child(seed)
    unclear = builders.check(failed, Rule.NO_INFORMATION_GAIN, Verdict.UNKNOWN)
    project.database.writer.append_now(
        [seed, failed, unclear, builders.outcome(failed, RunStatus.ERROR, words_added=None)]
    )
    now = overview.overview(ME, project, RUN)
    assert (now.survival.n, now.errors, now.decided) == (12, 1, 13)
    assert (now.epochs[0].share.n, now.epochs[0].failed) == (12, 1)
    gain = next(rate for rate in now.rules if rate.name == Rule.NO_INFORMATION_GAIN)
    assert (gain.share.n, gain.unclear) == (12, 1)


def test_what_a_survivor_takes_is_unknown_as_soon_as_one_call_has_no_price(project: Project) -> None:
    children = plant(project)
    now = overview.overview(ME, project, RUN)
    assert now.tokens == 12 * 60
    assert now.of_survivor(now.tokens) == 80
    assert now.of_survivor(now.usd) == pytest.approx(0.12 / 9)
    project.database.writer.append_now([builders.call(children[0], attempt=1, cost_usd=None)])
    later = overview.overview(ME, project, RUN)
    assert later.usd is None, "an unknown price was counted as nothing"
    assert later.tokens == 13 * 60


def test_difficulty_is_that_of_survivors_and_seeds(project: Project) -> None:
    children = plant(project)
    facts: list[object] = [builders.score(child, 6.0 if at < 9 else 1.0) for at, child in enumerate(children)]
    project.database.writer.append_now(facts)
    (grade,) = overview.overview(ME, project, RUN).grades
    assert (grade.epoch, grade.mean.n, grade.mean.value, grade.mean.low) == (1, 9, 6.0, 6.0)


def test_behind_every_figure_stand_exactly_its_instructions(project: Project) -> None:
    children = plant(project)
    dead = {child.id for child in children[9:]}
    for pick, ids in (
        (Pick(), {child.id for child in children}),
        (Pick(epoch=1, status=RunStatus.ELIMINATED), dead),
        (Pick(rule=Rule.NO_INFORMATION_GAIN), dead),
        (Pick(operation=Operation.DEEPEN, first_rule=Rule.NO_INFORMATION_GAIN), dead),
        (Pick(words_from=20, budgeted=True), dead),
        (Pick(words_from=12, words_to=12), {child.id for child in children[:9]}),
        (Pick(epoch=2), set()),
        (Pick(operation=Operation.MUTATE), set()),
    ):
        found = overview.picked(ME, project, RUN, pick)
        assert ({line.id for line in found.lines}, found.total) == (ids, len(ids)), str(pick)
    second = overview.picked(ME, project, RUN, Pick(), most=5, after=10)
    assert (len(second.lines), second.total) == (2, 12)
    assert second.lines[0].text == "Sort a list."


def test_another_runs_children_are_never_counted(project: Project) -> None:
    plant(project)
    plant(project, OTHER, n=20, survive=5)
    first, second = (overview.overview(ME, project, run_id) for run_id in (RUN, OTHER))
    assert (first.survival.n, second.survival.n) == (12, 20)
    assert overview.picked(ME, project, RUN, Pick()).total == 12
    rows = {(row.part, row.name): row.difference for row in overview.compared(first, second)}
    moved = rows["survived", ""]
    assert moved is not None
    assert moved.value == pytest.approx(5 / 20 - 9 / 12)
    assert moved.high < 0
    assert ("epoch", "2") not in rows, "two empty epochs were compared"


def test_a_run_without_anything_is_empty_and_an_unknown_one_is_refused(project: Project) -> None:
    project.database.writer.append_now([builders.run(epochs=1)])
    now = overview.overview(ME, project, RUN)
    assert (now.decided, now.survival.value, now.words.median, now.grades, now.usd) == (0, None, None, (), None)
    assert now.of_survivor(now.tokens) is None
    assert overview.compared(now, now)[0].difference is None
    for unknown in (OTHER, "", "the third one"):
        with pytest.raises(NotFound):
            overview.overview(ME, project, unknown)


@pytest.mark.parametrize(
    "pick",
    [Pick(), Pick(epoch=3), Pick(words_from=-4, words_to=9, budgeted=True), Pick(rule=Rule.REFUSAL, status=RunStatus.SURVIVED)],
    ids=str,
)  # fmt: skip
def test_a_pick_comes_back_from_an_address(pick: Pick) -> None:
    assert Pick.read(str(pick)) == pick


@pytest.mark.parametrize(
    "text",
    ["epoch:x", "epoch:99999999999", "colour:red", "status:fine", "rule:'; drop table run", "epoch", "__class__:1"],
)
def test_what_is_no_pick_is_none(text: str) -> None:
    assert Pick.read(text) is None
