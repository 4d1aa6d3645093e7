"""What a run that waits for people lets grow on: the rule on small trees, and the real engine beside people who decide."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.check import Rule
from core.domain.decision import Act
from core.domain.instruction import HumanStatus, Instruction, RunStatus
from core.domain.operation import Operation
from core.domain.run import Gate
from core.domain.work import Judged
from core.evolution.gate import gated_frontier
from tests import builders
from tests.evolution.growing import SEEDS, Field, field_at
from tests.evolution.test_set_aside import assert_sound, nodes
from tests.openai_server import openai_server
from tests.store.reviewing import say

SURVIVED, ELIMINATED = RunStatus.SURVIVED, RunStatus.ELIMINATED
YES, NO, OPEN = HumanStatus.ACCEPTED, HumanStatus.REJECTED, HumanStatus.UNDECIDED
FREE = {"rules": (), "respond": False}


def judged(of: Instruction, status: RunStatus | None = SURVIVED, human: HumanStatus = OPEN) -> Judged:
    return Judged(instruction=of, status=status, human=human)


def grown_on(gate: Gate, *tree: Judged, most: int = 4) -> list[str]:
    return [one.id for one in gated_frontier(tree, gate, most)]


ROOT = builders.seed()
FIRST = builders.child(ROOT)
SECOND = builders.child(FIRST)


def test_what_people_accepted_grows_on_and_what_they_rejected_brings_its_parent_back() -> None:
    seed = judged(ROOT, None)
    assert grown_on(Gate.ACCEPTED, seed, judged(FIRST, human=YES)) == [FIRST.id]
    assert grown_on(Gate.ACCEPTED, seed, judged(FIRST, human=NO)) == [ROOT.id]
    assert grown_on(Gate.NOT_REJECTED, seed, judged(FIRST)) == [FIRST.id]
    late = (seed, judged(FIRST, human=NO), judged(SECOND, human=YES))  # what lies below went aside with it
    assert grown_on(Gate.NOT_REJECTED, *late) == [ROOT.id]


def test_an_accepted_override_joins_however_late() -> None:
    dead = judged(FIRST, ELIMINATED)
    tries_again = judged(replace(builders.child(ROOT, epoch=2), operation=Operation.MUTATE), human=YES)
    assert grown_on(Gate.ACCEPTED, judged(ROOT, None), dead, tries_again) == [tries_again.instruction.id]
    joined = grown_on(Gate.ACCEPTED, judged(ROOT, None), replace(dead, human=YES), tries_again)
    assert joined == [tries_again.instruction.id, FIRST.id]


def test_a_rejected_seed_grows_no_further() -> None:
    assert grown_on(Gate.NOT_REJECTED, judged(ROOT, None, NO), judged(FIRST)) == []


HUMANS = st.sampled_from([YES, NO, OPEN])
TREES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([SURVIVED, ELIMINATED]), HUMANS), max_size=12)


@given(TREES, st.sampled_from([Gate.ACCEPTED, Gate.NOT_REJECTED]), st.integers(1, 5))
def test_nothing_grows_from_what_was_rejected_and_something_always_grows(
    drawn: list[tuple[int, RunStatus, HumanStatus]], gate: Gate, most: int
) -> None:
    tree = [judged(ROOT, None)]
    for number, (under, status, human) in enumerate(drawn):
        of = builders.child(tree[under % len(tree)].instruction, number)
        tree.append(judged(of, status, human))
    rejected = {one.instruction.id for one in tree if one.human is NO}
    found = gated_frontier(tree, gate, most)
    assert 1 <= len(found) <= most
    assert not [one for one in found if rejected & {one.id, *one.ancestors}]
    assert len({one.id for one in found}) == len(found)
    if gate is Gate.ACCEPTED:
        accepted = {one.instruction.id for one in tree if one.human is YES} | {ROOT.id}
        assert {one.id for one in found} <= accepted


class People:
    """Decide whatever waits, as `verdict` says, until the run is over; keeps how many waited at most."""

    def __init__(self, field: Field, verdict: Callable[[Instruction], Act]) -> None:
        self.field, self.verdict, self.most = field, verdict, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self) -> "People":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _work(self) -> None:
        seen: set[str] = set()
        while not self.over.is_set():
            waiting = nodes(self.field, "id in (select id from instruction_state where run_status = 'survived' and human_status = 'undecided' and not set_aside)")  # fmt: skip
            self.most = max(self.most, len(waiting))
            for one in waiting:
                assert one.id not in seen
                seen.add(one.id)
                say(self.field.database, one, self.verdict(one))
            time.sleep(0.05)


def test_a_run_grows_only_from_what_people_accept_and_never_past_its_buffer(tmp_path: Path) -> None:
    with ExitStack() as open_:
        server = open_.enter_context(openai_server())
        field = open_.enter_context(field_at(tmp_path / "p.duckdb", SEEDS[:5], gate=Gate.ACCEPTED, buffer=2, **FREE))
        with People(field, lambda one: Act.REJECT if one.position == 0 else Act.ACCEPT) as people:
            assert field.grow(server)
        assert 0 < people.most <= 2
        grown = field.rows("select position, epoch, depth, parent_id from instruction where kind = 'evolved'")
        assert {(row["position"], row["epoch"]) for row in grown} == {(p, e) for p in range(5) for e in (1, 2)}
        assert {row["parent_id"] for row in grown if row["position"] == 0} == {field.seeds[0].id}
        assert all(row["depth"] == row["epoch"] for row in grown if row["position"] > 0)
        assert_sound(field)


@pytest.mark.parametrize("children", [1, 2])
def test_what_is_not_rejected_grows_without_waiting_and_a_rejection_brings_the_parent_back(
    tmp_path: Path, children: int
) -> None:
    with openai_server() as server:
        shape = {"gate": Gate.NOT_REJECTED, "buffer": 99, "children": children, **FREE}
        with field_at(tmp_path / "p.duckdb", SEEDS[:2], **shape, epochs=1) as field:
            assert field.grow(server)
            rejected = nodes(field, "epoch = 1 and position = 0")
            for one in rejected:
                say(field.database, one, Act.REJECT)
        with field_at(tmp_path / "p.duckdb", SEEDS[:2], **shape, epochs=2) as field:
            assert field.grow(server)
            again = nodes(field, "epoch = 2 and position = 0")
            assert {one.parent_id for one in again} == {field.seeds[0].id}
            assert {one.depth for one in nodes(field, "epoch = 2 and position = 1")} == {2}
            assert_sound(field)


def test_an_accepted_override_grows(tmp_path: Path) -> None:
    with openai_server(p_equal=1.0) as server:
        shape = {"gate": Gate.ACCEPTED, "rules": (Rule.NO_INFORMATION_GAIN,), "respond": False}
        shape |= {"thresholds": {Rule.NO_INFORMATION_GAIN: 0.5}}
        with field_at(tmp_path / "p.duckdb", SEEDS[:1], **shape, epochs=1) as field:
            assert field.grow(server)  # eliminated: nothing waits for people
            (dead,) = nodes(field, "epoch = 1")
            say(field.database, dead, Act.ACCEPT)
        with field_at(tmp_path / "p.duckdb", SEEDS[:1], **shape, epochs=2) as field:
            assert field.grow(server)
            assert [one.parent_id for one in nodes(field, "epoch = 2")] == [dead.id]


def test_what_a_person_edited_and_accepted_grows_on_as_they_left_it(tmp_path: Path) -> None:
    with openai_server() as server:
        shape = {"gate": Gate.ACCEPTED, **FREE}
        with field_at(tmp_path / "p.duckdb", SEEDS[:1], **shape, epochs=1) as field:
            assert field.grow(server)
            (one,) = nodes(field, "epoch = 1")
            edited = builders.revision(one, "Weigh the moon with a ruler and a candle.", 1)
            field.database.writer.append_now([edited])
            say(field.database, one, Act.ACCEPT)
        with field_at(tmp_path / "p.duckdb", SEEDS[:1], **shape, epochs=2) as field:
            assert field.grow(server)
            assert [node.parent_revision_id for node in nodes(field, "epoch = 2")] == [edited.id]
            assert "Weigh the moon" in str(field.requests()[-1]["messages"])


def test_a_parent_that_was_edited_before_it_grew_is_tried_again_as_it_was_then(tmp_path: Path) -> None:
    shape = {"rules": (Rule.NO_INFORMATION_GAIN,), "thresholds": {Rule.NO_INFORMATION_GAIN: 0.5}, "respond": False}
    with openai_server(p_equal=1.0) as server, field_at(tmp_path / "p.duckdb", SEEDS[:1], **shape) as field:
        edited = builders.revision(field.seeds[0], "Weigh the moon with a ruler and a candle.", 1)
        field.database.writer.append_now([edited])
        field.database.writer.run(
            lambda connection: connection.execute(
                "update instruction set parent_revision_id = ? where epoch = 1", [edited.id]
            )
        )
        assert field.grow(server)
        assert {node.parent_revision_id for node in nodes(field, "epoch > 0")} == {edited.id}
        assert all("Weigh the moon" in str(one["messages"]) for one in field.requests())
