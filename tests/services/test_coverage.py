"""Coverage: every number of the grid is what its filter means, and a run that aims at a cell takes the right seeds and operations."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from core.domain.check import Rule
from core.domain.coverage import NOT_SCORED, Cell, Reach, Scale, items_of
from core.domain.decision import Act, Reason
from core.domain.explore import EVERYTHING, EVOLVED, narrowed
from core.domain.instruction import Instruction, RunStatus
from core.domain.judgment import Judgment, JudgmentValue
from core.domain.operation import Operation
from core.domain.person import LOCAL_OWNER as ME
from core.domain.queue import QueueFilter
from core.domain.run import RunSettings, SeedChoice
from core.domain.skill import SKILLS
from core.domain.trial import Trial, TrialKind, TrialOrigin, TrialSlot
from core.errors import BadInput
from core.services.exploring import coverage
from core.services.growing import presets, seeds
from core.services.projects import Project
from core.store import queue_reading, run_reading
from core.store.database import Database
from tests.builders import NOON, RUN, child, id_of, label, outcome, revision, run, score, seed, source, system
from tests.services.reviewed import OTHER_RUN, opened
from tests.store.reviewing import say

_numbers = count()


def plant(database: Database, skill: str, difficulty: float | None) -> Instruction:
    """A seed of a skill, scored or not."""
    number = next(_numbers)
    root = seed(f"seed {number}", number)
    facts: list[object] = [root, revision(root, f"Seed {number}")]
    facts += [label(root, skill)] if skill else []
    facts += [score(root, difficulty)] if difficulty is not None else []
    database.writer.append_now(facts)
    return root


def grow(
    database: Database,
    of: Instruction,
    difficulty: float | None,
    operation: Operation = Operation.DEEPEN,
    *,
    status: RunStatus = RunStatus.SURVIVED,
    run_id: str = RUN,
) -> Instruction:
    """An evolution that the machine has decided."""
    made = replace(child(of, next(_numbers), run_id=run_id), operation=operation)
    rule = Rule.REFUSAL if status is RunStatus.ELIMINATED else None
    facts: list[object] = [made, revision(made, f"Child {made.id}"), outcome(made, status, rule)]
    database.writer.append_now([*facts, *([score(made, difficulty)] if difficulty is not None else [])])
    return made


def find_difficult(database: Database, of: Instruction, value: float, person: str) -> None:
    """What a person says of an instruction's difficulty."""
    trial, said = id_of(f"difficulty {of.id} {person}"), id_of(f"said {of.id} {person}")
    revised = database.query("select revision_id from instruction_state where id = ?", [of.id])[0]["revision_id"]
    database.writer.append_now(
        [
            Trial(id=trial, kind=TrialKind.DIFFICULTY, person_id=person, origin=TrialOrigin.FRESH),
            TrialSlot(trial_id=trial, position=0, revision_id=revised),
            Judgment(id=said, trial_id=trial, number=0, received_at=NOON),
            JudgmentValue(judgment_id=said, position=0, criterion="difficulty", score=value),
        ]
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Math grown from 3 to 5, 6 and 8; law from a seed without a difficulty; one of no skill. Some of it decided by people."""
    with opened(tmp_path_factory.mktemp("coverage") / "p.duckdb") as project:
        database = project.database
        database.writer.append_now([source("a file"), system(), run(), run(OTHER_RUN, number=2)])
        for difficulty in (3.0, 4.4, 9.0):
            math = plant(database, "Math", difficulty)
            fives = [grow(database, math, 5.0 + 0.1 * at) for at in range(4)]
            six = grow(database, fives[0], 5.5, Operation.MUTATE)
            grow(database, six, 8.0, Operation.CONCRETIZE, run_id=OTHER_RUN)
            grow(database, math, None, Operation.MUTATE, status=RunStatus.ELIMINATED)
            wrong = grow(database, fives[1], 10.0, status=RunStatus.ELIMINATED)
            grow(database, fives[1], 6.0)  # set aside with what it grew from
            say(database, fives[0], Act.ACCEPT)
            say(database, fives[1], Act.REJECT, reason=Reason.OTHER)
            say(database, wrong, Act.ACCEPT)
        law = plant(database, "Law", None)
        find_difficult(database, grow(database, law, 7.0), 2.0, "mira")
        twice = grow(database, law, 7.2)
        find_difficult(database, twice, 8.0, "mira")
        find_difficult(database, twice, 9.0, "noor")
        grow(database, plant(database, "", 1.0), 1.2)
        yield project


VIEWS = coverage.Coverages()
SCOPES = {
    "everything": None,
    "a run": narrowed(EVOLVED, run_id=OTHER_RUN),
    "a queue": QueueFilter(difficulty_from=5.2, operations=("deepen", "mutate")),
    "the rejected": narrowed(EVERYTHING, people=("rejected",)),
}


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("scope", SCOPES)
def test_every_number_of_the_grid_is_what_its_filter_means(project: Project, scope: str, scale: Scale) -> None:
    found = VIEWS.grid(ME, project, SCOPES[scope], scale)
    for skill in ("Math", "Law", ""):
        for column in range(NOT_SCORED if scale is Scale.MODEL else 1, 11):
            for reach in Reach:
                cell = Cell(skill=skill, difficulty=column)
                n = found.n(cell, reach)
                if n or SCOPES[scope] is None:
                    wanted = items_of(cell, reach, scale, SCOPES[scope])
                    assert queue_reading.count(project.database, wanted) == n, (cell, reach)
    assert found.counts or (scale is Scale.PEOPLE and scope in ("a run", "the rejected")), "nothing was compared"


def test_the_grid_says_how_far_instructions_have_come(project: Project) -> None:
    found = VIEWS.grid(ME, project)
    five, six, ten = (Cell(skill="Math", difficulty=at) for at in (5, 6, 10))
    assert {reach: found.n(five, reach) for reach in Reach} == {
        Reach.KEPT: 9, Reach.ACCEPTED: 3, Reach.WAITING: 6, Reach.ELIMINATED: 0, Reach.REJECTED: 3,
    }  # fmt: skip
    assert (found.n(six, Reach.KEPT), found.n(ten, Reach.ACCEPTED), found.n(ten, Reach.KEPT)) == (3, 3, 0)
    assert (
        found.n(Cell(skill="Math", difficulty=NOT_SCORED), Reach.ELIMINATED) == found.not_scored(Reach.ELIMINATED) == 3
    )
    assert found.n(Cell(skill="", difficulty=1), Reach.WAITING) == 1
    assert (found.cells, found.filled(Reach.KEPT), found.total(Reach.KEPT)) == (30, 5, 18)


def test_every_named_skill_has_a_line_and_so_has_what_has_none(project: Project) -> None:
    lines = VIEWS.grid(ME, project).skills
    assert [line.skill for line in lines] == [*SKILLS, ""]
    math = next(line for line in lines if line.skill == "Math")
    assert (math.seeds, math.scored, math.least) == (3, 3, 3.0)
    assert math.mean == pytest.approx(16.4 / 3)


def test_peoples_difficulty_is_their_mean(project: Project) -> None:
    found = VIEWS.grid(ME, project, scale=Scale.PEOPLE)
    law = {at: found.n(Cell(skill="Law", difficulty=at), Reach.KEPT) for at in range(11)}
    assert {at: n for at, n in law.items() if n} == {2: 1, 9: 1}
    assert found.total(Reach.KEPT) == 2


def test_what_was_set_aside_waits_for_nobody(project: Project) -> None:
    six = Cell(skill="Math", difficulty=6)
    sixes = "select count(*) as n from instruction_state where floor(difficulty + 0.5) = 6 and run_status = 'survived'"
    assert project.database.query(sixes)[0]["n"] == 6
    assert project.database.query(sixes + " and set_aside")[0]["n"] == 3
    assert VIEWS.grid(ME, project).n(six, Reach.WAITING) == 3


def test_the_curve_tells_when_each_cell_was_first_filled(project: Project) -> None:
    found = VIEWS.curve(ME, project)
    grid = VIEWS.grid(ME, project)
    assert len({one.cell for one in found.reached}) == len(found.reached) == grid.filled(Reach.KEPT)
    assert [one.decided for one in found.reached] == sorted(one.decided for one in found.reached)
    assert found.reached[0].cell == Cell(skill="Math", difficulty=5)
    assert found.reached[0].decided == 1
    assert found.decided == project.database.query("select count(*) as n from outcome")[0]["n"]
    assert VIEWS.curve(ME, project, SCOPES["a run"]).decided == 3


def test_the_nearest_gaps_are_one_step_harder_than_what_is_kept(project: Project) -> None:
    found = coverage.gaps(VIEWS.grid(ME, project))
    assert [str(cell) for cell in found] == ["9:Math", "7:Math", "8:Law", "2:"]


def test_a_run_that_aims_takes_the_seeds_nearest_below(project: Project) -> None:
    plan = VIEWS.aim(ME, project, Cell(skill="Math", difficulty=8))
    assert (plan.seeds.below, plan.seeds.above, plan.seeds.not_scored, plan.seeds.taken) == (2, 1, 0, 2)
    assert plan.seeds.mean == pytest.approx(3.7)
    settings = coverage.aimed(_settings(), plan)
    assert [seed.position for seed in _chosen(project, settings)] == [
        seed.position for seed in _chosen(project, settings)
    ]
    assert seeds.count_of(ME, project, settings.seeds) == 2
    one = replace(settings.seeds, limit=1)
    (nearest,) = seeds.chosen(project, one, 0)
    assert (
        project.database.query("select difficulty from instruction_state where id = ?", [nearest.id])[0]["difficulty"]
        == 4.4
    )
    law = VIEWS.aim(ME, project, Cell(skill="Law", difficulty=8))
    assert (law.seeds.taken, law.seeds.not_scored, law.seeds.mean, law.epochs) == (1, 1, None, None)
    assert len(_chosen(project, coverage.aimed(_settings(), law))) == 1


def _settings() -> RunSettings:
    return presets.settings("quick look", name="a run", endpoint="test", seeds=SeedChoice(), rng_seed=1)


def _chosen(project: Project, settings: RunSettings) -> list[Instruction]:
    return list(seeds.chosen(project, settings.seeds, settings.rng_seed))


def test_operations_are_weighed_by_what_landed_in_the_cell(project: Project) -> None:
    six = VIEWS.aim(ME, project, Cell(skill="Math", difficulty=6))
    landed = {one.operation: (one.landed, one.tried) for one in six.landings}
    assert landed[Operation.MUTATE] == (3, 5)  # a try from a seed of 9 says nothing of 6
    assert landed[Operation.DEEPEN] == (3, 14)
    assert six.weights is not None
    assert max(six.weights, key=lambda one: (six.weights or {})[one]) is Operation.MUTATE
    settings = coverage.aimed(_settings(), six)
    assert settings.weights == pytest.approx({one: 100 * share for one, share in six.weights.items()})
    assert sum(settings.weights.values()) == pytest.approx(100, abs=0.1)


def test_epochs_follow_from_what_an_epoch_has_added_here(project: Project) -> None:
    plan = VIEWS.aim(ME, project, Cell(skill="Math", difficulty=8))
    assert plan.gain.own
    assert plan.gain.mean is not None
    assert plan.epochs == 6  # the seed of 9 grew easier: little was added on average, so as many as a run may have
    law = VIEWS.aim(ME, project, Cell(skill="Law", difficulty=8)).gain
    assert not law.own
    assert law.n > plan.gain.n


def test_what_a_plan_does_not_know_stays_as_it_was(tmp_path: Path) -> None:
    with opened(tmp_path / "new.duckdb") as project:
        project.database.writer.append_now([source("a file")])
        plant(project.database, "Math", None)
        plan = VIEWS.aim(ME, project, Cell(skill="Math", difficulty=8))
        before = _settings()
        after = coverage.aimed(before, plan)
        assert (plan.weights, plan.epochs, plan.gain.mean) == (None, None, None)
        assert (after.weights, after.epochs) == (before.weights, before.epochs)
        assert run_reading.settings_from_json(run_reading.settings_as_json(after)) == after
        nothing = VIEWS.aim(ME, project, Cell(skill="Law", difficulty=8))
        assert not nothing.can_grow
        with pytest.raises(BadInput, match="difficulty only"):
            VIEWS.aim(ME, project, Cell(skill="Math", difficulty=NOT_SCORED))
