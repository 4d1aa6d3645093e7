"""A run's engine against a real server and a real project file."""

import json
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from core.domain.call import ErrorKind, Prices, Sampling
from core.domain.check import PAPER_RULES, Rule
from core.domain.run import Caps, Difficulty, StepOrder
from core.evolution.engine import Blocked
from core.models.retry import wait_before_retry
from tests.evolution.growing import SEEDS, Field, field_at, recapped
from tests.openai_server import openai_server

SMALL = {"evolving": Sampling(max_tokens=300), "responding": Sampling(max_tokens=300)}

EVEN = {Rule.NO_INFORMATION_GAIN: 0.5}  # the judge's likelier word counts, wherever the shipped cut stands
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
        tree = grown(tmp_path / "p.duckdb", script={"p_equal": 1.0}, epochs=3, thresholds=EVEN)
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
        with (
            openai_server(p_equal=1.0) as server,
            field_at(tmp_path / "p.duckdb", epochs=1, rules=rules, thresholds=EVEN) as field,
        ):
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
        texts = [f"Explain number {number} to a child." for number in range(24)]
        shape: dict[str, Any] = {"epochs": 1, "rules": (), "respond": False}
        with openai_server(rates={fault: 0.3}) as server, field_at(tmp_path / "p.duckdb", texts, **shape) as field:
            assert field.grow(server)
            seeds = [one["body"]["seed"] for one in server.requests]
            survived = field.count("outcome where status = 'survived'")
            assert len(seeds) == len(set(seeds)) == field.count("call") > len(texts)
            assert field.count("call where error_kind = 'malformed_reply'") == len(seeds) - survived
            assert survived > len(texts) / 2

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


STOPPING = {
    "wrong_key": ErrorKind.WRONG_KEY,
    "no_such_model": ErrorKind.NO_SUCH_MODEL,
    "no_money": ErrorKind.NO_MONEY,
    "no_quota": ErrorKind.NO_MONEY,
    "bad_request": ErrorKind.BAD_REQUEST,
}


class TestErrors:
    @pytest.mark.parametrize("fault", STOPPING)
    def test_what_cannot_heal_blocks_the_run_and_it_goes_on_when_the_cause_is_gone(
        self, tmp_path: Path, fault: str
    ) -> None:
        kind = STOPPING[fault]
        with openai_server(always=fault) as server, field_at(tmp_path / "p.duckdb") as field:
            with pytest.raises(Blocked, match=kind.cause) as blocked:
                field.grow(server, workers=4)
            assert kind.remedy in str(blocked.value)
            assert server.stats()["chat"] <= 4  # calls in flight when the first came back
            assert_sound(field)
            assert field.count("task where state = 'waiting'") == len(SEEDS)
            assert field.count("outcome") == 0
            server.change(always="")
            assert field.grow(server)
            assert field.count("outcome") == 2 * len(SEEDS)
            assert field.count("call") == server.stats()["chat"]  # the refused ones too, each under its own id
            assert_sound(field)

    def test_an_item_that_is_held_back_is_an_error_and_the_others_go_on(self, tmp_path: Path) -> None:
        shape = {"epochs": 1, "rules": (), "respond": False}
        with openai_server(rates={"content_policy": 0.4}) as server, field_at(tmp_path / "p.duckdb", **shape) as field:
            assert field.grow(server)
            found = Counter(row["status"] for row in field.tree())
            assert found["error"] == server.stats()["content_policy"] > 0
            assert found["survived"] == len(SEEDS) - found["error"]

    def test_a_server_that_goes_away_blocks_the_run_and_keeps_what_came(self, tmp_path: Path) -> None:
        with field_at(tmp_path / "p.duckdb", epochs=3) as field, ExitStack() as first:
            server = first.enter_context(openai_server(latency_s=0.05))
            away = threading.Timer(0.6, first.close)
            away.start()
            with pytest.raises(Blocked, match="cannot be reached"):
                field.grow(server, workers=2)
            away.join()
            kept = field.count("call where error_kind is null")
            assert kept > 0
            assert_sound(field)
            with openai_server(port=server.port) as back:
                assert field.grow(back)
                assert field.count("outcome") == 3 * len(SEEDS)
                assert field.count("call where error_kind is null") == kept + back.stats()["chat"]

    def test_an_endpoint_that_always_fails_is_not_asked_for_ever(self, tmp_path: Path) -> None:
        with openai_server(always="server_error") as server, field_at(tmp_path / "p.duckdb") as field:
            with pytest.raises(Blocked, match="The endpoint failed"):
                field.grow(server, workers=2)
            assert server.stats()["chat"] < 5 * 2 * len(SEEDS)

    def test_time_outs_are_asked_again_and_count_at_worst_case(self, tmp_path: Path) -> None:
        shape = {"epochs": 1, "rules": (), "respond": False, "rng_seed": 5}
        with (
            openai_server(rates={"hang": 0.3}, seed=2, hang_s=2.0) as server,
            field_at(tmp_path / "p.duckdb", SEEDS[:4], **shape) as field,
        ):
            assert field.grow(server, timeout_s=0.3)
            assert field.count("outcome where status = 'survived'") == 4
            late = field.rows("select tokens_in, worst_tokens from call where error_kind = 'time_out'")
            assert len(late) == server.stats()["hang"] > 0
            said = field.rows("select sum(tokens_in + tokens_out) as n from call where error_kind is null")[0]["n"]
            counted = field.rows("select tokens from run_spending")[0]["tokens"]
            assert counted == said + sum(row["worst_tokens"] for row in late)

    def test_the_servers_wish_to_wait_is_obeyed(self, tmp_path: Path) -> None:
        shape = {"epochs": 1, "rules": (), "respond": False}
        with (
            openai_server(first=("rate_limit",)) as server,
            field_at(tmp_path / "p.duckdb", SEEDS[:1], **shape) as field,
        ):
            began = time.monotonic()
            threading.Timer(0.5, lambda: server.change(first=())).start()
            assert field.grow(server, backoff=wait_before_retry)
            assert time.monotonic() - began >= 1.0  # Retry-After: 1
            assert server.stats()["chat"] == 2


