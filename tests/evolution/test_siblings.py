"""Difficulty of siblings in one call: all of a parent's, each once, in a drawn order, whatever happens on the way."""

from pathlib import Path
from typing import Any

import pytest

from core.domain.call import ChatReply
from core.domain.instruction import RunStatus
from core.domain.run import Difficulty, Scoring
from core.evolution.verdicts import read_difficulties
from tests.evolution.growing import SEEDS, Field, field_at
from tests.openai_server import openai_server

TOGETHER: dict[str, Any] = {"scoring": Scoring.TOGETHER, "difficulty": Difficulty.ALL, "children": 3}


def said(text: str) -> ChatReply:
    return ChatReply(text=text, finish_reason="stop", tokens_in=1, tokens_out=1, raw="", latency_ms=1.0)


@pytest.mark.parametrize(
    ("text", "grades"),
    [
        ("1: 4\n2: 7\n3: 2", (4, 7, 2)),
        ("2: 7\n1: 4\n3: 10", (4, 7, 10)),
        ("[1] 4\n[2] 7\n[3] 2", (4, 7, 2)),
        ("Task 1: 4\nTask 2: 7\nTask 3: 2", (4, 7, 2)),
        ("- 1. 4\n- 2. 7\n- 3. 2", (4, 7, 2)),
        ("4, 7, 2", (4, 7, 2)),
        ("4 7", None),
        ("1: 4\n2: 7", None),
        ("1: 4\n1: 7\n3: 2", None),
        ("1: 4\n2: 70\n3: 2", None),
        ("They are all hard.", None),
        ("", None),
    ],
)
def test_ratings_are_read_only_if_each_has_one(text: str, grades: tuple[float, ...] | None) -> None:
    assert read_difficulties(said(text), 3) == grades


def rated(field: Field) -> list[list[str]]:
    """The texts of each request that rated several at once, in the order in which they were put."""
    asked = [request["messages"][-1]["content"] for request in field.requests()]
    lists = [one.partition("TASKS:\n")[2] for one in asked if one.startswith("TASKS:\n[1] ")]
    return [[part.partition("] ")[2] for part in ("\n\n" + one).split("\n\n[")[1:]] for one in lists]


def test_each_parents_children_are_rated_in_one_call_and_each_has_one_score(tmp_path: Path) -> None:
    with openai_server() as server, field_at(tmp_path / "a.duckdb", SEEDS[:4], **TOGETHER) as field:
        assert field.grow(server)
        assert field.count("score") == field.count("outcome where status <> 'error'") + 4
        families = field.count("(select distinct parent_id, epoch from instruction where kind = 'evolved')")
        assert field.count("call where kind = 'score'") == families + 4
        assert {len(one) for one in rated(field)} <= {1, 2, 3}
        assert max(len(one) for one in rated(field)) == 3


def test_only_survivors_are_put_to_the_judge_when_only_they_are_scored(tmp_path: Path) -> None:
    more = TOGETHER | {"difficulty": Difficulty.SURVIVORS}
    with openai_server(p_equal=0.4) as server, field_at(tmp_path / "a.duckdb", SEEDS[:4], **more) as field:
        field.grow(server)
        scored = {row["subject_id"] for row in field.rows("select subject_id from score where epoch > 0")}
        survived = field.rows("select instruction_id from outcome where status = ?", RunStatus.SURVIVED)
        assert scored == {row["instruction_id"] for row in survived}
        assert field.count("outcome where status = 'eliminated'") > 0, "nothing was left out"


def test_the_same_run_puts_them_in_the_same_order_however_it_came_about(tmp_path: Path) -> None:
    texts = SEEDS[:4]
    with openai_server(latency_s=0.02, jitter_s=0.03) as server:
        with field_at(tmp_path / "a.duckdb", texts, **TOGETHER) as field:
            field.grow(server, workers=8)
            once, scores = rated(field), field.rows("select subject_id, value from score order by all")
        with field_at(tmp_path / "b.duckdb", texts, **TOGETHER) as field:
            while not field.grow(server, workers=3, pause_after_s=0.3):
                pass
            assert sorted(rated(field)) == sorted(once)
            assert field.rows("select subject_id, value from score order by all") == scores


def test_no_place_is_always_the_first_ones(tmp_path: Path) -> None:
    with openai_server() as server, field_at(tmp_path / "a.duckdb", SEEDS, **TOGETHER | {"epochs": 1}) as field:
        field.grow(server)
        drawn = field.rows("""select r.text, i.child_number from instruction i join revision r on r.of_id = i.id
                              where i.kind = 'evolved'""")
        number = {row["text"]: row["child_number"] for row in drawn}
        orders = {tuple(number[text] for text in one) for one in rated(field) if len(one) == 3}
        assert len(orders) > 2
