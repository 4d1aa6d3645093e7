"""Lineages as pages ask for them: a run's seeds by page, filter and words, one tree, one node."""

from collections.abc import Iterator

import pytest

from core.domain.check import Rule, Verdict
from core.domain.instruction import Instruction, RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import RunEventKind
from core.domain.task import TaskKind, TaskState
from core.errors import NotFound
from core.services.growing import tree_nodes, trees
from core.services.projects import Project
from tests.builders import (
    RUN,
    call,
    check,
    child,
    event,
    id_of,
    outcome,
    project_at,
    response,
    revision,
    run,
    score,
    seed,
    system,
    task,
)

N = 230
OTHER_RUN = id_of("another run")


def fate(number: int) -> RunStatus | None:
    """What becomes of the first child of each seed."""
    return (RunStatus.SURVIVED, RunStatus.ELIMINATED, RunStatus.ERROR, None)[number % 4]


def grown(number: int) -> list[object]:
    one = seed(number, number)
    first = child(one)
    facts: list[object] = [one, revision(one, f"seed text {number}"), first, task(first)]
    if status := fate(number):
        facts += [revision(first, f"child text {number}"), outcome(first, status)]
    if status is RunStatus.SURVIVED:
        second = child(first)
        facts += [second, revision(second, f"grandchild {number} 100%_sure"), task(second)]
    return facts


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_at(tmp_path_factory.mktemp("trees") / "p.duckdb") as database:
        database.writer.append_now([run(), event(RunEventKind.STARTED), system(), run(OTHER_RUN, number=2)])
        for number in reversed(range(N)):  # written in another order than that of import
            database.writer.append_now(grown(number))
        database.writer.append_now([seed("never grown", N), child(seed(0), run_id=OTHER_RUN)])
        yield Project(slug="p", name="P", database=database)


def numbers(page: trees.SeedPage) -> list[int]:
    return [int(line.text.rpartition(" ")[2]) for line in page.seeds]


def test_pages_follow_each_other_in_the_order_of_import(project: Project) -> None:
    found, after = [], 0
    while True:
        page = trees.seeds(ME, project, RUN, after=after)
        assert page.total == N
        found += numbers(page)
        if page.next is None:
            break
        after = page.next
    assert found == list(range(N))
    assert trees.seeds(ME, project, RUN, after=N).seeds == ()


def test_a_line_says_how_its_nodes_stand(project: Project) -> None:
    lines = trees.seeds(ME, project, RUN).seeds[:4]
    assert [(line.nodes, line.survived, line.eliminated, line.open) for line in lines] == [
        (3, 1, 0, 1),
        (2, 0, 1, 0),
        (2, 0, 1, 0),
        (2, 0, 0, 1),
    ]


@pytest.mark.parametrize(
    ("show", "kept"),
    [("all", {0, 1, 2, 3}), ("survivors", {0}), ("undecided", {0}), ("eliminated", {1, 2}), ("nonsense", {0, 1, 2, 3})],
)
def test_a_filter_keeps_whole_seeds_and_counts_them(show: str, kept: set[int], project: Project) -> None:
    page = trees.seeds(ME, project, RUN, show=show)
    wanted = [number for number in range(N) if number % 4 in kept]
    assert page.total == len(wanted)
    assert numbers(page) == wanted[:100]
    rest = trees.seeds(ME, project, RUN, show=show, after=page.next) if page.next else None
    assert numbers(page) + (numbers(rest) if rest else []) == wanted[:200]


def test_words_are_found_in_any_text_of_a_tree_as_they_are_written(project: Project) -> None:
    assert numbers(trees.seeds(ME, project, RUN, find="CHILD TEXT 21")) == [21, 210, 212, 213, 214, 216, 217, 218]
    assert numbers(trees.seeds(ME, project, RUN, find="d 8 100%_")) == [8]
    assert trees.seeds(ME, project, RUN, find="seed text 5").total == 1 + 10
    assert trees.seeds(ME, project, RUN, find="seed text 5", show="eliminated").total == 6
    assert trees.seeds(ME, project, RUN, find="%").total == trees.seeds(ME, project, RUN, show="survivors").total
    assert trees.seeds(ME, project, RUN, find="nowhere").seeds == ()


def test_another_runs_children_do_not_count(project: Project) -> None:
    (line,) = trees.seeds(ME, project, OTHER_RUN).seeds
    assert (line.nodes, line.open) == (2, 1)
    assert len(trees.tree(ME, project, OTHER_RUN, seed(0).id).nodes) == 2
    assert len(trees.tree(ME, project, RUN, seed(0).id).nodes) == 3


def test_a_tree_has_its_seed_first_and_a_version_that_grows_with_every_change(project: Project) -> None:
    one = seed(227, 227)
    before = trees.tree(ME, project, RUN, one.id)
    assert [(node.status, node.parent, node.depth) for node in before.nodes] == [
        ("seed", None, 0),
        ("waiting", one.id, 1),
    ]
    assert trees.tree(ME, project, RUN, one.id) == before
    project.database.writer.append_now([outcome(child(one), RunStatus.ELIMINATED, Rule.REFUSAL)])
    after = trees.tree(ME, project, RUN, one.id)
    assert after.version > before.version
    assert (after.nodes[1].status, after.nodes[1].rule) == ("eliminated", "Refusal")
    with pytest.raises(NotFound):
        trees.tree(ME, project, RUN, id_of("no seed"))