class TestCaps:
    @pytest.mark.parametrize("cap", [1, 7, 20])
    def test_a_cap_on_calls_is_never_passed(self, tmp_path: Path, cap: int) -> None:
        with openai_server(latency_s=0.02) as server, field_at(tmp_path / "p.duckdb", caps=Caps(calls=cap)) as field:
            with pytest.raises(Blocked, match=f"the cap of {cap} calls"):
                field.grow(server, workers=32)
            assert server.stats()["chat"] == cap == field.count("call")
            assert_sound(field)

    @pytest.mark.parametrize("fault", ["", "no_usage", "lying_usage", "zero_usage", "empty_reply", "filtered"])
    def test_a_cap_on_tokens_is_never_passed_whatever_the_server_says(self, tmp_path: Path, fault: str) -> None:
        caps = Caps(tokens=12_000)
        with (
            openai_server(always=fault) as server,
            field_at(tmp_path / "p.duckdb", epochs=6, caps=caps, **SMALL) as field,
        ):
            with pytest.raises(Blocked, match="the cap of 12,000 tokens"):
                field.grow(server, workers=32)
            assert 0 < true_tokens(server.requests, field) <= 12_000
            assert field.rows("select tokens from run_spending")[0]["tokens"] <= 12_000

    def test_a_cap_on_money_is_never_passed(self, tmp_path: Path) -> None:
        prices, caps = Prices(input_usd=1.0, output_usd=10.0), Caps(usd=0.08)
        with openai_server() as server, field_at(tmp_path / "p.duckdb", epochs=6, caps=caps, **SMALL) as field:
            with pytest.raises(Blocked, match=r"the cap of \$0.08"):
                field.grow(server, workers=32, prices=prices)
            assert 0 < field.rows("select usd from run_spending")[0]["usd"] <= 0.08

    def test_time_outs_use_a_cap_up(self, tmp_path: Path) -> None:
        caps = Caps(tokens=9_000)
        with (
            openai_server(always="hang", hang_s=1.0) as server,
            field_at(tmp_path / "p.duckdb", caps=caps, **SMALL) as field,
        ):
            with pytest.raises(Blocked, match="the cap of 9,000 tokens"):
                field.grow(server, workers=16, timeout_s=0.2)
            worst = [row["worst_tokens"] for row in field.rows("select worst_tokens from call")]
            assert sum(worst) <= 9_000
            assert len(worst) == server.stats()["chat"]

    def test_with_a_higher_cap_the_same_run_goes_on(self, tmp_path: Path) -> None:
        with openai_server() as server, field_at(tmp_path / "p.duckdb", caps=Caps(calls=10)) as field:
            with pytest.raises(Blocked):
                field.grow(server, workers=32)
            assert recapped(field, Caps(calls=10_000)).grow(server, workers=32)
            assert field.count("outcome") == 2 * len(SEEDS)
            assert field.count("call") == server.stats()["chat"]
        assert_same_as_without_a_stop(tmp_path, field)


