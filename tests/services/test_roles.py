"""An annotator judges; growing and reading whole projects is for owners and curators."""

# ruff: noqa: ARG005 - all questions have one shape

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.export import ExportFormat, Order
from core.domain.operation import Operation
from core.domain.overview import Pick
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.regrow import Wish
from core.domain.run import Caps, RunSettings, SeedChoice
from core.domain.system import Endpoint, Member, Player, Pool
from core.domain.task import TaskKind
from core.errors import NotAllowed, NotFound
from core.services import commands
from core.services.evaluating import judging
from core.services.exchanging import exports, lineage_import
from core.services.growing import (
    estimate,
    overview,
    regrow,
    savings,
    seed_choice,
    seeds,
    tree_files,
    tree_nodes,
    trees,
)
from core.services.projects import Project
from core.services.reviewing import answers, queues, rendered
from core.services.studio import Studio, open_studio
from core.settings import Settings
from tests.builders import RUN, audit, event, id_of, run

ANNOTATOR = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
RATER = Actor(person_id="ray", name="Ray", role=Role.RATER)
CURATOR = Actor(person_id="cy", name="Cy", role=Role.CURATOR)
ENDPOINT = Endpoint(name="test", base_url="https://models.example/v1", model="fake")
POOL = Pool(name="both", members=(Member(endpoint="embedded"),))
WISH = Wish(operation=Operation.DEEPEN)
SETTINGS = RunSettings(name="a run", endpoint="test")
ORDER = Order(format=ExportFormat.CSV)
CAST = dict.fromkeys(TaskKind, Player(name="test", members=((ENDPOINT, 1.0),)))


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("home")
    opened = open_studio(Settings(home=home, shipped=Path(__file__).parents[2] / "data"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def project(studio: Studio) -> Project:
    opened = studio.projects.open(LOCAL_OWNER, "my-project")
    opened.database.writer.append_now([run(), event("finished")])  # type: ignore[arg-type]
    return opened


Ask = Callable[[Studio, Project, Actor], object]
ASKED: dict[str, Ask] = {
    "Projects.open_file": lambda s, p, who: s.projects.open_file(who, p.path),
    "Runs.list": lambda s, p, who: s.runs.list(who, p),
    "Runs.get": lambda s, p, who: s.runs.get(who, p, RUN),
    "Runs.start": lambda s, p, who: s.runs.start(who, p, SETTINGS),
    "Runs.pause": lambda s, p, who: s.runs.pause(who, p, RUN),
    "Runs.stop": lambda s, p, who: s.runs.stop(who, p, RUN),
    "Runs.resume": lambda s, p, who: s.runs.resume(who, p, RUN),
    "Runs.resume_by_themselves": lambda s, p, who: s.runs.resume_by_themselves(who, p),
    "Runs.change_caps": lambda s, p, who: s.runs.change_caps(who, p, RUN, Caps()),
    "Runs.can_resume": lambda s, p, who: s.runs.can_resume(who, p, RUN),
    "savings.of_run": lambda s, p, who: savings.of_run(who, p, RUN),
    "Answers.offer": lambda s, p, who: s.answers.offer(who, p, id_of("seed")),
    "Answers.answer": lambda s, p, who: s.answers.answer(who, p, id_of("seed")),
    "AnswerLists.start": lambda s, p, who: s.answer_lists.start(who, p),
    "AnswerLists.stop": lambda s, p, who: s.answer_lists.stop(who, p),
    "AnswerLists.progress": lambda s, p, who: s.answer_lists.progress(who, p),
    "Runs.progress": lambda s, p, who: s.runs.progress(who, p, RUN),
    "Endpoints.list": lambda s, p, who: s.endpoints.list(who),
    "Endpoints.get": lambda s, p, who: s.endpoints.get(who, "embedded"),
    "Endpoints.save": lambda s, p, who: s.endpoints.save(who, ENDPOINT),
    "Endpoints.models": lambda s, p, who: s.endpoints.models(who, ENDPOINT.base_url, None),
    "Endpoints.pools": lambda s, p, who: s.endpoints.pools(who),
    "Endpoints.players": lambda s, p, who: s.endpoints.players(who),
    "Endpoints.player": lambda s, p, who: s.endpoints.player(who, "embedded"),
    "Endpoints.names": lambda s, p, who: s.endpoints.names(who),
    "Endpoints.cast": lambda s, p, who: s.endpoints.cast(who, SETTINGS),
    "Endpoints.with_defaults": lambda s, p, who: s.endpoints.with_defaults(who, SETTINGS),
    "Endpoints.remove": lambda s, p, who: s.endpoints.remove(who, "test"),
    "Endpoints.save_pool": lambda s, p, who: s.endpoints.save_pool(who, POOL),
    "Endpoints.remove_pool": lambda s, p, who: s.endpoints.remove_pool(who, "both"),
    "Endpoints.test": lambda s, p, who: s.endpoints.test(who, "embedded"),
    "Endpoints.report": lambda s, p, who: s.endpoints.report(who, "embedded"),
    "Endpoints.key_problem": lambda s, p, who: s.endpoints.key_problem(who, "embedded"),
    "Endpoints.check": lambda s, p, who: s.endpoints.check(who, "embedded"),
    "seed_import.import_file": lambda s, p, who: seeds.import_file(who, p, Path("none"), name="", licence=""),
    "seed_files.look": lambda s, p, who: seeds.look(who, Path("none")),
    "seeds.import_shipped": lambda s, p, who: seeds.import_shipped(who, p, s.settings.shipped),
    "seeds.page": lambda s, p, who: seeds.page(who, p),
    "seeds.count": lambda s, p, who: seeds.count(who, p),
    "seeds.shares": lambda s, p, who: seeds.shares(who, p),
    "SkillLabels.estimate": lambda s, p, who: s.skills.estimate(who, p, "embedded"),
    "SkillLabels.start": lambda s, p, who: s.skills.start(who, p, "embedded", caps=Caps()),
    "SkillLabels.stop": lambda s, p, who: s.skills.stop(who, p),
    "SkillLabels.progress": lambda s, p, who: s.skills.progress(who, p),
    "seeds.sources": lambda s, p, who: seeds.sources(who, p),
    "seed_choice.count_of": lambda s, p, who: seed_choice.count_of(who, p, SeedChoice()),
    "seed_choice.mix_of": lambda s, p, who: seed_choice.mix_of(who, p, SeedChoice()),
    "seeds.skills": lambda s, p, who: seeds.skills(who, p),
    "trees.seeds": lambda s, p, who: trees.seeds(who, p, RUN),
    "trees.tree": lambda s, p, who: trees.tree(who, p, RUN, id_of("seed")),
    "trees.version": lambda s, p, who: trees.version(who, p, RUN, id_of("seed")),
    "trees.found": lambda s, p, who: trees.found(who, p, RUN, id_of("seed"), "words"),
    "trees.in_runs": lambda s, p, who: trees.in_runs(who, p, id_of("seed")),
    "tree_nodes.between": lambda s, p, who: tree_nodes.between(who, p, id_of("seed"), id_of("seed")),
    "tree_files.take": lambda s, p, who: tree_files.take(who, p, RUN, id_of("seed"), "html"),
    "regrow.offer": lambda s, p, who: regrow.offer(s, who, p, RUN, id_of("seed"), WISH),
    "regrow.evolve": lambda s, p, who: regrow.evolve(s, who, p, RUN, id_of("seed"), WISH),
    "tree_nodes.node": lambda s, p, who: tree_nodes.node(who, p, id_of("seed"), RUN),
    "exports.count": lambda s, p, who: exports.count(who, p, ORDER),
    "exports.download": lambda s, p, who: exports.download(who, p, ORDER),
    "exports.write": lambda s, p, who: exports.write(who, p, ORDER, Path("none")),
    "exports.past": lambda s, p, who: exports.past(who, p),
    "exports.test_sets": lambda s, p, who: exports.test_sets(who, p),
    "lineage_import.import_lineage": lambda s, p, who: lineage_import.import_lineage(who, p, Path("none")),
    "overview.overview": lambda s, p, who: overview.overview(who, p, RUN),
    "overview.picked": lambda s, p, who: overview.picked(who, p, RUN, Pick()),
    "estimate.estimate": lambda s, p, who: estimate.estimate(who, p, SETTINGS, CAST, 1),
    "Projects.create": lambda s, p, who: s.projects.create(who, "New"),
    "Projects.rename": lambda s, p, who: s.projects.rename(who, "my-project", "New"),
    "Shelf.cards": lambda s, p, who: s.shelf.cards(who),
    "Shelf.choose": lambda s, p, who: s.shelf.choose(who, "my-project"),
    "Shelf.create": lambda s, p, who: s.shelf.create(who, "New"),
    "Shelf.open_file": lambda s, p, who: s.shelf.open_file(who, str(p.path)),
    "Shelf.rename": lambda s, p, who: s.shelf.rename(who, "my-project", "New"),
    "Shelf.archive": lambda s, p, who: s.shelf.archive(who, "my-project"),
    "Shelf.restore": lambda s, p, who: s.shelf.restore(who, "my-project"),
    "People.set_active": lambda s, p, who: s.people.set_active(who, "local", True),
    "People.set_role": lambda s, p, who: s.people.set_role(who, "local", Role.ANNOTATOR),
    "Invitations.invite": lambda s, p, who: s.invitations.invite(who, p, id_of("study")),
    "JudgeDesk.preview": lambda s, p, who: s.judge_desk.preview(who, p, id_of("study")),
    "JudgeDesk.about": lambda s, p, who: s.judge_desk.about(who, p, id_of("study")),
    "Studio.try_now": lambda s, p, who: s.try_now(who),
    **{f"commands.{name}": lambda s, p, who, name=name: commands.run(s, who, name, {}) for name in commands.NAMES},
}  # fmt: skip


def not_found(ask: Callable[[], object]) -> None:
    """Whoever asks may: there is only nothing of this id."""
    with pytest.raises(NotFound):
        ask()


# Whoever reviews does it in a project, says who they are, and finds their own decisions again.
FOR_EVERYBODY: dict[str, Ask] = {
    "Projects.open": lambda s, p, who: s.projects.open(who, "my-project"),
    "Studio.open": lambda s, p, who: s.open(who, "my-project"),
    "answers.waiting": lambda s, p, who: answers.waiting(who, p),
    "answers.count_waiting": lambda s, p, who: answers.count_waiting(who, p),
    "JudgeDesk.lines": lambda s, p, who: s.judge_desk.lines(who, p),
    "JudgeDesk.admit": lambda s, p, who: s.judge_desk.admit(who, p, []),
    "JudgeDesk.settle": lambda s, p, who: s.judge_desk.settle(who, p, [], []),
    "JudgeDesk.take": lambda s, p, who: not_found(lambda: s.judge_desk.take(who, p, id_of("study"))),
    "JudgeDesk.past": lambda s, p, who: not_found(lambda: s.judge_desk.past(who, p, id_of("study"))),
    "judging.nodes": lambda s, p, who: not_found(lambda: judging.nodes(who, p, id_of("trial"), 0)),
    "judging.studies_of": lambda s, p, who: judging.studies_of(s, who, p),
    "judging.submit": lambda s, p, who: judging.submit(s, who, p, []),
    "Shelf.slugs": lambda s, p, who: s.shelf.slugs(who),
    "Shelf.names": lambda s, p, who: s.shelf.names(who),
    "Shelf.default": lambda s, p, who: s.shelf.default(who),
    "Studio.demo": lambda s, p, who: s.demo(who),
    "People.list": lambda s, p, who: s.people.list(who),
    "People.add": lambda s, p, who: s.people.add(who, "Somebody new"),
    "People.rename": lambda s, p, who: s.people.rename(replace(who, person_id="local"), "local", "Renamed"),
}  # fmt: skip


@pytest.mark.parametrize("ask", FOR_EVERYBODY.values(), ids=FOR_EVERYBODY)
def test_an_annotator_is_served_with_what_reviewing_takes(ask: Ask, studio: Studio, project: Project) -> None:
    ask(studio, project, ANNOTATOR)


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_annotator_is_refused(ask: Ask, studio: Studio, project: Project) -> None:
    before = project.database.query("select seq from last_seq")
    with pytest.raises(NotAllowed, match=r"Ann is annotator\. Ask an owner"):
        ask(studio, project, ANNOTATOR)
    assert project.database.query("select seq from last_seq") == before


def test_who_was_invited_to_a_study_alone_opens_the_project_and_reads_nothing_else_of_it(
    studio: Studio, project: Project
) -> None:
    studio.open(RATER, "my-project")
    of_reviewing: tuple[Ask, ...] = (
        lambda s, p, who: queues.lines(who, p),
        lambda s, p, who: rendered.rendered(who, p, id_of("seed")),
        lambda s, p, who: answers.waiting(who, p),
        lambda s, p, who: s.people.list(who),
        lambda s, p, who: s.people.add(who, "Somebody else"),
    )
    for ask in (*ASKED.values(), *of_reviewing):
        with pytest.raises(NotAllowed):
            ask(studio, project, RATER)


def test_every_command_is_asked_here() -> None:
    """The services are found by themselves in test_roles_everywhere."""
    assert {f"commands.{name}" for name in commands.NAMES} <= set(ASKED) | set(FOR_EVERYBODY)


def test_a_curator_may_grow_and_read(studio: Studio, project: Project) -> None:
    assert seeds.count(CURATOR, project) == 0
    assert [one.id for one in studio.runs.list(CURATOR, project)] == [RUN]
    assert studio.endpoints.save(CURATOR, ENDPOINT) == ENDPOINT


def test_what_people_do_to_a_project_is_kept_with_their_name(studio: Studio, tmp_path: Path) -> None:
    opened = studio.projects.open_file(CURATOR, tmp_path / "other.duckdb")
    assert opened.database.query("select person_id, act from audit") == [{"person_id": "cy", "act": "opened"}]
    assert audit().person_id == "local"
