"""Runs that ask by batch, against a real server: everything that a batch can come to, and what it costs."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.domain.call import Prices
from core.domain.person import Actor, Role
from core.domain.progress import RunProgress
from core.domain.run import Caps, Difficulty, LeftOver, RunEventKind
from core.domain.task import TaskKind
from core.errors import BadInput, NotAllowed, RunRefused
from core.services import commands
from core.services.batch_trial import BATCHES, find_batches
from core.services.commands.batches import say_list
from core.services.growing import batches
from core.services.growing.estimate import batches_in_turn, estimate
from core.services.projects import Project
from core.services.studio import Studio
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import ME, furnish, settings, studio_at

PRICES = Prices(input_usd=2.0, output_usd=8.0)
BY_BATCH: dict[str, Any] = {"by_batch": ("test",)}
KEY = "sk-not-to-be-seen-1234567890"


Place = Callable[..., AbstractContextManager[tuple[Studio, Project, OpenAIServer]]]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One for all: to open it takes longer than most of these runs."""
    studio, _ = studio_at(tmp_path_factory.mktemp("home"))
    yield studio
    studio.close()


@pytest.fixture
def place(studio: Studio, tmp_path: Path) -> Place:
    """A project of its own with seeds, and an endpoint that behaves as it is told."""
    numbers = count(1)

    @contextmanager
    def placed(
        *, n_seeds: int = 6, share: float | None = 0.5, **script: Any
    ) -> Iterator[tuple[Studio, Project, OpenAIServer]]:
        with openai_server(**script) as server:
            project = studio.projects.open_file(ME, tmp_path / f"p{next(numbers)}.duckdb")
            furnish(studio, project, server.base_url, n_seeds=n_seeds, prices=PRICES, batch_share=share)
            yield studio, project, server

    return placed


def grown(studio: Studio, project: Project, **more: Any) -> RunProgress:
    """A whole run, to whatever end."""
    run_id = studio.runs.start(ME, project, settings(**{**BY_BATCH, **more}))
    return ended(studio, project, run_id)


def ended(studio: Studio, project: Project, run_id: str) -> RunProgress:
    assert studio.live.wait(run_id, timeout_s=60)
    return studio.runs.progress(ME, project, run_id)


def tree(project: Project) -> list[dict[str, Any]]:
    """What chance and replies decide, whatever the run is called."""
    return project.database.query("""
        select i.position, i.epoch, i.operation, o.status, o.rule, t.text, a.text as response
        from instruction i left join outcome o on o.instruction_id = i.id left join revision t on t.of_id = i.id
        left join response r on r.instruction_id = i.id left join revision a on a.of_id = r.id
        where i.kind = 'evolved' order by i.position, i.epoch""")


def calls(project: Project) -> list[dict[str, Any]]:
    return project.database.query("select * from call order by seq")


def assert_sound(project: Project, server: OpenAIServer) -> None:
    """What must hold after any run by batch."""
    assert project.database.projection_is_right()
    assert project.database.query("select count(*) as n from task where state = 'claimed'") == [{"n": 0}]
    asked = Counter(row["id"] for row in calls(project))
    assert set(asked.values()) == {1}
    known = {row["call_id"] for row in project.database.query("select call_id from call_batch_item")}
    assert set(server.desk.ran) <= known


class TestWholeRuns:
    def test_the_same_tree_grows_by_batch_as_one_by_one_at_half_the_price(self, place: Place) -> None:
        with place() as (studio, project, server):
            live = grown(studio, project, by_batch=(), difficulty=Difficulty.ALL)
            plain = tree(project)
        with place(batch_s=0.2) as (studio, project, server):
            by_batch = grown(studio, project, difficulty=Difficulty.ALL)
            assert by_batch.run.state == RunEventKind.FINISHED, by_batch.run.reason
            assert tree(project) == plain
            assert by_batch.spending.calls == live.spending.calls == len(server.desk.ran)
            assert live.spending.usd
            assert by_batch.spending.usd == pytest.approx(live.spending.usd / 2)
            assert by_batch.spending.tokens == live.spending.tokens
            assert len(by_batch.batches) == batches_in_turn(
                settings(**BY_BATCH, difficulty=Difficulty.ALL), studio.endpoints.cast(ME, settings())
            )
            assert {batch.status for batch in by_batch.batches} == {"completed"}
            assert sum(batch.done for batch in by_batch.batches) == by_batch.spending.calls
            assert_sound(project, server)
            assert not server.desk.files, "texts were left at the endpoint"

    def test_every_request_says_what_the_log_says_was_asked(self, place: Place) -> None:
        with place() as (studio, project, server):
            grown(studio, project, epochs=1)
            asked = {json.dumps(one["body"]["messages"]) for one in server.requests}
            kept = {json.dumps(json.loads(row["request"])["messages"]) for row in calls(project)}
            assert asked == kept
            assert {one["body"]["model"] for one in server.requests} == {"fake"}

    def test_what_is_judged_here_and_now_goes_beside_what_is_answered_by_batch(self, place: Place) -> None:
        with place(share=None) as (studio, project, server), openai_server() as other:
            furnish(studio, project, other.base_url, n_seeds=0, name="cheap", batch_share=0.5)
            now = grown(studio, project, answering="cheap", by_batch=("cheap",))
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            kinds = Counter(kind for batch in now.batches for kind in batch.what)
            assert set(kinds) == {"respond"}
            assert server.stats()["chat"] + len(other.desk.ran) == now.spending.calls
            assert_sound(project, other)