def true_tokens(requests: list[dict[str, Any]], field: Field) -> int:
    """What the server would have counted, had it told the truth: a token each four characters, as it says itself."""
    asked = sum(len(turn["content"]) // 4 for one in requests for turn in one["body"]["messages"])
    said = field.rows("select coalesce(sum(length(reply) // 4), 0) as n from call where reply like '%choices%'")
    return asked + int(said[0]["n"]) // 4  # a reply's body is about four times its text


def assert_same_as_without_a_stop(tmp_path: Path, field: Field) -> None:
    """A run that was stopped on its way ends in the same tree."""
    with field_at(tmp_path / "p.duckdb") as stopped:
        assert stopped.tree() == grown(tmp_path / "straight.duckdb")


class TestPause:
    def test_calls_in_flight_are_finished_and_kept_and_nothing_is_asked_twice(self, tmp_path: Path) -> None:
        with openai_server(latency_s=0.15) as server, field_at(tmp_path / "p.duckdb") as field:
            stops = 0
            while not field.grow(server, workers=3, pause_after_s=0.25):
                stops += 1
                assert field.count("call") == server.stats()["chat"]
                assert server.stats()["in_flight"] == 0
                assert_sound(field)
            assert stops > 2
            assert field.count("call") == server.stats()["chat"]
            assert len({json.dumps(one["body"], sort_keys=True) for one in server.requests}) == len(server.requests)
        assert_same_as_without_a_stop(tmp_path, field)

    @pytest.mark.parametrize("children", [2, 3])
    def test_a_pause_in_the_middle_of_a_family_changes_nothing(self, tmp_path: Path, children: int) -> None:
        shape: dict[str, Any] = {"children": children, "max_frontier_per_seed": 2}
        with openai_server(latency_s=0.05) as server, field_at(tmp_path / "p.duckdb", SEEDS[:3], **shape) as field:
            while not field.grow(server, workers=2, pause_after_s=0.2):
                assert_sound(field)
            stopped = field.tree()
        with openai_server() as server, field_at(tmp_path / "straight.duckdb", SEEDS[:3], **shape) as field:
            assert field.grow(server)
            assert stopped == field.tree()

    def test_a_pause_does_not_wait_for_an_endpoint_that_wants_to_be_left_alone(self, tmp_path: Path) -> None:
        """It may wish for an hour: the others wait for their place so long."""
        with openai_server(always="rate_limit_headers") as server, field_at(tmp_path / "p.duckdb") as field:
            began = time.monotonic()
            assert not field.grow(server, workers=8, pause_after_s=0.5, backoff=wait_before_retry)
            assert time.monotonic() - began < 10  # the headers said 61 s
            assert_sound(field)

    def test_a_pause_before_the_first_call_makes_none(self, tmp_path: Path) -> None:
        with openai_server() as server, field_at(tmp_path / "p.duckdb") as field:
            assert not field.grow(server, pause_after_s=0)
            assert server.stats().get("chat", 0) == field.count("call")
            assert_sound(field)


class TestTheLog:
    def test_a_log_that_refuses_pauses_the_run_and_nothing_is_lost(self, tmp_path: Path) -> None:
        with openai_server(latency_s=0.05) as server, field_at(tmp_path / "p.duckdb") as field:
            closing = threading.Timer(0.3, field.database.writer.close)
            closing.start()
            with pytest.raises(Blocked, match="closed"):
                field.grow(server, workers=4)
            closing.join()
        with openai_server() as again, field_at(tmp_path / "p.duckdb") as field:
            assert field.grow(again)
            assert field.count("outcome") == 2 * len(SEEDS)
            assert_sound(field)

    def test_seeds_without_work_are_a_run_that_is_over(self, tmp_path: Path) -> None:
        with openai_server() as server, field_at(tmp_path / "p.duckdb", ()) as field:
            assert field.grow(server)
            assert server.stats().get("chat", 0) == 0

    def test_more_seeds_than_one_claim_takes_are_all_grown(self, tmp_path: Path) -> None:
        texts = [f"Explain number {number} to a child." for number in range(600)]
        shape = {"epochs": 1, "rules": (), "respond": False}
        with openai_server(keep_requests=False) as server, field_at(tmp_path / "p.duckdb", texts, **shape) as field:
            assert field.grow(server, workers=64)
            assert field.count("outcome") == server.stats()["chat"] == 600
