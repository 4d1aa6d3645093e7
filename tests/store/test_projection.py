"""The projection says what the facts say: after any history, when facts repeat, reopened, and made again."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import ids
from core.domain.check import Rule
from core.domain.instruction import Instruction, Revision, RunStatus
from core.store.database import Database, open_database
from tests.builders import child, id_of, outcome, project_at, response, revision, score, seed

PROJECTED = "select * from instruction_state order by id"
FROM_FACTS = "select * from instruction_state_from_facts order by id"


def both(database: Database) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return database.query(PROJECTED), database.query(FROM_FACTS)


@dataclass(frozen=True)
class Act:
    """One fact about one of a few instructions; `nth` makes it another fact of its kind, or the same one again."""

    kind: str
    of: int
    nth: int


STATUSES = (RunStatus.SURVIVED, RunStatus.ELIMINATED, RunStatus.ERROR)
ACTS = st.builds(
    Act,
    kind=st.sampled_from(["instruction", "revision", "response", "outcome", "score", "rating"]),
    of=st.integers(0, 3),
    nth=st.integers(0, 3),
)
HISTORIES = st.lists(st.one_of(st.lists(ACTS, max_size=8), st.sampled_from(["reopen", "rebuild"])), max_size=7)


class World:
    """A seed and three children, whose facts are made with ids of their own for each history."""

    def __init__(self, name: int) -> None:
        root = seed(f"world {name}")
        self.instructions: list[Instruction] = [root]
        for number in range(3):
            self.instructions.append(child(self.instructions[number // 2], number))
        self._numbers: dict[int, int] = {}
        self._revisions: dict[tuple[int, int], Revision] = {}

    def fact(self, act: Act) -> object:
        of = self.instructions[act.of]
        match act.kind:
            case "instruction":
                return of
            case "revision":
                return self._revision(act)
            case "response":
                return replace(response(of), id=ids.response_id(id_of(act.nth), of.id))
            case "outcome" if of.parent_id:
                rule = Rule.REFUSAL if act.nth == 1 else None
                return outcome(of, STATUSES[act.nth % 3], rule, words_added=[12, None, 0, -3][act.nth])
            case "score":
                return score(of, value=1.5 + act.nth, by=str(act.nth))
        return replace(score(of, value=4.0), id=id_of(f"{of.id} rating {act.nth}"), kind="rating")

    def _revision(self, act: Act) -> Revision:
        """Texts are numbered as they are written; the same one may be handed over again."""
        key = (act.of, act.nth)
        if key not in self._revisions:
            number = self._numbers[act.of] = self._numbers.get(act.of, -1) + 1
            self._revisions[key] = revision(self.instructions[act.of], f"text {act.nth}", number)
        return self._revisions[key]


def test_any_history_gives_the_same_by_either_way(tmp_path: Path) -> None:
    path = tmp_path / "p.duckdb"
    opened = [open_database(path, "project")]
    worlds = iter(range(10_000))

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(history=HISTORIES)
    def hold(history: list[Any]) -> None:
        world = World(next(worlds))
        opened[0].writer.append_now([world.instructions[0]])
        opened[0].writer.append_now(world.instructions[1:])
        for step in history:
            if step == "reopen":
                opened[0].close()
                opened[0] = open_database(path, "project")
            elif step == "rebuild":
                opened[0].rebuild()
            else:
                opened[0].writer.append_now([world.fact(act) for act in step])
        projected, from_facts = both(opened[0])
        assert projected == from_facts

    try:
        hold()
        before = opened[0].query(PROJECTED)
        opened[0].rebuild()
        assert opened[0].query(PROJECTED) == before
    finally:
        opened[0].close()


def test_repeated_facts_change_nothing(tmp_path: Path) -> None:
    one, other = seed(), child(seed())
    facts = [one, revision(one), other, revision(other, "Longer."), response(other), score(other), outcome(other)]
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now(facts)
        tables = ("instruction", "revision", "response", "score", "outcome", "instruction_state")
        before = [database.query(f"select * from {table}") for table in tables]  # noqa: S608
        for _ in range(2):
            database.writer.append_now(facts)
        database.writer.append_now([*facts, *facts])
        assert [database.query(f"select * from {table}") for table in tables] == before  # noqa: S608


def test_what_a_left_out_fact_says_does_not_reach_the_projection(tmp_path: Path) -> None:
    of = child(seed())
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([seed(), of, outcome(of, RunStatus.SURVIVED), score(of, 3.0)])
        database.writer.append_now([of, outcome(of, RunStatus.ELIMINATED, Rule.REFUSAL), score(of, 9.0)])
        (row,) = database.query("select * from instruction_state where id = ?", [of.id])
        assert (row["run_status"], row["rule"], row["difficulty"]) == ("survived", None, 3.0)
        assert len(database.query("select id from instruction_state")) == 2


def test_a_spoiled_projection_is_made_again_from_the_facts(tmp_path: Path) -> None:
    of = child(seed())
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([seed(), of, revision(of), outcome(of)])
        database.writer.run(lambda connection: connection.execute("update instruction_state set run_status = 'error'"))
        database.rebuild()
        projected, from_facts = both(database)
        assert projected == from_facts
        assert [row["run_status"] for row in projected if row["id"] == of.id] == ["survived"]
