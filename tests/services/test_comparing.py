"""Two sides beside each other: every number by a second way, planted differences found, and what cannot be told says so."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.domain.diversity import DIVERSITY, Comparison, Contrast, Measure, Side
from core.domain.explore import Scope
from core.domain.person import LOCAL_OWNER
from core.domain.queue import QueueFilter
from core.errors import BadInput
from core.services.exploring import sides
from core.services.exploring.comparing import Question
from core.services.exploring.explored import worked_out
from core.services.exploring.pools import Drawing
from core.services.projects import Project
from core.store import queue_reading
from tests.builders import RUN, SYSTEM, call
from tests.services.spread import COST, MODEL, SEEDS, SET, SURVIVE, lineage, project, survives

HOW = Drawing(model=MODEL, rounds=60)
FIRST, SECOND = (Side(title=f"Epoch {epoch}", wanted=QueueFilter(epochs=(epoch,))) for epoch in (1, 2))
_COSTS = """select i.epoch, sum(c.cost_usd) as usd from call c join task t on t.id = c.task_id join instruction i on i.id = t.subject_id
group by i.epoch order by i.epoch"""
_ROWS = """select i.seed_id, i.epoch, s.run_status, s.human_status, s.difficulty, s.words_added, r.words
from instruction i join instruction_state s on s.id = i.id join revision r on r.id = s.revision_id where i.kind = 'evolved'"""


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project(tmp_path_factory.mktemp("compared") / "p.duckdb") as made:
        yield made


@pytest.fixture(scope="module")
def epochs(spread: Project) -> Comparison:
    return compared(spread, FIRST, SECOND)


@pytest.fixture(scope="module")
def table(spread: Project) -> pd.DataFrame:
    return pd.DataFrame(spread.database.query(_ROWS))


def compared(project: Project, first: Side, second: Side, how: Drawing = HOW) -> Comparison:
    found = worked_out(LOCAL_OWNER, project, Question(first=first, second=second, how=how))
    assert isinstance(found, Comparison)
    return found


def of(found: Comparison, measure: Measure) -> Contrast:
    return next(one for one in found.contrasts if one.measure is measure)


def test_both_epochs_come_of_the_same_seeds(epochs: Comparison) -> None:
    assert epochs.seeds == (SEEDS, SEEDS, SEEDS)
    assert [one.measure for one in epochs.contrasts] == list(Measure)


def test_rates_and_means_are_those_that_pandas_counts(epochs: Comparison, table: pd.DataFrame) -> None:
    kept = table[table.run_status == "survived"]
    decided = kept[kept.human_status.isin(["accepted", "rejected"])]
    expected = {
        Measure.SURVIVED: table.groupby("epoch").run_status.apply(lambda one: (one == "survived").mean()),
        Measure.ACCEPTED: decided.groupby("epoch").human_status.apply(lambda one: (one == "accepted").mean()),
        Measure.DIFFICULTY: kept.groupby("epoch").difficulty.mean(),
        Measure.WORDS: kept.groupby("epoch").words.mean(),
        Measure.WORDS_ADDED: kept.groupby("epoch").words_added.mean(),
    }
    for measure, values in expected.items():
        one = of(epochs, measure)
        assert one.first.value == pytest.approx(values[1]), measure
        assert one.second.value == pytest.approx(values[2]), measure
        assert one.difference.value == pytest.approx(values[2] - values[1]), measure
    assert of(epochs, Measure.SURVIVED).first.n == SEEDS
    assert of(epochs, Measure.ACCEPTED).first.n == len(decided[decided.epoch == 1])


def test_money_counts_what_was_eliminated_and_what_failed_too(spread: Project, epochs: Comparison) -> None:
    usd = {row["epoch"]: row["usd"] for row in spread.database.query(_COSTS)}
    assert usd[2] == pytest.approx(COST[1] * SEEDS + 0.5 * 3)
    one = of(epochs, Measure.COST_SURVIVOR)
    assert one.first.value == pytest.approx(usd[1] / (SURVIVE[0] * SEEDS))
    assert one.second.value == pytest.approx(usd[2] / (SURVIVE[1] * SEEDS))


def test_the_interval_is_that_of_resampling_seeds_one_by_one(epochs: Comparison, table: pd.DataFrame) -> None:
    """The plainest way: draw seeds, look up their rows, count; both epochs of a drawn seed come along."""
    survived = table.assign(is_kept=table.run_status == "survived").pivot_table(
        index="seed_id", columns="epoch", values="is_kept"
    )
    rng, rounds = np.random.default_rng(1), []
    for _ in range(3_000):
        rows = survived.to_numpy(float)[rng.integers(0, len(survived), len(survived))]
        rounds.append(rows[:, 1].mean() - rows[:, 0].mean())
    low, high = np.quantile(rounds, (0.025, 0.975))
    difference = of(epochs, Measure.SURVIVED).difference
    assert difference.low == pytest.approx(low, abs=0.025)
    assert difference.high == pytest.approx(high, abs=0.025)


def test_what_was_planted_is_clear_after_correction(epochs: Comparison) -> None:
    planted = {
        Measure.SURVIVED: False, Measure.DIFFICULTY: True, Measure.WORDS: True, Measure.COST_SURVIVOR: True,
        Measure.NEAREST: False, Measure.VENDI: False,
    }  # fmt: skip
    for measure, is_more in planted.items():
        one = of(epochs, measure)
        assert one.difference.value is not None
        assert (one.difference.value > 0) is is_more, measure
        assert one.is_clear, (measure, one.p, one.holm)
        assert one.p is not None
        assert one.holm is not None
        assert one.holm >= one.p


def test_a_side_beside_itself_differs_in_nothing(spread: Project) -> None:
    found = compared(spread, FIRST, FIRST)
    for one in found.contrasts:
        assert one.difference.value in (None, pytest.approx(0)), one.measure
        assert not one.is_clear
        assert one.first.value == (None if one.second.value is None else pytest.approx(one.second.value))


def test_halves_of_one_epoch_seldom_differ(spread: Project) -> None:
    """Seeds that are dealt out at random."""
    rows = spread.database.query("select id from instruction where epoch = 1 order by seq")
    ids = [rows[at]["id"] for at in np.random.default_rng(3).permutation(len(rows))]
    halves = [
        Side(title=name, wanted=QueueFilter(ids=tuple(ids[start::2]), statuses=())) for start, name in enumerate("ab")
    ]
    found = compared(spread, halves[0], halves[1])
    assert found.seeds == (30, 30, 0)
    assert not [one.measure for one in found.contrasts if one.is_clear]


def test_turning_the_sides_turns_every_sign(spread: Project, epochs: Comparison) -> None:
    turned = compared(spread, SECOND, FIRST)
    for measure in (Measure.SURVIVED, Measure.WORDS, Measure.VENDI, Measure.NEAREST):
        one, other = of(epochs, measure), of(turned, measure)
        assert one.difference.value is not None
        assert other.difference.value == pytest.approx(-one.difference.value, rel=0.1)
        assert one.first.value == pytest.approx(other.second.value, rel=0.1)


def test_every_number_opens_as_many_as_it_is_told_of(spread: Project, epochs: Comparison) -> None:
    for one in epochs.contrasts:
        for told, wanted in zip((one.first, one.second), one.behind, strict=True):
            assert queue_reading.count(spread.database, wanted) == told.n, one.measure


def test_a_reference_set_is_compared_by_its_texts_alone(spread: Project) -> None:
    reference = sides.every(LOCAL_OWNER, spread, Scope())[f"reference:{SET}"]
    found = compared(spread, reference, SECOND)
    assert of(found, Measure.SURVIVED).first.value is None
    assert of(found, Measure.SURVIVED).difference.why == "there are none"
    assert of(found, Measure.VENDI).is_clear


def test_without_embeddings_the_rest_is_told(spread: Project) -> None:
    found = compared(spread, FIRST, SECOND, Drawing(model=""))
    assert {one.measure for one in found.contrasts} == set(Measure) - set(DIVERSITY)
    assert "there are 0 of 0 seeds and 0 of 0 seeds" in found.why_no_texts
    assert found.conditions is None


def test_an_unknown_price_makes_the_sum_unknown_and_nothing_else(tmp_path: Path) -> None:
    with project(tmp_path / "p.duckdb") as made:
        unpriced = lineage(3)[1]
        made.database.writer.append_now([call(unpriced, attempt=1)])
        found = compared(made, FIRST, SECOND, Drawing(model=""))
    assert of(found, Measure.COST_SURVIVOR).first.value is None
    assert "1 of 61 calls have no known price" in of(found, Measure.COST_SURVIVOR).first.why
    assert of(found, Measure.COST_SURVIVOR).difference.value is None
    assert of(found, Measure.COST_SURVIVOR).second.value is not None
    assert of(found, Measure.SURVIVED).p is not None


def test_every_run_epoch_operation_pack_model_queue_and_set_may_stand_on_a_side(spread: Project) -> None:
    known = sides.every(LOCAL_OWNER, spread, Scope())
    kinds = {key.partition(":")[0] for key in known}
    assert kinds == {"run", "epoch", "operation", "pack", "model", "queue", "reference"}
    assert {f"run:{RUN}", "epoch:2", "operation:deepen", f"model:{SYSTEM}"} <= set(known)
    assert sides.usual(known) == ("epoch:1", "epoch:2")
    named = sides.named(LOCAL_OWNER, known, "filter:operation=deepen&epoch=2")
    assert named is not None
    assert named.wanted == QueueFilter(operations=("deepen",), epochs=(2,))
    assert sides.named(LOCAL_OWNER, known, "epoch:9") is None
    with pytest.raises(BadInput):
        sides.named(LOCAL_OWNER, known, "filter:nothing")


def test_survivors_are_what_the_world_says(table: pd.DataFrame) -> None:
    """The project is as it is described: otherwise the tests above would prove nothing."""
    kept = table[table.run_status == "survived"].groupby("epoch").size()
    assert list(kept) == [SURVIVE[0] * SEEDS, SURVIVE[1] * SEEDS]
    assert sum(survives(number, 2) for number in range(SEEDS)) == SURVIVE[1] * SEEDS
