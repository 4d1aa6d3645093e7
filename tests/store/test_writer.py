"""One thread writes: acknowledged means committed, order is `seq`, and nobody pays for a neighbour's fault."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from core.domain.project import Audit
from core.domain.task import TaskState
from core.errors import NotFound, ProjectError
from core.store.database import Database
from core.store.tables import insert_facts
from core.store.writer import Writer
from tests.builders import audit, child, project_at, revision, score, seed, task


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with project_at(tmp_path / "p.duckdb") as opened:
        yield opened


def subjects(database: Database) -> list[str]:
    return [row["subject"] for row in database.query("select subject from audit order by seq")]


class Held:
    """Keeps the writer busy until it is let go, so that jobs gather behind it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._let_go, self._begun = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        def wait(_: duckdb.DuckDBPyConnection) -> None:
            self._begun.set()
            assert self._let_go.wait(20)

        self._thread = threading.Thread(target=lambda: self._database.writer.run(wait))
        self._thread.start()
        assert self._begun.wait(20)

    def __exit__(self, *_: object) -> None:
        self._let_go.set()
        self._thread.join()


def test_seq_grows_strictly_across_kinds_and_reopenings(tmp_path: Path) -> None:
    for round_ in range(3):
        with project_at(tmp_path / "p.duckdb") as database:
            database.writer.append_now([seed(round_), revision(seed(round_)), audit()])
            database.writer.append_now([audit()])
            database.writer.append_now([score(seed(round_))])
    with project_at(tmp_path / "p.duckdb") as database:
        rows = database.query(
            "select seq from instruction union all select seq from revision union all select seq from audit "
            "union all select seq from score order by seq"
        )
        per_round = database.query("select seq from audit order by seq")
    seqs = [row["seq"] for row in rows]
    assert len(set(seqs)) == len(seqs) == 15
    assert [row["seq"] for row in per_round] == sorted(row["seq"] for row in per_round)
    assert max(seqs) == 15


@pytest.mark.parametrize(
    "bad",
    [
        replace(audit(), subject=None),  # type: ignore[arg-type]
        replace(audit(), subject=7),  # type: ignore[arg-type]
        replace(audit(), received_at="yesterday"),  # type: ignore[arg-type]
        replace(seed("bad"), id="not-an-id"),
        replace(seed("bad"), epoch=2**70),
        replace(revision(seed("bad")), text="half a character \ud83d"),
        "no fact at all",
    ],
    ids=["null", "a number for a text", "a text for a time", "no uuid", "too large", "lone surrogate", "no fact"],
)
def test_one_bad_fact_does_not_take_its_neighbours_down(bad: object, database: Database) -> None:
    outcomes: dict[str, BaseException | None] = {}

    async def one(name: str, facts: list[object]) -> None:
        try:
            await database.writer.append(facts)
            outcomes[name] = None
        except BaseException as error:  # noqa: BLE001 - which error it is depends on the fault
            outcomes[name] = error

    async def together() -> None:
        await asyncio.gather(
            one("before", [audit("before")]), one("bad", [audit("of the bad one"), bad]), one("after", [audit("after")])
        )

    with Held(database):
        waiting = threading.Thread(target=lambda: asyncio.run(together()))
        waiting.start()
        while database.writer._jobs.qsize() < 3:  # so that all three are in one transaction
            threading.Event().wait(0.005)
    waiting.join()
    assert outcomes.pop("bad") is not None
    assert outcomes == {"before": None, "after": None}
    assert sorted(subjects(database)) == ["after", "before"]
    database.writer.append_now([audit("still writing")])


def test_facts_handed_over_together_are_kept_together_or_not_at_all(database: Database) -> None:
    with pytest.raises(duckdb.Error):
        database.writer.append_now([seed(1), revision(seed(1)), replace(audit(), act=None)])  # type: ignore[arg-type]
    assert database.query("select (select count(*) from instruction) + (select count(*) from revision) as n") == [
        {"n": 0}
    ]
    assert database.query("select count(*) as n from instruction_state") == [{"n": 0}]


