"""Evolving again by hand: one call, kept whole, beside the run and never in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.domain import ids
from core.domain.operation import Operation
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.regrow import HINT_MOST, Wish
from core.domain.run import Caps, Difficulty, RunSettings
from core.domain.system import Endpoint, Member, Pool
from core.errors import BadInput, EndpointError, NotAllowed, NotFound, RunRefused
from core.services.growing import regrow, tree_nodes, trees
from core.services.projects import Project
from core.services.studio import Studio
from tests.openai_server import OpenAIServer, openai_server
from tests.services.alone import furnish, settings, studio_at

DEEPEN = Wish(operation=Operation.DEEPEN)
FACTS = ("instruction", "revision", "call", "rule_check", "outcome", "task", "score")


@dataclass
class House:
    studio: Studio
    project: Project
    server: OpenAIServer
    run: str
    asked_before: int = 0

    def asked(self) -> int:
        """Chat calls since the test began."""
        return self.server.stats().get("chat", 0) - self.asked_before

    @property
    def seed(self) -> str:
        return trees.seeds(ME, self.project, self.run).seeds[0].id

    def child(self) -> str:
        tree = trees.tree(ME, self.project, self.run, self.seed)
        return next(node.id for node in tree.nodes if node.status == "survived")

    def evolve(self, parent: str, wish: Wish = DEEPEN) -> regrow.Regrown:
        return regrow.evolve(self.studio, ME, self.project, self.run, parent, wish)

    def of_the_run(self) -> list[object]:
        """Everything that the log says of the run itself."""
        own = "select count(*) as n, max(seq) as seq from instruction where run_id = ?"
        counts = self.project.database.query(own, [self.run])
        for table in ("outcome", "rule_check", "call", "task"):
            found = self.project.database.query("select count(*) as n from " + table + " where run_id = ?", [self.run])  # noqa: S608
            counts += found
        return [*counts, self.studio.runs.progress(ME, self.project, self.run)]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server(p_equal=0.0, keep_requests=True) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: OpenAIServer) -> Iterator[House]:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=3)
    house = House(studio, project, server, grown(studio, project, settings()))
    house.asked_before = house.asked()
    yield house
    studio.close()


def grown(studio: Studio, project: Project, asked: RunSettings) -> str:
    run = studio.runs.start(ME, project, asked)
    assert studio.live.wait(run, timeout_s=60)
    return run


def test_one_call_makes_one_child_that_a_person_asked_for(house: House) -> None:
    parent = house.child()
    wish = Wish(operation=Operation.CONCRETIZE, hint="Let it be about the sea. {{instruction}} {0}")
    made = house.evolve(parent, wish)
    assert house.asked() == 1
    assert (made.status, made.problem) == ("survived", "")
    node = tree_nodes.node(ME, house.project, made.id, house.run)
    assert (node.operation, node.asked_by, node.hint) == ("concretize", "You", wish.hint)
    assert [step.id for step in node.path][-2:] == [parent, made.id]
    assert node.text
    assert len(node.calls) == 1
    assert wish.hint in node.calls[0].messages[-1]["content"]
    assert {check.verdict for check in node.checks if check.label == "Leaked prompt words"} == {"pass"}
    assert {check.verdict for check in node.checks if check.label == "Refusal"} == {"not_checked"}
    card = next(one for one in trees.tree(ME, house.project, house.run, house.seed).nodes if one.id == made.id)
    assert (card.parent, card.by_hand) == (parent, True)


def test_the_run_itself_stays_what_it_was(house: House) -> None:
    before = house.of_the_run()
    for parent in (house.seed, house.child()):
        house.evolve(parent)
    assert house.of_the_run() == before
    assert house.project.database.projection_is_right()


def test_to_ask_twice_makes_two_children_of_one_parent(house: House) -> None:
    one, other = (house.evolve(house.child()) for _ in range(2))
    assert one.id != other.id
    seeds = [call["body"].get("seed") for call in house.server.requests[-2:]]
    assert len(set(seeds)) == len(seeds) == 2


def test_a_child_by_hand_can_be_evolved_again(house: House) -> None:
    first = house.evolve(house.seed)
    second = house.evolve(first.id)
    node = tree_nodes.node(ME, house.project, second.id, house.run)
    assert [step.id for step in node.path] == [house.seed, first.id, second.id]


def test_another_runs_tree_of_the_same_seed_does_not_show_it(house: House) -> None:
    other = grown(house.studio, house.project, settings(name="other"))
    made = house.evolve(house.seed)
    assert made.id not in {node.id for node in trees.tree(ME, house.project, other, house.seed).nodes}
    with pytest.raises(NotFound):
        regrow.evolve(house.studio, ME, house.project, other, made.id, DEEPEN)


def test_what_is_shown_before_bounds_what_it_takes(house: House) -> None:
    parent = house.child()
    before = regrow.offer(house.studio, ME, house.project, house.run, parent, DEEPEN)
    made = house.evolve(parent)
    assert made.tokens_in is not None
    assert made.tokens_out is not None
    assert made.tokens_in + made.tokens_out <= before.worst_tokens
    assert (before.endpoint, before.refusal, before.worst_usd) == ("test", "", None)
    assert "Leaked prompt words" in before.checks
    longer = Wish(operation=Operation.DEEPEN, hint="x" * HINT_MOST)
    more = regrow.offer(house.studio, ME, house.project, house.run, parent, longer)
    assert more.worst_tokens >= before.worst_tokens + HINT_MOST


def test_a_call_that_fails_is_kept_and_said_in_words(house: House) -> None:
    house.server.change(always="server_error")
    made = house.evolve(house.child())
    assert (made.status, made.tokens_in) == ("error", None)
    assert "The endpoint failed" in made.problem
    node = tree_nodes.node(ME, house.project, made.id, house.run)
    assert node.calls[0].error is not None
    assert node.why is not None
    assert (node.status, node.text) == ("error", "")


def test_a_cap_of_the_run_holds_for_both_together(tmp_path: Path, server: OpenAIServer) -> None:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=1)
    calls = grown(studio, project, settings())
    spent = studio.runs.progress(ME, project, calls).spending.calls
    run = grown(studio, project, settings(name="capped", caps=Caps(calls=spent + 1)))
    house = House(studio, project, server, run)
    house.evolve(house.seed)
    house.asked_before = house.asked()
    said = regrow.offer(studio, ME, project, run, house.seed, DEEPEN)
    assert "cap of" in said.refusal
    with pytest.raises(RunRefused, match="Raise the run's cap"):
        house.evolve(house.seed)
    assert house.asked() == 0
    studio.close()


def test_what_cannot_be_asked_is_refused_before_anything_is_spent(house: House) -> None:
    with pytest.raises(BadInput, match="Shorten it"):
        house.evolve(house.seed, Wish(operation=Operation.DEEPEN, hint="x" * (HINT_MOST + 1)))
    with pytest.raises(BadInput, match="no such data format"):
        house.evolve(house.seed, Wish(operation=Operation.COMPLICATE_INPUT, data_format="<script>"))
    with pytest.raises(NotFound):
        house.evolve(ids.by_hand_id("nothing"))
    house.server.change(always="server_error")
    failed = house.evolve(house.seed)
    with pytest.raises(BadInput, match="no text to evolve"):
        house.evolve(failed.id)
    ann = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
    with pytest.raises(NotAllowed):
        regrow.evolve(house.studio, ann, house.project, house.run, house.seed, DEEPEN)


def test_while_the_run_goes_on_it_waits_its_turn_and_leaves_the_run_alone(tmp_path: Path, server: OpenAIServer) -> None:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=20)
    server.change(latency_s=0.05)
    usual = grown(studio, project, settings(difficulty=Difficulty.NONE))
    run = studio.runs.start(ME, project, settings(name="beside"))
    seed = trees.seeds(ME, project, run).seeds[0].id
    made = regrow.evolve(studio, ME, project, run, seed, DEEPEN)
    assert made.status == "survived"
    assert studio.live.wait(run, timeout_s=60)
    assert draws(project, run) == draws(project, usual)
    assert server.stats()["peak"] <= 8 + 1  # and the look at the list of models
    studio.close()


def draws(project: Project, run: str) -> list[str]:
    rows = project.database.query(
        "select seed_id, epoch, child_number, operation from instruction where run_id = ? order by all", [run]
    )
    return [json.dumps(row) for row in rows]


def test_of_a_pool_the_weightiest_member_with_a_key_is_asked(tmp_path: Path, server: OpenAIServer) -> None:
    studio, project = studio_at(tmp_path)
    furnish(studio, project, server.base_url, n_seeds=1)
    for name, key in (("light", None), ("heavy", None), ("keyless", "EVOL_STUDIO_NO_SUCH_KEY")):
        one = Endpoint(name=name, base_url=server.base_url, model="fake", key_env=key)
        studio.endpoints.save(ME, one)
    members = (Member(endpoint="light"), Member(endpoint="heavy", weight=2.0), Member(endpoint="keyless", weight=9.0))
    studio.endpoints.save_pool(ME, Pool(name="pool", members=members))
    run = grown(studio, project, settings(endpoint="pool"))
    seed = trees.seeds(ME, project, run).seeds[0].id
    made = regrow.evolve(studio, ME, project, run, seed, DEEPEN)
    node = tree_nodes.node(ME, project, made.id, run)
    assert [call.system for call in node.calls] == ["fake (heavy)"]
    studio.close()


def test_a_missing_key_is_said_before_anybody_asks(house: House) -> None:
    endpoint = house.studio.endpoints.get(ME, "test")
    house.studio.endpoints.save(ME, replace(endpoint, key_env="EVOL_STUDIO_NO_SUCH_KEY"))
    said = regrow.offer(house.studio, ME, house.project, house.run, house.seed, DEEPEN)
    assert "EVOL_STUDIO_NO_SUCH_KEY is not set" in said.refusal
    with pytest.raises(EndpointError):
        house.evolve(house.seed)
    assert house.asked() == 0