def full_story(of: Instruction) -> list[object]:
    answer = response(of)
    return [
        of,
        revision(of, "Sort a list of numbers in place, and say why it is stable."),
        call(of, reply='{"instruction": "…"}', cost_usd=0.5),
        call(of, TaskKind.JUDGE, error_kind="time_out", error_detail="after 120 s", tokens_in=None, tokens_out=None),
        call(of, TaskKind.JUDGE, attempt=1),
        task(of, state=TaskState.DONE, tries=1),
        task(of, TaskKind.JUDGE, state=TaskState.DONE, tries=2),
        check(of, Rule.NO_INFORMATION_GAIN, Verdict.FAIL, evidence="P(not equal) = 0.02"),
        answer,
        revision(answer, "Use list.sort()."),
        score(of, 6.25),
        outcome(of, RunStatus.ELIMINATED, Rule.NO_INFORMATION_GAIN),
    ]


def test_a_node_tells_everything_about_itself(project: Project) -> None:
    root = seed("whole story", 1000)
    of = child(root)
    project.database.writer.append_now([root, revision(root, "Sort a list of numbers."), *full_story(of)])
    node = tree_nodes.node(ME, project, of.id, RUN)
    assert node.why is not None
    assert (node.why.title, node.why.detail) == ("Eliminated: no information gain", "P(not equal) = 0.02")
    assert node.parent_text == "Sort a list of numbers."
    assert node.response == "Use list.sort()."
    assert node.diff is not None
    assert "".join(text for mark, text in node.diff if mark != "-") == node.text
    assert "".join(text for mark, text in node.diff if mark != "+") == node.parent_text
    assert [(call_.kind, call_.error) for call_ in node.calls] == [
        ("Evolve", None),
        ("Judge: equal to its parent?", "time_out: after 120 s"),
        ("Judge: equal to its parent?", None),
    ]
    assert dict(node.numbers)["Difficulty"] == "6.2"
    assert [step.text for step in node.path] == ["Sort a list of numbers.", node.text]
    assert node.checks[0].verdict in ("fail", "not_checked")
    with pytest.raises(NotFound):
        tree_nodes.node(ME, project, id_of("no node"), RUN)


def test_a_search_names_the_nodes_with_the_words_around_them(project: Project) -> None:
    (line,) = trees.seeds(ME, project, RUN, find="GRANDCHILD 8 ").seeds
    assert (line.found, [hit.match for hit in line.hits]) == (1, ["grandchild 8 "])
    assert line.hits[0].id == child(child(seed(8, 8))).id
    assert (line.hits[0].epoch, line.hits[0].operation, line.hits[0].after) == (2, "deepen", "100%_sure")
    assert trees.seeds(ME, project, RUN).seeds[0].hits == ()


def test_far_inside_a_long_text_the_words_around_are_shown(project: Project) -> None:
    one = seed("long", 2000)
    of = child(one)
    long = "so many words " * 40 + "then the Nightingale sings" + " and on it goes" * 40
    project.database.writer.append_now([one, revision(one, "Sing."), of, revision(of, long), task(of)])
    (line,) = trees.seeds(ME, project, RUN, find="nightingale").seeds
    hit = line.hits[0]
    assert hit.match == "Nightingale"
    assert hit.before.startswith("…")
    assert len(hit.before) < 60
    assert hit.after.startswith(" sings and on")


def test_in_one_tree_every_node_that_has_it_is_found(project: Project) -> None:
    one = seed(4, 4)
    assert trees.found(ME, project, RUN, one.id, "child").ids
    assert set(trees.found(ME, project, RUN, one.id, "child").ids) == {child(one).id, child(child(one)).id}
    assert trees.found(ME, project, RUN, one.id, "SEED TEXT").ids == (one.id,)
    assert trees.found(ME, project, RUN, one.id, "").ids == ()
    assert trees.found(ME, project, RUN, one.id, "%").ids == (child(child(one)).id,)


def test_a_text_that_arrives_is_news_even_before_it_is_judged(project: Project) -> None:
    one = seed(11, 11)
    before = trees.version(ME, project, RUN, one.id)
    assert before == trees.tree(ME, project, RUN, one.id).version
    project.database.writer.append_now([revision(child(one), "it has come")])
    after = trees.tree(ME, project, RUN, one.id)
    assert after.version > before
    assert after.nodes[1].text == "it has come"


def test_the_runs_that_grew_a_seed_are_named_with_how_far_it_came(project: Project) -> None:
    found = trees.in_runs(ME, project, seed(0).id)
    assert [(one.run, one.number, one.nodes) for one in found] == [(RUN, 1, 3), (OTHER_RUN, 2, 2)]
    assert trees.in_runs(ME, project, id_of("no seed")) == ()


def test_what_lies_between_two_siblings(project: Project) -> None:
    one = seed("between", 3000)
    left, right = child(one), child(one, 1)
    texts = ("Name three birds of the north.", "Name five birds of the south.")
    project.database.writer.append_now(
        [one, revision(one, "Name birds."), left, right, revision(left, texts[0]), revision(right, texts[1])]
    )
    found = tree_nodes.between(ME, project, left.id, right.id)
    assert "".join(text for sign, text in found.pieces if sign != "+") == texts[0]
    assert "".join(text for sign, text in found.pieces if sign != "-") == texts[1]
    assert not found.rewritten
    with pytest.raises(NotFound):
        tree_nodes.between(ME, project, left.id, id_of("no node"))
