"""A run's engine against a real server and a real project file."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.domain.check import PAPER_RULES, Rule
from core.domain.run import Difficulty, StepOrder
from tests.evolution.growing import SEEDS, Field, field_at
from tests.openai_server import openai_server

JUDGED = (Rule.NO_INFORMATION_GAIN,)


def grown(path: Path, *, workers: int = 8, script: dict[str, Any] | None = None, **settings: Any) -> list[Any]:
    """The tree of a whole run."""
    with openai_server(**(script or {})) as server, field_at(path, **settings) as field:
        assert field.grow(server, workers=workers)
        assert_sound(field)
        return field.tree()


def assert_sound(field: Field) -> None:
    """What must hold after any run, whatever happened in it."""
    rows = field.rows("""select i.*, p.depth as parent_depth, p.epoch as parent_epoch, p.kind as parent_kind
                         from instruction i left join instruction p on p.id = i.parent_id where i.kind = 'evolved'""")
    for row in rows:
        assert row["depth"] == row["parent_depth"] + 1
        assert row["epoch"] > row["parent_epoch"]
        assert len(row["ancestors"]) == row["depth"]
    assert field.database.projection_is_right()
    assert field.count("task where state = 'claimed'") == 0
    assert field.count("outcome o left join instruction i on i.id = o.instruction_id where i.id is null") == 0


class TestOrderOfReplies:
    """Which reply comes first changes nothing."""

    @pytest.mark.parametrize(
        ("workers", "script"),
        [
            (1, {}),
            (32, {"latency_s": 0.02, "jitter_s": 0.02}),
            (32, {"latency_s": 0.01, "last_first": 5}),
            (8, {"rates": {"rate_limit_bare": 0.2, "cut": 0.1, "invalid_json": 0.1}}),
        ],
        ids=["one worker", "jitter", "last first", "a fifth is refused"],
    )
    @pytest.mark.parametrize("children", [1, 3])
    def test_the_same_seed_and_replies_give_the_same_tree(
        self, tmp_path: Path, workers: int, script: dict[str, Any], children: int
    ) -> None:
        shape = {"children": children, "epochs": 2, "rules": (*PAPER_RULES, Rule.IDENTICAL)}
        faults = {"rates": script["rates"]} if "rates" in script else {}  # a retry asks with another seed
        plain = grown(tmp_path / "plain.duckdb", workers=8, script=faults, **shape)
        other = grown(tmp_path / "other.duckdb", workers=workers, script=script, **shape)
        assert plain == other
        assert len(plain) >= 2 * len(SEEDS)

    def test_another_seed_of_chance_gives_another_tree(self, tmp_path: Path) -> None:
        one = grown(tmp_path / "one.duckdb", rng_seed=1)
        two = grown(tmp_path / "two.duckdb", rng_seed=2)
        assert [row["operation"] for row in one] != [row["operation"] for row in two]


class TestEpochs:
    def test_a_failed_epoch_keeps_the_parent_and_draws_anew(self, tmp_path: Path) -> None:
        tree = grown(tmp_path / "p.duckdb", script={"p_equal": 1.0}, epochs=3)
        seeds = {row["parent_id"] for row in tree}
        assert len(seeds) == len(SEEDS)  # nobody survived, so all children hang on the seeds
        assert {row["depth"] for row in tree} == {1}
        assert Counter(row["epoch"] for row in tree) == {1: 8, 2: 8, 3: 8}
        drawn = [[row["operation"] for row in tree if row["epoch"] == epoch] for epoch in (1, 2, 3)]
        assert drawn[0] != drawn[1] != drawn[2]

    def test_a_survivor_replaces_its_parent(self, tmp_path: Path) -> None:
        tree = grown(tmp_path / "p.duckdb", epochs=4, rules=(), respond=False)
        by_id = {row["id"]: row for row in tree}
        assert all(row["epoch"] == row["depth"] for row in tree if row["status"] == "survived")
        assert all(by_id[row["parent_id"]]["status"] == "survived" for row in tree if row["depth"] > 1)

    def test_a_failed_call_is_an_error_and_the_next_epoch_tries_again(self, tmp_path: Path) -> None:
        with openai_server(always="content_policy") as server, field_at(tmp_path / "p.duckdb") as field:
            assert field.grow(server)
            assert_sound(field)
            tree = field.tree()
            assert {row["status"] for row in tree} == {"error"}
            assert Counter(row["epoch"] for row in tree) == {1: 8, 2: 8}
            assert field.count("call where error_kind = 'content_filter'") == 16


class TestOrderOfSteps:
    def test_the_cheap_order_asks_for_no_response_of_what_it_has_eliminated(self, tmp_path: Path) -> None:
        rules = (Rule.NO_INFORMATION_GAIN, Rule.REFUSAL, Rule.EMPTY_RESPONSE)
        with openai_server(p_equal=1.0) as server, field_at(tmp_path / "p.duckdb", epochs=1, rules=rules) as field:
            assert field.grow(server)
            assert Counter(row["kind"] for row in field.rows("select kind from call")) == {"evolve": 8, "judge": 8}
            checked = {row["rule"] for row in field.rows("select distinct rule from rule_check")}
            assert checked == {"no_information_gain"}  # not checked is no row

    def test_a_leaked_prompt_costs_no_judge_and_no_response(self, tmp_path: Path) -> None:
        label = "created prompt"
        with openai_server(p_equal=0.0) as server, field_at(tmp_path / "p.duckdb", (label,), epochs=1) as field:
            assert field.grow(server)
            assert field.count("outcome where rule = 'leaked_prompt'") == 0  # its parent has the words already
        with (
            openai_server(p_equal=0.0, tail=f" {label}.") as server,
            field_at(tmp_path / "q.duckdb", epochs=1) as field,
        ):
            assert field.grow(server)
            assert field.count("outcome where rule = 'leaked_prompt'") == len(SEEDS)
            assert {row["kind"] for row in field.rows("select kind from call")} == {"evolve"}

    def test_the_papers_order_answers_everything_first(self, tmp_path: Path) -> None:
        with (
            openai_server(p_equal=1.0) as server,
            field_at(tmp_path / "p.duckdb", epochs=1, order=StepOrder.PAPER) as field,
        ):
            assert field.grow(server)
            kinds = Counter(row["kind"] for row in field.rows("select kind from call"))
            assert kinds == {"evolve": 8, "respond": 8, "judge": 8}
            assert field.count("rule_check") == 8 * 4
            orders = field.rows(
                "select list(kind order by seq) as kinds from call group by run_id, left(task_id::varchar, 0)"
            )
            assert orders[0]["kinds"].index("respond") < orders[0]["kinds"].index("judge")

    def test_without_responses_nothing_is_answered(self, tmp_path: Path) -> None:
        with openai_server(p_equal=0.0) as server, field_at(tmp_path / "p.duckdb", respond=False) as field:
            assert field.grow(server)
            assert field.count("call where kind = 'respond'") == 0
            assert field.count("outcome where status = 'survived'") > 0

    def test_scores_are_asked_of_seeds_and_survivors(self, tmp_path: Path) -> None:
        with openai_server() as server, field_at(tmp_path / "p.duckdb", difficulty=Difficulty.SURVIVORS) as field:
            assert field.grow(server)
            assert field.count("score") == len(SEEDS) + field.count("outcome where status = 'survived'")
            assert_sound(field)

    def test_a_judge_that_cannot_be_read_eliminates_nothing(self, tmp_path: Path) -> None:
        words = {"choices": ("Perhaps so", "It depends")}
        with openai_server(**words) as server, field_at(tmp_path / "p.duckdb", epochs=1, rules=JUDGED) as field:
            assert field.grow(server)
            assert field.count("rule_check where verdict = 'unknown'") == len(SEEDS)
            assert field.count("outcome where status = 'survived'") == len(SEEDS)


class TestCallsAreKept:
    def test_every_attempt_is_kept_with_what_was_sent_and_what_came(self, tmp_path: Path) -> None:
        script = {"rates": {"server_error": 0.3, "empty_reply": 0.2, "html": 0.1}}
        with openai_server(**script) as server, field_at(tmp_path / "p.duckdb") as field:
            assert field.grow(server)
            assert_sound(field)
            asked = [one["body"] for one in server.requests]
            said = field.requests()
            key = lambda one: json.dumps([one["messages"], one.get("seed")], sort_keys=True)  # noqa: E731
            assert Counter(map(key, asked)) == Counter(map(key, said))
            assert field.count("call") == server.stats()["chat"]
            assert field.count("call where error_kind = 'server_error'") == server.stats()["server_error"]
            assert field.count("call where error_kind = 'malformed_reply'") >= server.stats()["empty_reply"]
            kept = field.rows("select reply from call where error_kind is null")
            assert all(json.loads(row["reply"])["object"] == "chat.completion" for row in kept)
            assert field.count("call where error_kind is not null and error_detail is null") == 0

    @pytest.mark.parametrize("fault", ["empty_reply", "no_text", "invalid_json", "sse", "no_choices"])
    def test_what_cannot_be_used_is_asked_again_with_another_seed(self, tmp_path: Path, fault: str) -> None:
        shape = {"epochs": 1, "rules": (), "respond": False, "rng_seed": 11}
        with openai_server(rates={fault: 0.2}) as server, field_at(tmp_path / "p.duckdb", **shape) as field:
            assert field.grow(server)
            seeds = [one["body"]["seed"] for one in server.requests]
            assert len(seeds) == len(set(seeds)) == field.count("call") > len(SEEDS)
            assert field.count("call where error_kind = 'malformed_reply'") == len(seeds) - len(SEEDS)
            assert field.count("outcome where status = 'survived'") == len(SEEDS)

    def test_nul_bytes_and_any_script_come_back_as_they_were(self, tmp_path: Path) -> None:
        texts = (
            "Zero \x00 byte",
            "שלום עולם, write a poem",
            "😀 explain this emoji",
            "<img src=x onerror=1> \\frac{1}{2}",
        )
        with openai_server(p_equal=0.0) as server, field_at(tmp_path / "p.duckdb", texts, epochs=1) as field:
            assert field.grow(server)
            sent = {turn["content"] for one in server.requests for turn in one["body"]["messages"]}
            assert all(any(text in turn for turn in sent) for text in texts)
            assert field.count("outcome") == len(texts)
