"""What people reject while a run goes on: nothing is asked below it, and the undo gives back exactly what was taken."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.domain.check import Rule
from core.domain.decision import Act
from core.domain.instruction import Instruction
from core.domain.run import Caps
from core.evolution.engine import Blocked
from core.store.instruction_rows import instruction_from
from core.store.run_log import ProjectRunLog
from tests.evolution.growing import SEEDS, Field, field_at, recapped
from tests.openai_server import OpenAIServer, openai_server
from tests.store.reviewing import say, submit

SHAPE: dict[str, Any] = {
    "epochs": 3, "rules": (Rule.NO_INFORMATION_GAIN,), "thresholds": {Rule.NO_INFORMATION_GAIN: 0.5}, "respond": False,
}  # fmt: skip
STATES = "select state, count(*) as n from task group by state"
ILL_TASKS = """task t join instruction_state s on s.id = t.subject_id
where (t.state = 'waiting' and s.set_aside) or (t.state = 'cancelled' and not s.set_aside)"""
TWICE = """(select parent_id, epoch from instruction where kind = 'evolved' group by all having count(*) > ?)"""
SAME_NUMBER = (
    """(select seed_id, epoch, child_number from instruction where kind = 'evolved' group by all having count(*) > 1)"""
)
TOO_MANY = """(select seed_id, epoch from instruction where kind = 'evolved' group by all having count(distinct parent_id) > ?)"""


def states(field: Field) -> dict[str, int]:
    return {row["state"]: row["n"] for row in field.rows(STATES)}


def nodes(field: Field, where: str = "true") -> list[Instruction]:
    """Everything with a text, oldest first."""
    found = field.rows(
        f"""select * exclude (seq) from instruction i where {where}
        and id in (select of_id from revision) order by epoch, position, child_number"""  # noqa: S608
    )
    return [instruction_from(row) for row in found]


def assert_sound(field: Field) -> None:
    """What holds whatever people did and whenever."""
    children, most = field.method.settings.children, field.method.settings.max_frontier_per_seed
    assert field.database.projection_is_right()
    assert field.count(ILL_TASKS) == 0
    assert field.count("task where state = 'claimed'") == 0
    assert len(field.rows(TWICE, children)) == 0
    assert len(field.rows(SAME_NUMBER)) == 0
    assert len(field.rows(TOO_MANY, most)) == 0


@contextmanager
def a_field(path: Path, texts: tuple[str, ...] = SEEDS[:3], **more: Any) -> Iterator[tuple[Field, OpenAIServer]]:
    with openai_server(p_equal=0.3) as server, field_at(path, texts, **{**SHAPE, **more}) as field:
        yield field, server


def go_on(field: Field, server: OpenAIServer, calls: int | None = None) -> None:
    """As far as so many calls in all, or to the end."""
    try:
        recapped(field, Caps(calls=calls)).grow(server, workers=4)
    except Blocked:
        pass


def test_waiting_calls_below_a_rejection_are_cancelled_and_wait_again_after_the_undo(tmp_path: Path) -> None:
    with a_field(tmp_path / "p.duckdb") as (field, server):
        rejected = say(field.database, field.seeds[0], Act.REJECT)
        assert states(field) == {"waiting": 2, "cancelled": 1}
        go_on(field, server)
        assert field.count(f"call c join task t on t.id = c.task_id where t.seed_id = '{field.seeds[0].id}'") == 0
        assert submit(field.database, rejected, Act.UNDO).below == 1
        assert field.count("task where state = 'waiting'") == 1
        go_on(field, server)
        assert states(field).keys() == {"done"}
        assert field.count("outcome") == 3 * 3
        assert_sound(field)


def test_what_is_drawn_below_a_rejection_is_born_set_aside(tmp_path: Path) -> None:
    """Its parent was in flight when somebody rejected what it grows from."""
    with a_field(tmp_path / "p.duckdb", SEEDS[:1], rules=()) as (field, server):
        server.change(latency_s=0.6)
        threading.Timer(0.25, say, (field.database, field.seeds[0], Act.REJECT)).start()
        go_on(field, server)
        assert server.stats()["chat"] == 1  # it was paid for, so it is kept
        assert field.count("outcome where status = 'survived'") == 1
        assert states(field) == {"done": 1, "cancelled": 1}
        assert_sound(field)


def test_an_engine_follows_nothing_that_was_set_aside_while_it_was_claimed(tmp_path: Path) -> None:
    """All tasks are claimed at once; the rejection comes while most of them have not begun."""
    with a_field(tmp_path / "p.duckdb", SEEDS, respond=True) as (field, server):
        server.change(latency_s=1.5)

        def reject_all() -> None:
            for seed in field.seeds:
                say(field.database, seed, Act.REJECT)

        threading.Timer(0.1, reject_all).start()
        go_on(field, server)
        assert (
            server.stats()["chat"] <= 4 + 2
        )  # four workers; one that had just been let through while the rejections came
        assert states(field)["cancelled"] == len(SEEDS)
        assert_sound(field)


def test_what_waits_to_be_asked_again_is_not_if_it_was_set_aside_meanwhile(tmp_path: Path) -> None:
    with a_field(tmp_path / "p.duckdb", SEEDS[:1], rules=(), epochs=1) as (field, server):
        server.change(always="server_error")
        threading.Timer(0.5, say, (field.database, field.seeds[0], Act.REJECT)).start()
        field.grow(server, backoff=lambda *_: 1.5)
        assert server.stats()["chat"] == 1
        assert states(field) == {"cancelled": 1}
        assert_sound(field)


def test_a_live_engine_takes_up_what_an_undo_gives_back(tmp_path: Path) -> None:
    with a_field(tmp_path / "p.duckdb", SEEDS[:2], rules=(), epochs=1) as (field, server):
        server.change(latency_s=0.5)
        rejected = say(field.database, field.seeds[0], Act.REJECT)
        threading.Timer(0.2, submit, (field.database, rejected, Act.UNDO)).start()
        go_on(field, server)
        assert field.count("outcome") == 2


def test_the_other_lines_of_a_seed_grow_on_past_the_one_that_stands_still(tmp_path: Path) -> None:
    with a_field(tmp_path / "p.duckdb", SEEDS[:1], rules=(), children=2) as (field, server):
        go_on(field, server, calls=2)
        left, right = nodes(field, "epoch = 1")
        rejected = say(field.database, left, Act.REJECT)
        go_on(field, server)
        made = Counter((row["epoch"], row["status"]) for row in field.tree())
        assert made == {(1, "survived"): 2, (2, "survived"): 2, (2, None): 2, (3, "survived"): 4}
        assert_sound(field)
        submit(field.database, rejected, Act.UNDO)
        go_on(field, server)
        assert Counter(row["epoch"] for row in field.tree()) == {1: 2, 2: 4, 3: 8}
        assert right.id in {row["parent_id"] for row in field.tree()}
        assert_sound(field)


def test_what_a_dead_engine_had_claimed_below_a_rejection_is_not_asked_after_the_restart(tmp_path: Path) -> None:
    with a_field(tmp_path / "p.duckdb", SEEDS[:2], rules=(), epochs=1) as (field, server):
        asyncio.run(ProjectRunLog(field.database, field.method.run_id).claim(9))
        rejected = say(field.database, field.seeds[0], Act.REJECT)
        go_on(field, server)
        assert states(field) == {"done": 1, "cancelled": 1}
        submit(field.database, rejected, Act.UNDO)
        go_on(field, server)
        assert states(field) == {"done": 2}


def test_planning_again_wakes_nothing_that_is_done(tmp_path: Path) -> None:
    with a_field(tmp_path / "p.duckdb", SEEDS[:1], epochs=1) as (field, server):
        go_on(field, server)
        field.database.writer.append_now(field.method.children([field.seeds[0]], 1))
        assert states(field).keys() == {"done"}
        assert asyncio.run(ProjectRunLog(field.database, field.method.run_id).claim(9)) == []


STORIES = st.lists(
    st.tuples(st.integers(1, 14), st.sampled_from([Act.REJECT, Act.ACCEPT]), st.integers(0, 30)), max_size=3
)


@pytest.mark.parametrize("children", [1, 2])
def test_whatever_is_rejected_whenever_the_undo_gives_back_the_run(tmp_path: Path, children: int) -> None:
    """For one child a node the tree is the same to the last text as if nobody had ever rejected anything."""
    shape = {"children": children, "max_frontier_per_seed": 3}
    numbers = count()
    with a_field(tmp_path / "plain.duckdb", SEEDS[:2], **shape) as (field, server):
        go_on(field, server)
        plain = field.tree()

    @hypothesis_settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STORIES)
    def holds(story: list[tuple[int, Act, int]]) -> None:
        with a_field(tmp_path / f"{next(numbers)}.duckdb", SEEDS[:2], **shape) as (field, server):
            trials, calls = [], 0
            for more, act, which in story:
                calls += more
                go_on(field, server, calls)
                there = nodes(field)
                trials.append(say(field.database, there[which % len(there)], act))
                assert_sound(field)
            go_on(field, server)
            assert_sound(field)
            for trial in reversed(trials):
                submit(field.database, trial, Act.UNDO)
            go_on(field, server)
            assert_sound(field)
            assert states(field).keys() == {"done"}
            if children == 1:
                assert field.tree() == plain

    holds()
