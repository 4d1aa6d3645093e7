"""Endpoints and pools as they are set up, and runs that ask several of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from core.domain.call import Prices, Sampling
from core.domain.run import Caps, Difficulty, RunSettings
from core.domain.system import EMBEDDED, Endpoint, Member, Pool, SamplingDefaults
from core.errors import BadInput, EndpointError, NotFound, RunRefused
from core.services.growing.estimate import estimate
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, settings
from tests.services.test_runs_live import TREE, House

PRICED = Prices(input_usd=1.0, output_usd=10.0)
SERVED = """select s.name, c.kind, count(*) as n from call c join system s on s.id = c.system_id
where c.run_id = ? and c.error_kind is null group by all order by all"""
FAILED = "select s.name, c.error_kind as kind, c.error_detail as said from call c join system s on s.id = c.system_id where c.error_kind is not null"


@pytest.fixture
def servers() -> Iterator[tuple[OpenAIServer, OpenAIServer, OpenAIServer]]:
    with ExitStack() as stack:
        yield tuple(stack.enter_context(openai_server(latency_s=0.02)) for _ in range(3))  # type: ignore[misc]


@pytest.fixture
def house(tmp_path: Path, servers: tuple[OpenAIServer, ...]) -> Iterator[House]:
    """Endpoints "test" (the first server), "second" and "third"."""
    house = House(tmp_path, servers[0])
    for name, server in zip(("second", "third"), servers[1:], strict=True):
        save(house, server, name)
    yield house
    house.studio.close()


def save(house: House, server: OpenAIServer, name: str, **more: Any) -> Endpoint:
    usual = {"model": "fake", "in_flight": 8, "timeout_s": 5.0}
    return house.studio.endpoints.save(ME, Endpoint(**{"name": name, "base_url": server.base_url, **usual, **more}))


def pool(house: House, name: str = "both", **weights: float) -> None:
    members = tuple(Member(endpoint=member, weight=weight) for member, weight in weights.items())
    house.studio.endpoints.save_pool(ME, Pool(name=name, members=members))


def served(house: House, run: str) -> dict[tuple[str, str], int]:
    """Answered calls by endpoint and kind of task."""
    return {(row["name"], row["kind"]): row["n"] for row in house.project.database.query(SERVED, [run])}


class TestSettingUp:
    def test_everything_that_was_given_is_kept(self, house: House, servers: tuple[OpenAIServer, ...]) -> None:
        kept = save(
            house, servers[0], "full", key_secret="openai.key", prices=PRICED, requests_per_min=60, tokens_per_min=9_000,
            sampling=SamplingDefaults(temperature=0.2, top_p=0.5, max_tokens=99), supports_seed=False,
        )  # fmt: skip
        house.reopen()
        assert house.studio.endpoints.get(ME, "full") == kept

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"name": EMBEDDED}, "name"),
            ({"name": " "}, "name"),
            ({"name": "a/b"}, "name"),
            ({"name": "both"}, "taken"),
            ({"model": " "}, "model"),
            ({"base_url": "ftp://x"}, "address"),
            ({"base_url": "https://me:secret@example.org/v1"}, "password"),
            ({"key_env": "not a name"}, "no name"),
            ({"key_env": "sk-0123456789"}, "key itself"),
            ({"key_env": "gsk_0123456789abcdefghijk"}, "key itself"),
            ({"key_env": "A1b2C3d4E5f6G7h8I9j0K1l2"}, "key itself"),
            ({"key_secret": "sk-0123456789"}, "key itself"),
            ({"key_env": "A", "key_secret": "B"}, "two names"),
            ({"in_flight": 0}, "in flight"),
            ({"in_flight": 100_000}, "in flight"),
            ({"requests_per_min": 0}, "Requests"),
            ({"tokens_per_min": -1}, "Tokens"),
            ({"timeout_s": float("nan")}, "time-out"),
            ({"prices": Prices(input_usd=-1.0, output_usd=1.0)}, "price"),
            ({"prices": Prices(input_usd=1.0, output_usd=float("inf"))}, "price"),
            ({"sampling": SamplingDefaults(temperature=3.0)}, "temperature"),
            ({"sampling": SamplingDefaults(top_p=-0.1)}, "Top-p"),
            ({"sampling": SamplingDefaults(max_tokens=0)}, "tokens"),
        ],
    )
    def test_what_cannot_work_is_refused_and_nothing_is_kept(
        self, house: House, servers: tuple[OpenAIServer, ...], wrong: dict[str, Any], words: str
    ) -> None:
        pool(house, test=1.0, second=1.0)
        before = house.studio.endpoints.list(ME)
        with pytest.raises((BadInput, EndpointError), match=words) as refused:
            save(house, servers[0], wrong.pop("name", "new"), **wrong)
        assert refused.value.to_do
        assert not any(secret in str(refused.value) for secret in ("0123456789", "A1b2C3", "me:secret"))
        assert house.studio.endpoints.list(ME) == before

    def test_an_endpoint_that_a_pool_asks_is_not_removed_before_the_pool(self, house: House) -> None:
        pool(house, test=1.0, second=2.0)
        with pytest.raises(BadInput, match="both"):
            house.studio.endpoints.remove(ME, "second")
        house.studio.endpoints.remove_pool(ME, "both")
        house.studio.endpoints.remove(ME, "second")
        assert house.studio.endpoints.names(ME) == (EMBEDDED, "test", "third")
        with pytest.raises(BadInput):
            house.studio.endpoints.remove(ME, EMBEDDED)
        with pytest.raises(NotFound):
            house.studio.endpoints.remove_pool(ME, "both")

    @pytest.mark.parametrize(
        "members",
        [
            (),
            (Member(endpoint="nobody"),),
            (Member(endpoint="test"), Member(endpoint="test")),
            (Member(endpoint="test", weight=0.0),),
            (Member(endpoint="test", weight=float("nan")),),
        ],
    )
    def test_a_pool_that_cannot_work_is_refused(self, house: House, members: tuple[Member, ...]) -> None:
        with pytest.raises(BadInput):
            house.studio.endpoints.save_pool(ME, Pool(name="both", members=members))
        with pytest.raises(BadInput, match="taken"):
            house.studio.endpoints.save_pool(ME, Pool(name="test", members=(Member(endpoint="second"),)))
        assert house.studio.endpoints.pools(ME) == ()

    def test_a_pools_members_can_be_changed(self, house: House) -> None:
        pool(house, test=1.0, second=2.0)
        pool(house, third=1.0)
        (kept,) = house.studio.endpoints.pools(ME)
        assert kept.members == (Member(endpoint="third"),)
        assert house.studio.endpoints.player(ME, "both").is_pool

    def test_a_secret_is_read_from_the_file_when_it_is_needed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        file = tmp_path / ".streamlit" / "secrets.toml"
        with openai_server(key="sk-right-one") as server:
            house = House(tmp_path / "home", server, key_secret="openai.key")
            with pytest.raises(EndpointError, match=r"no secret openai\.key"):
                house.start()
            file.parent.mkdir()
            file.write_text("this is [not toml and holds sk-right-one")
            with pytest.raises(EndpointError, match="cannot be read") as damaged:
                house.start()
            assert "sk-right-one" not in str(damaged.value)
            file.write_text('[openai]\nkey = "sk-right-one"\n')
            assert house.studio.endpoints.key_problem(ME, "test") == ""
            assert house.finish(house.start()).run.state == "finished"
            house.studio.close()

    def test_sampling_defaults_of_the_chosen_endpoints_go_into_the_settings(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        save(house, servers[1], "second", sampling=SamplingDefaults(temperature=0.3))
        asked = house.studio.endpoints.with_defaults(ME, settings(answering="second"))
        assert asked.evolving == Sampling()
        assert asked.responding == Sampling(temperature=0.3)


class TestRoles:
    def test_each_kind_of_task_asks_its_own_endpoint_and_the_log_says_so(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        run = house.start(answering="second", judging="third", difficulty=Difficulty.SURVIVORS)
        now = house.finish(run)
        assert now.run.state == "finished"
        found = served(house, run)
        assert {kind: name for name, kind in found} == {
            "evolve": "test", "respond": "second", "judge": "third", "score": "third",
        }  # fmt: skip
        assert [server.stats()["chat"] for server in servers] == [
            found["test", "evolve"], found["second", "respond"], found["third", "judge"] + found["third", "score"]
        ]  # fmt: skip
        answered = "select distinct s.name from response r join system s on s.id = r.system_id"
        assert house.project.database.query(answered) == [{"name": "second"}]
        by = "select distinct v.of, s.name from revision v join system s on cast(s.id as varchar) = v.by order by all"
        assert house.project.database.query(by) == [
            {"of": "instruction", "name": "test"},
            {"of": "response", "name": "second"},
        ]
        assert house.project.database.projection_is_right()

    def test_who_answers_where_changes_no_draw(self, house: House) -> None:
        runs = [house.start(), house.start(answering="second", judging="third")]
        for run in runs:
            house.finish(run)
        trees = [house.project.database.query(TREE, [run]) for run in runs]
        assert trees[0] == trees[1]  # all three servers say the same to the same prompt and seed

    def test_a_cap_counts_all_endpoints_and_money_needs_all_their_prices(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        save(house, servers[0], "test", prices=PRICED)
        with pytest.raises(RunRefused, match="prices of second are not known"):
            house.start(answering="second", caps=Caps(usd=5.0))
        save(house, servers[1], "second", prices=Prices(input_usd=2.0, output_usd=20.0))
        now = house.finish(house.start(answering="second", caps=Caps(usd=0.04)))
        assert now.run.state == "blocked"
        assert now.spending.usd is not None
        assert 0 < now.spending.usd <= 0.04
        now = house.finish(house.start(answering="second", judging="third", caps=Caps(calls=30)))
        assert now.spending.calls == 30

    def test_an_endpoint_that_is_not_there_is_refused_before_anything_is_spent(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        with pytest.raises(NotFound, match="nobody"):
            house.start(judging="nobody")
        servers[2].change(models=("another",))
        with pytest.raises(EndpointError, match="no such model"):
            house.start(judging="third")
        assert not any(server.stats().get("chat") for server in servers)

    def test_an_estimate_counts_each_with_its_own_price_and_limit(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        save(house, servers[0], "test", prices=PRICED)
        save(house, servers[1], "second", prices=Prices(input_usd=0.0, output_usd=0.0), requests_per_min=6)

        def said(**more: Any) -> Any:
            asked: RunSettings = settings(**more)
            return estimate(ME, house.project, asked, house.studio.endpoints.cast(ME, asked), 12)

        alone, cheaper = said(), said(answering="second")
        assert cheaper.calls == alone.calls
        assert 0 < cheaper.usd < alone.usd
        assert cheaper.duration_s > 200  # at least twenty answers at six a minute
        assert said(judging="third").usd is None


class TestPools:
    def test_a_pool_shares_by_weight_and_every_call_names_who_served_it(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        pool(house, test=3.0, second=1.0)
        run = house.start(endpoint="both", epochs=3)
        assert house.finish(run).run.state == "finished"
        by_name = {
            name: sum(n for (who, _), n in served(house, run).items() if who == name) for name in ("test", "second")
        }
        assert [server.stats()["chat"] for server in servers[:2]] == [by_name["test"], by_name["second"]]
        assert 1.5 < by_name["test"] / by_name["second"] < 6
        made = "select distinct s.name, s.endpoint, s.model from instruction i join system s on s.id = i.made_by"
        assert house.project.database.query(made) == [
            {"name": "both", "endpoint": "pool", "model": "test (3), second (1)"}
        ]

    def test_the_same_seed_asks_the_same_members_the_same(self, house: House) -> None:
        pool(house, test=1.0, second=1.0)
        runs = [house.start(endpoint="both"), ""]
        house.finish(runs[0])
        runs[1] = house.start(endpoint="both")
        house.finish(runs[1])
        assert served(house, runs[0]) == served(house, runs[1])
        trees = [house.project.database.query(TREE, [run]) for run in runs]
        assert trees[0] == trees[1]

    @pytest.mark.parametrize("fault", ["cut", "server_error", "rate_limit_bare", "hang", "html"])
    def test_when_a_member_fails_midway_the_others_take_its_calls_and_nothing_is_lost(
        self, house: House, servers: tuple[OpenAIServer, ...], fault: str
    ) -> None:
        save(house, servers[0], "test", timeout_s=0.5)
        pool(house, test=1.0, second=1.0, third=1.0)
        run = house.start(endpoint="both", epochs=3)
        house.wait_for_calls(run, 10)
        servers[0].change(always=fault, hang_s=2.0)
        now = house.finish(run)
        assert (now.run.state, now.decided) == ("finished", 36)
        assert sum(epoch.error for epoch in now.epochs) == 0
        failed = house.project.database.query(FAILED)
        assert {row["name"] for row in failed} == {"test"}
        assert all(row["said"].startswith("test: ") for row in failed)
        assert len(failed) < 30  # it rests, longer each time

    def test_a_member_whose_key_is_refused_is_out_and_it_says_so(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        pool(house, test=1.0, second=1.0)
        for server in servers:
            server.change(latency_s=0.1)
        run = house.start(endpoint="both", epochs=3)
        house.wait_for_calls(run, 6)
        servers[0].change(key="changed")
        while not (said := house.studio.live.unwell(run)):
            assert house.studio.live.is_live(run)
            time.sleep(0.01)
        assert "refused the key" in said["test"]
        assert house.finish(run).run.state == "finished"
        refused = house.project.database.query(FAILED)
        assert {(row["name"], row["kind"]) for row in refused} == {("test", "wrong_key")}
        assert len(refused) <= 8  # those that were in flight together

    def test_a_run_begins_while_one_member_can_be_asked_and_not_when_none_can(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        save(house, servers[1], "keyless", key_env="NO_SUCH_VARIABLE_HERE")
        with openai_server() as gone:
            save(house, gone, "third")
        pool(house, keyless=1.0, third=1.0, test=1.0)
        run = house.start(endpoint="both", epochs=1)
        assert "NO_SUCH_VARIABLE_HERE is not set" in house.studio.live.unwell(run)["keyless"]
        assert house.finish(run).run.state == "finished"
        pool(house, keyless=1.0, third=1.0)
        with pytest.raises(EndpointError):
            house.start(endpoint="both")

    def test_when_every_member_is_gone_the_run_stands_with_a_reason_and_resumes(
        self, house: House, servers: tuple[OpenAIServer, ...]
    ) -> None:
        pool(house, test=1.0, second=1.0)
        run = house.start(endpoint="both", epochs=3)
        house.wait_for_calls(run, 6)
        for server in servers[:2]:
            server.change(key="changed")
        now = house.finish(run)
        assert now.run.state == "blocked"
        assert "refused the key" in now.run.reason
        for server in servers[:2]:
            server.change(key=None)
        house.resume(run)
        assert house.finish(run).run.state == "finished"


def test_two_runs_at_one_endpoint_share_its_requests_a_minute_in_turn(
    house: House, servers: tuple[OpenAIServer, ...]
) -> None:
    save(house, servers[0], "test", requests_per_min=1_200)
    servers[0].change(latency_s=0.0)
    runs = [house.start(rng_seed=number, epochs=4) for number in (1, 2)]
    before = [house.progress(run).spending.calls for run in runs]
    began, asked = time.monotonic(), servers[0].stats()["chat"]
    time.sleep(3.0)
    made = [house.progress(run).spending.calls - n for run, n in zip(runs, before, strict=True)]
    rate = (servers[0].stats()["chat"] - asked) / (time.monotonic() - began)
    assert rate <= 20 * 1.15, rate
    assert min(made) > 0.7 * max(made), made
    threads = [threading.Thread(target=house.stop, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_server_that_lies_about_usage_is_counted_at_worst_case_and_the_run_goes_on(
    house: House, servers: tuple[OpenAIServer, ...]
) -> None:
    save(house, servers[0], "test", prices=PRICED)
    servers[0].change(rates={"absurd_usage": 0.2, "high_usage": 0.2, "lying_usage": 0.2, "text_usage": 0.2})
    run = house.start(caps=Caps(usd=1.0))
    now = house.finish(run)
    assert now.run.state in ("finished", "blocked")
    rows = house.project.database.query(
        "select tokens_in, tokens_out, worst_cost_usd from call where tokens_in is null"
    )
    assert rows
    assert now.spending.usd is not None
    assert sum(row["worst_cost_usd"] for row in rows) < now.spending.usd <= 1.0


def test_what_has_no_price_is_said_beside_the_sum(house: House, servers: tuple[OpenAIServer, ...]) -> None:
    save(house, servers[0], "test", prices=PRICED)
    now = house.finish(house.start(answering="second"))
    assert now.spending.usd is not None
    assert now.spending.usd > 0
    assert now.spending.unpriced == servers[1].stats()["chat"] > 0
    alone = house.finish(house.start())
    assert alone.spending.unpriced == 0