class TestEnds:
    def test_what_an_expired_batch_left_is_asked_at_once_at_the_full_price(self, place: Place) -> None:
        with place(batch_ends="expired", batch_share=0.5) as (studio, project, server):
            now = grown(studio, project, epochs=1)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            first = now.batches[0]
            assert (first.status, first.done, first.left) == ("expired", 3, 3)
            assert_sound(project, server)
            shares = [row["cost_usd"] / (row["tokens_in"] * 2e-6 + row["tokens_out"] * 8e-6) for row in calls(project)]
            assert {round(share, 6) for share in shares} == {0.5, 1.0}
            assert now.spending.calls == server.stats()["chat"], "something was asked twice"

    def test_or_goes_into_another_batch_if_that_is_wanted(self, place: Place) -> None:
        with place(batch_ends="expired", batch_share=0.6) as (studio, project, server):
            now = grown(studio, project, epochs=1, left_over=LeftOver.AGAIN)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            assert len(now.batches) > 3
            assert sum(server.desk.ran.values()) == now.spending.calls
            assert_sound(project, server)

    def test_failures_in_the_error_file_are_asked_again_or_given_up_like_any_other(self, place: Place) -> None:
        with place(n_seeds=20, rates={"server_error": 0.3, "content_policy": 0.1}) as (
            studio,
            project,
            server,
        ):
            now = grown(studio, project, epochs=1)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            kinds = {row["error_kind"] for row in calls(project)}
            assert {"server_error", "content_filter"} <= kinds
            assert now.batches[0].failed
            assert now.batches[0].left == 0
            assert_sound(project, server)

    def test_a_completed_batch_that_is_silent_about_a_call_may_have_made_it(self, place: Place) -> None:
        with place(batch_unsaid=1) as (studio, project, _server):
            now = grown(studio, project, epochs=1)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            silent = [row for row in calls(project) if row["error_kind"] == "malformed_reply"]
            assert silent
            assert all(row["cost_usd"] is None and row["worst_cost_usd"] > 0 for row in silent)

    def test_a_refused_batch_stops_the_run_and_costs_nothing(self, place: Place) -> None:
        with place(batch_ends="failed") as (studio, project, server):
            now = grown(studio, project)
            assert now.run.state == RunEventKind.BLOCKED
            assert "refused batch 1: invalid_json_line" in now.run.reason
            assert now.spending.calls == 0
            server.change(batch_ends="completed")
            studio.runs.resume(ME, project, now.run.id)
            assert ended(studio, project, now.run.id).run.state == RunEventKind.FINISHED
            assert_sound(project, server)

    def test_a_queue_that_is_full_gets_smaller_batches(self, place: Place) -> None:
        with place(n_seeds=120, batch_queue=70) as (studio, project, server):
            now = grown(studio, project, epochs=1)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            assert max(batch.n for batch in now.batches if batch.status == "completed") <= 70
            assert_sound(project, server)

    def test_an_endpoint_that_fails_for_a_while_is_asked_again(self, place: Place) -> None:
        faults = ("upload:server_error", "begin:rate_limit_ms", "look:bad_gateway", "fetch:server_error")
        with place(batch_faults=faults) as (studio, project, server):
            now = grown(studio, project, epochs=1)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            assert all(server.stats()[fault] for fault in faults)
            assert_sound(project, server)
            assert len(server.desk.batches) == len(now.batches), "a batch was begun twice"

    def test_a_key_that_is_refused_stops_the_run(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BATCH_KEY", KEY)
        with place(key=KEY, batch_s=30) as (studio, project, server):
            furnish(studio, project, server.base_url, n_seeds=0, key_env="BATCH_KEY", batch_share=0.5)
            run_id = studio.runs.start(ME, project, settings(**BY_BATCH))
            wait_for(server, "look")
            server.change(key="another")
            now = ended(studio, project, run_id)
            assert now.run.state == RunEventKind.BLOCKED
            assert KEY not in now.run.reason
            (batch,) = now.batches
            assert not batch.is_closed, "it goes on there"


class TestPeople:
    def test_a_pause_leaves_the_batch_to_whoever_resumes(self, place: Place) -> None:
        with place(batch_s=1.0) as (studio, project, server):
            run_id = studio.runs.start(ME, project, settings(**BY_BATCH, epochs=1))
            wait_for(server, "look")
            assert studio.runs.progress(ME, project, run_id).in_batches == 6
            studio.runs.pause(ME, project, run_id)
            paused = ended(studio, project, run_id)
            assert (paused.run.state, paused.spending.calls, len(paused.batches)) == (RunEventKind.PAUSED, 0, 1)
            studio.runs.resume(ME, project, run_id)
            now = ended(studio, project, run_id)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            assert set(server.desk.ran.values()) == {1}
            assert_sound(project, server)

    @pytest.mark.parametrize("pause_first", [False, True], ids=["going", "paused"])
    def test_a_stop_cancels_the_batch_and_keeps_what_it_did(self, place: Place, pause_first: bool) -> None:
        with place(batch_s=60, batch_share=0.5) as (studio, project, server):
            run_id = studio.runs.start(ME, project, settings(**BY_BATCH))
            wait_for(server, "look")
            if pause_first:
                studio.runs.pause(ME, project, run_id)
                ended(studio, project, run_id)
            studio.runs.stop(ME, project, run_id)
            now = ended(studio, project, run_id)
            assert now.run.state == RunEventKind.STOPPED
            (batch,) = now.batches
            assert (batch.status, batch.done, batch.left, batch.is_closed) == ("cancelled", 3, 3, True)
            assert now.spending.calls == 3
            assert_sound(project, server)
            server.change(batch_s=0.0)
            studio.runs.resume(ME, project, run_id)
            assert ended(studio, project, run_id).run.state == RunEventKind.FINISHED
            assert set(server.desk.ran.values()) == {1}

    def test_a_batch_that_is_gone_can_be_given_up_and_counts_at_worst(self, place: Place) -> None:
        with place(batch_s=60) as (studio, project, server):
            run_id = studio.runs.start(ME, project, settings(**BY_BATCH, epochs=1))
            wait_for(server, "look")
            server.desk.batches.clear()
            now = ended(studio, project, run_id)
            assert now.run.state == RunEventKind.BLOCKED
            assert "give the batch up" in now.run.reason
            batches.forget(ME, project, studio.live, now.batches[0].id)
            server.change(batch_s=0.0)
            studio.runs.resume(ME, project, run_id)
            now = ended(studio, project, run_id)
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            first = now.batches[0]
            assert (first.status, first.failed) == ("forgotten", 6)
            worst = [row for row in calls(project) if row["error_kind"] is not None]
            assert len(worst) == 6
            assert all(row["worst_cost_usd"] > 0 for row in worst)
            assert project.database.query("select act from audit where act like 'batch%'") == [
                {"act": "batch given up"}
            ]

    def test_no_batch_goes_out_that_could_pass_a_cap(self, place: Place) -> None:
        with place() as (studio, project, server):
            now = grown(studio, project, caps=Caps(calls=4))
            assert now.run.is_capped, now.run.reason
            assert now.spending.calls == sum(server.desk.ran.values()) == 4
            dear = grown(studio, project, caps=Caps(usd=0.02))
            assert dear.run.is_capped, dear.run.reason
            assert dear.spending.usd is not None
            assert dear.spending.usd <= 0.02

    def test_only_who_may_grow_gives_a_batch_up(self, place: Place) -> None:
        with place() as (studio, project, _):
            now = grown(studio, project, epochs=1)
            with pytest.raises(NotAllowed):
                batches.forget(
                    Actor(person_id="a", name="A", role=Role.ANNOTATOR), project, studio.live, now.batches[0].id
                )


class TestBefore:
    def test_the_estimate_counts_half_the_price_and_the_batches_in_turn(self, place: Place) -> None:
        with place() as (studio, project, _):
            cast = studio.endpoints.cast(ME, settings())
            live, cheap = (estimate(ME, project, settings(**more), cast, 6) for more in ({}, BY_BATCH))
            assert live.usd
            assert cheap.usd == pytest.approx(live.usd / 2)
            assert (live.batches, cheap.batches) == (0, 6)
            assert cheap.duration_s == 0.0

    @pytest.mark.parametrize(
        ("chosen", "n"),
        [
            ({"epochs": 4}, 12),
            ({"epochs": 4, "respond": False}, 8),
            ({"epochs": 4, "difficulty": Difficulty.SURVIVORS}, 13),
            ({"epochs": 4, "by_batch": ()}, 0),
        ],
    )
    def test_one_batch_is_one_step_deep(self, place: Place, chosen: dict[str, Any], n: int) -> None:
        with place(n_seeds=0) as (studio, _, _server):
            cast = studio.endpoints.cast(ME, settings())
            assert batches_in_turn(settings(**{**BY_BATCH, **chosen}), cast) == n

    def test_an_endpoint_that_has_no_price_by_batch_is_not_asked_so(self, place: Place) -> None:
        with place(share=None) as (studio, project, _):
            with pytest.raises(RunRefused, match="cannot be asked by batch"):
                studio.runs.start(ME, project, settings(**BY_BATCH))
            assert not batches.can_batch(studio.endpoints.cast(ME, settings()))

    def test_a_run_is_asked_by_workers_or_by_batch_and_not_by_both(self, place: Place) -> None:
        with place() as (studio, project, _), pytest.raises(RunRefused, match="not by both"):
            studio.runs.start(ME, project, settings(**BY_BATCH, workers=2))

    def test_nor_does_a_run_go_on_one_by_one_at_the_full_price_when_that_price_is_taken_away(
        self, place: Place
    ) -> None:
        with place(batch_s=60) as (studio, project, server):
            run_id = studio.runs.start(ME, project, settings(**BY_BATCH))
            wait_for(server, "look")
            studio.runs.pause(ME, project, run_id)
            ended(studio, project, run_id)
            furnish(studio, project, server.base_url, n_seeds=0, prices=PRICES)
            with pytest.raises(RunRefused, match="cannot be asked by batch"):
                studio.runs.resume(ME, project, run_id)

    def test_time_by_batch_is_not_taken_for_the_time_of_a_call(self, place: Place) -> None:
        with place(batch_s=0.5) as (studio, project, _):
            grown(studio, project, epochs=1)
            cast = studio.endpoints.cast(ME, settings())
            after = estimate(ME, project, settings(), cast, 6)
            assert TaskKind.EVOLVE in after.measured
            assert after.duration_s is not None
            assert after.duration_s > 1


def wait_for(server: OpenAIServer, step: str, n: int = 1, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while server.stats().get(step, 0) < n:
        assert time.monotonic() < until, f"the server saw no {step}: {server.stats()}"
        time.sleep(0.02)


class TestCommands:
    def test_grow_asks_by_batch_whoever_can_be_and_the_list_says_what_became_of_it(self, place: Place) -> None:
        with place() as (studio, project, _):
            asked = {
                "seeds": None,
                "endpoint": "test",
                "epochs": 1,
                "limit": None,
                "preset": "quick look",
                "ask": "batch",
            }
            begun = commands.run(studio, ME, "grow", {"project": str(project.path), **asked})
            assert begun["estimate"]["batches"] == 4
            now = ended(studio, project, begun["run"])
            assert now.run.state == RunEventKind.FINISHED, now.run.reason
            listed = commands.run(studio, ME, "batches list", {"project": str(project.path), "run": "1"})
            assert [one["state"] for one in listed["batches"]] == ["completed"] * len(now.batches)
            assert "completed" in say_list(listed)
            with pytest.raises(BadInput, match="no batch 99"):
                commands.run(studio, ME, "batches forget", {"project": str(project.path), "run": "1", "number": 99})

    def test_grow_by_batch_says_how_an_endpoint_is_set_up_for_it(self, place: Place) -> None:
        with place(share=None) as (studio, project, server):
            asked = {
                "seeds": None,
                "endpoint": "test",
                "epochs": 1,
                "limit": None,
                "preset": "quick look",
                "ask": "batch",
            }
            with pytest.raises(BadInput, match="--batch-price"):
                commands.run(studio, ME, "grow", {"project": str(project.path), **asked})
            set_up = {"name": "test", "url": server.base_url, "model": "fake", "key_env": None, "batch_price": 0.5}
            commands.run(studio, ME, "endpoints connect", set_up)
            assert studio.endpoints.get(ME, "test").batch_share == 0.5

    def test_a_test_of_an_endpoint_says_whether_it_takes_batches_without_a_call_more(self, place: Place) -> None:
        with place(n_seeds=0, share=None) as (studio, _, server):
            report = studio.endpoints.test(ME, "test")
            (batches_,) = [one for one in report.findings if one.name == BATCHES]
            assert batches_.holds is True
            assert server.stats()["chat"] == report.calls <= 5
            server.change(key="another")
            assert asyncio.run(find_batches(studio.endpoints.get(ME, "test"), None)).holds is None
