"""A study from its first draft to its end: who may change what, and when it may not be changed any more."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.person import Actor, Role
from core.domain.study import StudyDesign, StudyEventKind, StudyState, StudyTask
from core.domain.study_check import FlagKind
from core.errors import BadInput, NotFound
from core.services.evaluating import studies
from core.services.projects import Project
from core.store import study_reading
from tests.services.reviewed import opened
from tests.studies.building import FIVE, a_study, joined, judge

LEAD = Actor(person_id="lena", name="Lena", role=Role.CURATOR)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(tmp_path / "p.duckdb", "Letters") as project:
        yield project


def acts(project: Project) -> list[str]:
    return [row["act"] for row in project.database.query("select act from audit where person_id = 'lena' order by seq")]


def test_a_draft_is_designed_and_every_change_is_kept_with_who_made_it(project: Project) -> None:
    study = studies.create(LEAD, project, " First  study ")
    assert (study.name, study.version, study.state, study.prompts) == ("First study", 1, StudyState.DRAFT, 0)
    design = StudyDesign(task=StudyTask.PAIR, criteria=FIVE, per_trial=4, masked=("  GPT ", "GPT", ""))
    saved = studies.save_design(LEAD, project, study.id, design)
    assert saved.design == replace(design, per_trial=2, masked=("GPT",))
    studies.save_design(LEAD, project, study.id, saved.design)  # the same again is no change
    assert acts(project) == ["study made", "study designed"]
    assert project.database.query("select count(*) as n from study_design")[0]["n"] == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"per_trial": 6}, "per_trial"),
        ({"per_trial": 1}, "per_trial"),
        ({"judgments": 0}, "judgments"),
        ({"attention_share": 0.6}, "attention_share"),
        ({"repeat_share": -0.1}, "attention_share"),
        ({"criteria": (FIVE[0], FIVE[0])}, "criteria"),
        ({"criteria": (replace(FIVE[0], key="overall"),)}, "criteria"),
        ({"criteria": (replace(FIVE[0], key="<b>"),)}, "criteria"),
        ({"hard_from": 11.0}, "hard_from"),
        ({"guidelines": "x" * 50_001}, "guidelines"),
    ],
)
def test_a_design_that_nobody_could_judge_by_is_refused_with_its_field(
    project: Project, change: dict[str, object], field: str
) -> None:
    study = studies.create(LEAD, project, "A study")
    with pytest.raises(BadInput) as refusal:
        studies.save_design(LEAD, project, study.id, replace(StudyDesign(), **change))  # type: ignore[arg-type]
    assert refusal.value.where == field
    assert studies.one(LEAD, project, study.id).design == StudyDesign()


def test_people_are_chosen_one_by_one_and_too_few_of_them_keep_a_study_from_opening(project: Project) -> None:
    design = StudyDesign(judgments=3, people=("ann", "ben"))
    id_ = a_study(project.database, state=StudyState.DRAFT)
    studies.save_design(LEAD, project, id_, design)
    with pytest.raises(BadInput, match="3 people are to judge each prompt, and 2 are chosen"):
        studies.open_study(LEAD, project, id_)
    studies.save_design(LEAD, project, id_, replace(design, judgments=2))
    assert studies.open_study(LEAD, project, id_).state is StudyState.OPENED


@pytest.mark.parametrize("state", [StudyState.PILOT, StudyState.OPENED, StudyState.CLOSED])
def test_what_people_judge_is_not_edited_but_made_anew(project: Project, state: StudyState) -> None:
    id_ = a_study(project.database, prompts=2, state=state)
    with pytest.raises(BadInput, match="make a new version"):
        studies.save_design(LEAD, project, id_, StudyDesign(title="Other"))
    fresh = studies.new_version(LEAD, project, id_)
    assert (fresh.version, fresh.from_id, fresh.state, fresh.prompts) == (2, id_, StudyState.DRAFT, 2)
    studies.save_design(LEAD, project, fresh.id, StudyDesign(title="Other"))
    assert studies.one(LEAD, project, id_).design == StudyDesign()
    of_first, of_fresh = (study_reading.candidates(project.database, one) for one in (id_, fresh.id))
    assert sorted(one.revision_id for one in of_first) == sorted(one.revision_id for one in of_fresh)
    assert not {one.id for one in of_first} & {one.id for one in of_fresh}
    assert {one.prompt_id for one in of_fresh} == {one.id for one in study_reading.prompts(project.database, fresh.id)}
    assert studies.new_version(LEAD, project, fresh.id).version == 3


def test_a_study_goes_from_draft_over_pilot_to_its_end_and_never_back(project: Project) -> None:
    id_ = a_study(project.database, state=StudyState.DRAFT)
    assert studies.start_pilot(LEAD, project, id_).state is StudyState.PILOT
    with pytest.raises(BadInput):
        studies.start_pilot(LEAD, project, id_)
    assert studies.open_study(LEAD, project, id_).state is StudyState.OPENED
    assert studies.close_study(LEAD, project, id_).state is StudyState.CLOSED
    for act in (studies.start_pilot, studies.open_study, studies.close_study):
        with pytest.raises(BadInput, match="is closed"):
            act(LEAD, project, id_)
    assert [one.kind for one in studies.history(LEAD, project, id_)] == ["pilot", "opened", "closed"]
    assert acts(project) == ["study pilot", "study opened", "study closed"]


@pytest.mark.parametrize(
    ("prompts", "systems", "what"), [(0, ("one", "two"), "no prompts"), (3, ("only",), "No prompt has 2 responses")]
)
def test_a_study_with_nothing_to_compare_is_not_opened(
    project: Project, prompts: int, systems: tuple[str, ...], what: str
) -> None:
    id_ = a_study(project.database, prompts=prompts, systems=systems, state=StudyState.DRAFT)
    with pytest.raises(BadInput, match=what):
        studies.open_study(LEAD, project, id_)
    assert studies.one(LEAD, project, id_).state is StudyState.DRAFT


def test_missing_responses_are_said_and_do_not_block(project: Project) -> None:
    id_ = a_study(
        project.database, prompts=3, state=StudyState.DRAFT,
        text=lambda key, system: None if (key, system) == ("2", "beta-13b") else f"{key} {len(system)}",
    )  # fmt: skip
    found = studies.problems(LEAD, project, id_)
    assert [(one.where, one.blocks) for one in found] == [("systems", False), ("beta-13b", False)]
    assert found[0].what == "1 of 3 prompts have fewer than 2 responses"
    assert studies.open_study(LEAD, project, id_).state is StudyState.OPENED


@pytest.mark.parametrize(
    ("design", "where"),
    [
        (StudyDesign(title="Is Llama-3 better?"), "title"),
        (StudyDesign(guidelines="Both WIZARD and others …"), "guidelines"),
        (StudyDesign(criteria=(replace(FIVE[0], description="Better than llama"),)), "criterion relevance"),
    ],
)
def test_a_planted_name_is_caught_before_opening(project: Project, design: StudyDesign, where: str) -> None:
    systems = ("meta-llama/Llama-3-8B-Instruct", "Wizard 13b")
    id_ = a_study(project.database, systems=systems, design=design, state=StudyState.DRAFT)
    assert {one.where for one in studies.leaks(LEAD, project, id_)} == {where}
    with pytest.raises(BadInput, match="names a system"):
        studies.open_study(LEAD, project, id_)


def test_the_projects_name_is_read_by_annotators_too(tmp_path: Path) -> None:
    with opened(tmp_path / "p.duckdb", "Alpha against all") as project:
        id_ = a_study(project.database, state=StudyState.DRAFT)
        assert [(one.where, one.word) for one in studies.leaks(LEAD, project, id_)] == [("project's name", "Alpha")]


def test_responses_that_are_no_good_are_flagged_and_counted(project: Project) -> None:
    texts = {
        ("1", "alpha-7b"): "As ChatGPT, I say no.", ("1", "beta-13b"): "I am the chatgptish one, and beta-13B too.",
        ("2", "alpha-7b"): "The same.", ("2", "beta-13b"): " The same.\n", ("3", "alpha-7b"): "", ("3", "beta-13b"): "我是由ChatGPT生成的",
        ("4", "alpha-7b"): "x" * 100_000, ("4", "beta-13b"): "Alphabet soup.",
    }  # fmt: skip
    id_ = a_study(project.database, prompts=4, text=lambda key, system: texts[key, system], state=StudyState.DRAFT)
    found = studies.flags(LEAD, project, id_)
    assert dict(found.counts) == {FlagKind.NAMES: 3, FlagKind.IDENTICAL: 2, FlagKind.EMPTY: 1, FlagKind.LONG: 1}
    named = {(one.key, one.system): one.words for one in found.shown if one.kind is FlagKind.NAMES}
    assert named == {
        ("1", "alpha-7b"): ("ChatGPT",), ("1", "beta-13b"): ("beta-13B",), ("3", "beta-13b"): ("ChatGPT",),
    }  # fmt: skip
    assert [one.words for one in found.shown if one.kind is FlagKind.IDENTICAL] == [("beta-13b",), ("alpha-7b",)]


def test_results_stay_closed_until_the_end_or_a_look_that_is_kept(project: Project) -> None:
    id_ = a_study(project.database)
    assert not studies.may_see_results(LEAD, project, id_)
    with pytest.raises(BadInput, match="A reason is needed"):
        studies.early_look(LEAD, project, id_, "  ")
    studies.early_look(LEAD, project, id_, "A talk on Friday")
    assert studies.may_see_results(LEAD, project, id_)
    assert [(one.kind, one.reason) for one in studies.history(LEAD, project, id_)][-1] == (
        StudyEventKind.EARLY_LOOK, "A talk on Friday",
    )  # fmt: skip
    other = a_study(project.database, name="Other")
    studies.close_study(LEAD, project, other)
    assert studies.may_see_results(LEAD, project, other)


def test_exclusions_have_reasons_and_say_if_results_could_be_seen_by_then(project: Project) -> None:
    id_ = a_study(project.database)
    trial = judge(project.database, id_, "ann", "1", {"alpha-7b": 1, "beta-13b": 2})
    joined(project.database, id_, "ben")
    studies.exclude(LEAD, project, id_, "ann", "Failed every attention item")
    studies.exclude(LEAD, project, id_, trial, "A power cut")
    studies.include(LEAD, project, id_, "ann", "It was a mistake")
    assert [(one.subject, one.reason) for one in studies.exclusions(LEAD, project, id_)] == [(trial, "A power cut")]
    studies.early_look(LEAD, project, id_, "We had to")
    studies.exclude(LEAD, project, id_, "ann", "After all")
    assert [one.after_look for one in studies.exclusions(LEAD, project, id_)] == [False, True]
    with pytest.raises(NotFound):
        studies.exclude(LEAD, project, id_, "nobody", "x")
    with pytest.raises(BadInput, match="counts already"):
        studies.include(LEAD, project, id_, "ben", "x")


def test_after_the_close_somebody_is_left_out_with_a_reason_and_as_after_unblinding(project: Project) -> None:
    id_ = a_study(project.database)
    for person in ("ann", "ben"):
        judge(project.database, id_, person, "1", {"alpha-7b": 1, "beta-13b": 2})
    studies.exclude(LEAD, project, id_, "ann", "Asked to be")
    studies.close_study(LEAD, project, id_)
    with pytest.raises(BadInput, match="A reason is needed"):
        studies.exclude(LEAD, project, id_, "ben", " ")
    studies.exclude(LEAD, project, id_, "ben", "Withdrew consent")
    assert [(one.subject, one.after_look) for one in studies.exclusions(LEAD, project, id_)] == [
        ("ann", False),
        ("ben", True),
    ]
    studies.include(LEAD, project, id_, "ben", "A misunderstanding")
    assert [one.subject for one in studies.exclusions(LEAD, project, id_)] == ["ann"]
    draft = a_study(project.database, name="Draft", state=StudyState.DRAFT)
    joined(project.database, draft, "ann")
    with pytest.raises(BadInput, match="not been opened"):
        studies.exclude(LEAD, project, draft, "ann", "x")


def test_who_leaves_is_kept_once_and_only_who_takes_part_can(project: Project) -> None:
    id_ = a_study(project.database, design=StudyDesign(people=("ann", "ben", "cy")))
    studies.person_left(LEAD, project, id_, "ben", "on holiday")
    studies.person_left(LEAD, project, id_, "ben")
    assert study_reading.people_who_left(project.database, id_) == {"ben"}
    assert len(studies.history(LEAD, project, id_)) == 2
    with pytest.raises(NotFound):
        studies.person_left(LEAD, project, id_, "dora")


@pytest.mark.parametrize("id_", ["", "none", "'; drop table study; --", "00000000-0000-0000-0000-000000000000"])
def test_an_address_that_names_no_study_is_not_found(project: Project, id_: str) -> None:
    with pytest.raises(NotFound, match="no such study"):
        studies.one(LEAD, project, id_)


def test_two_studies_never_share_a_name_but_by_version(project: Project) -> None:
    first = studies.create(LEAD, project, "Twice")
    with pytest.raises(BadInput, match="already"):
        studies.create(LEAD, project, " Twice ")
    studies.new_version(LEAD, project, first.id)
    assert [(one.study.name, one.study.version) for one in studies.lines(LEAD, project)] == [("Twice", 2), ("Twice", 1)]