def test_an_error_of_an_action_reaches_its_caller_and_the_writer_goes_on(database: Database) -> None:
    def fails(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("delete from audit")
        raise NotFound("There is no such thing")

    database.writer.append_now([audit("kept")])
    with pytest.raises(NotFound):
        database.writer.run(fails)
    database.writer.append_now([audit("later")])
    assert subjects(database) == ["kept", "later"]


def test_an_event_loop_and_fifty_threads_write_at_once(database: Database) -> None:
    each = 20

    async def from_a_loop() -> None:
        await asyncio.gather(*(database.writer.append([audit(f"loop-{number}")]) for number in range(500)))

    def from_a_thread(who: int) -> None:
        for number in range(each):
            database.writer.append_now([audit(f"{who}-{number}")])

    threads = [threading.Thread(target=from_a_thread, args=(who,)) for who in range(50)]
    threads.append(threading.Thread(target=lambda: asyncio.run(from_a_loop())))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = subjects(database)
    assert len(found) == len(set(found)) == 50 * each + 500
    for who in range(50):  # what one thread wrote stands in the order in which it wrote it
        own = [subject for subject in found if subject.startswith(f"{who}-")]
        assert own == [f"{who}-{number}" for number in range(each)]
    seqs = [row["seq"] for row in database.query("select seq from audit order by seq")]
    assert len(set(seqs)) == len(seqs)


def test_a_persons_decision_goes_before_the_engines_rows(database: Database) -> None:
    with Held(database):
        threads = [
            threading.Thread(target=lambda number=number: database.writer.append_now([audit(f"engine {number}")]))
            for number in range(5)
        ]
        for thread in threads:
            thread.start()
        while database.writer._jobs.qsize() < 5:
            threading.Event().wait(0.005)
        person = threading.Thread(target=lambda: database.writer.append_now([audit("person")], by_person=True))
        person.start()
        while database.writer._jobs.qsize() < 6:
            threading.Event().wait(0.005)
    for thread in (*threads, person):
        thread.join()
    assert subjects(database)[0] == "person"
    assert len(subjects(database)) == 6


def test_facts_that_come_thick_share_a_transaction(database: Database) -> None:
    turns: list[int] = []
    writer = Writer(database._connection.cursor(), 1_000, lambda: turns.append(1))

    async def thick() -> None:
        await asyncio.gather(*(writer.append([audit(f"before {number}")]) for number in range(20)))
        turns.clear()
        async with asyncio.TaskGroup() as group:
            for number in range(5):
                group.create_task(writer.append([audit(f"engine {number}")]))
                await asyncio.sleep(0.005)

    try:
        asyncio.run(thick())
    finally:
        writer.close()
    assert len(turns) < 5
    assert subjects(database)[-5:] == [f"engine {number}" for number in range(5)]


def test_a_repeated_task_keeps_its_most_tries_and_takes_the_new_state(database: Database) -> None:
    owed = task(child(seed()), tries=1)
    database.writer.append_now([owed])
    database.writer.append_now([replace(owed, tries=3, state=TaskState.DONE)])
    database.writer.append_now([replace(owed, tries=2, state=TaskState.FAILED)])
    assert database.query("select tries, state from task") == [{"tries": 3, "state": "failed"}]
    database.writer.append_now([replace(owed, tries=9), replace(owed, tries=4, state=TaskState.DONE)])
    assert database.query("select tries, state from task") == [{"tries": 9, "state": "done"}]


def test_a_closed_project_takes_nothing_more_and_says_so(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([audit("kept")])
    for late in (
        lambda: database.writer.append_now([audit()]),
        lambda: database.writer.run(lambda _: None),
        lambda: asyncio.run(database.writer.append([audit()])),
        lambda: asyncio.run(database.writer.run_async(lambda _: None)),
    ):
        with pytest.raises(ProjectError, match="Open it again"):
            late()
    database.writer.close()


def test_closing_commits_what_waits(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        held = Held(database)
        with held:
            threads = [
                threading.Thread(target=lambda number=number: database.writer.append_now([audit(str(number))]))
                for number in range(20)
            ]
            for thread in threads:
                thread.start()
            while database.writer._jobs.qsize() < 20:
                threading.Event().wait(0.005)
            closing = threading.Thread(target=database.writer.close)
            closing.start()
        closing.join()
        for thread in threads:
            thread.join()
    with project_at(tmp_path / "p.duckdb") as database:
        assert sorted(map(int, subjects(database))) == list(range(20))


def test_an_awaited_append_that_was_cancelled_does_not_stop_the_writer(database: Database) -> None:
    async def give_up() -> None:
        waiting = asyncio.ensure_future(database.writer.append([audit("given up")]))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await database.writer.append([audit("next")])

    asyncio.run(give_up())
    assert subjects(database)[-1] == "next"


def keep_subjects(connection: duckdb.DuckDBPyConnection, seq: int, batches: Sequence[str]) -> tuple[int, list[int]]:
    """Batches of words: each becomes a row, and all of them say how many came together."""
    if "bad" in batches:
        raise ValueError("bad")
    return insert_facts(connection, Audit, [audit(word) for word in batches], seq), [len(batches)] * len(batches)


def test_what_many_people_ask_for_at_once_is_committed_together_and_each_gets_an_answer(database: Database) -> None:
    with ThreadPoolExecutor(8) as people:
        with Held(database):
            asked = [people.submit(database.writer.run_together, keep_subjects, word) for word in "abcdefgh"]
            while database.writer._jobs.qsize() < 8:
                time.sleep(0.01)
        assert [one.result() for one in asked] == [8] * 8
    assert sorted(subjects(database)) == list("abcdefgh")


def test_one_bad_batch_among_many_is_refused_alone(database: Database) -> None:
    with ThreadPoolExecutor(3) as people:
        with Held(database):
            asked = [people.submit(database.writer.run_together, keep_subjects, word) for word in ("a", "bad", "b")]
            while database.writer._jobs.qsize() < 3:
                time.sleep(0.01)
        assert [asked[0].result(), asked[2].result()] == [1, 1]
        with pytest.raises(ValueError, match="bad"):
            asked[1].result()
    assert sorted(subjects(database)) == ["a", "b"]
