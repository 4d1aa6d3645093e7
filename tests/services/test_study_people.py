"""Who judges a study: links that open it and nothing else, and how far everybody is."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from core.domain.person import LOCAL_OWNER, Actor, Person, Role
from core.domain.study import RaterKind, StudyDesign, StudyEventKind, StudyState
from core.domain.study_progress import Completeness, PersonProgress
from core.domain.trial import TrialOrigin
from core.errors import BadInput, NotAllowed, NotFound
from core.services.evaluating import completeness, studies, study_power
from core.services.people import signing_key
from core.services.projects import Project
from core.services.studio import Studio, open_studio
from core.settings import Settings
from core.store import study_reading
from tests.builders import NOON
from tests.studies.building import a_study, happened, joined, judge

RANKS = {"alpha-7b": 1, "beta-13b": 2}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    opened = open_studio(Settings(home=tmp_path_factory.mktemp("home"), shipped=Path(__file__).parents[2] / "data"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def project(studio: Studio) -> Project:
    return studio.projects.open(LOCAL_OWNER, "my-project")


def somebody(studio: Studio, name: str, role: Role = Role.ANNOTATOR) -> Person:
    return studio.people.add(LOCAL_OWNER, name, role)


def test_a_link_makes_whoever_has_it_a_rater_of_that_study_and_of_nothing_else(
    studio: Studio, project: Project
) -> None:
    id_ = a_study(project.database, name="Linked", design=StudyDesign(title="Letters"))
    word = studio.invitations.invite(LOCAL_OWNER, project, id_)
    door = studio.invitations.door(project, word)
    assert (door.study.title, door.name, studio.invitations.read(word).project) == ("Letters", "", "my-project")
    who = studio.invitations.join(project, word, name="Zoë")
    assert (who.name, who.role) == ("Zoë", Role.RATER)
    assert [(one.name, one.kind) for one in study_reading.raters(project.database, id_)] == [("Zoë", RaterKind.HUMAN)]
    assert [one.title for one in studio.judge_desk.lines(who, project)] == ["Letters"]
    with pytest.raises(NotAllowed):
        studies.one(who, project, id_)
    assert studio.invitations.join(project, word, already=who) == who  # in the same browser, they are who they are
    assert len(study_reading.raters(project.database, id_)) == 1


def test_a_link_for_one_person_makes_its_holder_that_person(studio: Studio, project: Project) -> None:
    ann = somebody(studio, "Ann of the link")
    id_ = a_study(project.database, name="Named", design=StudyDesign(judgments=1, people=(ann.id,)))
    with pytest.raises(BadInput, match="people who are chosen"):
        studio.invitations.invite(LOCAL_OWNER, project, id_)
    word = studio.invitations.invite(LOCAL_OWNER, project, id_, ann.id)
    assert studio.invitations.door(project, word).name == ann.name
    assert studio.invitations.join(project, word, name="Somebody else").person_id == ann.id
    studio.people.set_active(LOCAL_OWNER, ann.id, False)
    with pytest.raises(NotFound, match="not active"):
        studio.invitations.join(project, word)


def test_a_link_never_makes_its_holder_more_than_a_judge(studio: Studio, project: Project) -> None:
    boss = somebody(studio, "Cora")
    id_ = a_study(project.database, name="Powers")
    word = studio.invitations.invite(LOCAL_OWNER, project, id_, boss.id)
    studio.people.set_role(LOCAL_OWNER, boss.id, Role.CURATOR)
    for ask in (
        lambda: studio.invitations.join(project, word),
        lambda: studio.invitations.invite(LOCAL_OWNER, project, id_, boss.id),
        lambda: studio.invitations.invite(LOCAL_OWNER, project, id_, LOCAL_OWNER.person_id),
    ):
        with pytest.raises(BadInput, match="may do more than judge"):
            ask()
    open_word = studio.invitations.invite(LOCAL_OWNER, project, id_)
    with pytest.raises(BadInput, match="person's name"):  # a browser that never said who it is counts as the owner
        studio.invitations.join(project, open_word, already=LOCAL_OWNER)
    assert study_reading.raters(project.database, id_) == []


@pytest.mark.parametrize("spoilt", ["", "x", "{}.{}", "WyJteS1wcm9qZWN0Il0.abc", "a" * 5_000])
def test_a_link_that_was_not_signed_here_is_none(studio: Studio, spoilt: str) -> None:
    with pytest.raises(BadInput, match="another studio"):
        studio.invitations.read(spoilt)


def test_a_persons_cookie_is_no_invitation_and_a_changed_link_is_none(studio: Studio, project: Project) -> None:
    id_ = a_study(project.database, name="Forged")
    word = studio.invitations.invite(LOCAL_OWNER, project, id_)
    for forged in (studio.people.choose(LOCAL_OWNER.person_id), word[:-1], word[1:], word.replace(".", "..")):
        with pytest.raises(BadInput):
            studio.invitations.read(forged)


def test_a_link_works_only_while_the_study_goes(studio: Studio, project: Project) -> None:
    id_ = a_study(project.database, name="Early", state=StudyState.DRAFT)
    word = studio.invitations.invite(LOCAL_OWNER, project, id_)
    with pytest.raises(BadInput, match="not open for judging"):
        studio.invitations.join(project, word, name="Eager")
    happened(project.database, id_, StudyEventKind.OPENED)
    with pytest.raises(BadInput, match="person's name"):
        studio.invitations.join(project, word, name=" ")
    happened(project.database, id_, StudyEventKind.CLOSED)
    with pytest.raises(BadInput, match="not open for judging"):
        studio.invitations.join(project, word, name="Late")
    assert not {"Eager", "Late"} & {one.name for one in studio.people.list(LOCAL_OWNER)}


def test_a_link_that_was_called_back_leads_nowhere_and_the_next_one_does(studio: Studio, project: Project) -> None:
    id_ = a_study(project.database, name="Posted")
    word = studio.invitations.invite(LOCAL_OWNER, project, id_)
    early = studio.invitations.join(project, word, name="Early")
    studies.call_link_back(LOCAL_OWNER, project, id_, reason="It was posted in public")
    for follow in (studio.invitations.door, partial(studio.invitations.join, name="Whoever")):
        with pytest.raises(BadInput, match="called back"):
            follow(project, word)
    assert [one.title for one in studio.judge_desk.lines(early, project) if one.id == id_]  # who is in goes on
    fresh = studio.invitations.invite(LOCAL_OWNER, project, id_)
    assert studio.invitations.join(project, fresh, name="Late").name == "Late"
    assert "Whoever" not in {one.name for one in studio.people.list(LOCAL_OWNER)}
    with pytest.raises(NotAllowed):
        studies.call_link_back(early, project, id_)


def test_calling_one_persons_link_back_leaves_the_others(studio: Studio, project: Project) -> None:
    one, two = somebody(studio, "Una"), somebody(studio, "Duo")
    id_ = a_study(project.database, name="Two links", design=StudyDesign(people=(one.id, two.id)))
    words = [studio.invitations.invite(LOCAL_OWNER, project, id_, who.id) for who in (one, two)]
    studies.call_link_back(LOCAL_OWNER, project, id_, one.id)
    with pytest.raises(BadInput, match="called back"):
        studio.invitations.join(project, words[0])
    assert studio.invitations.join(project, words[1]).person_id == two.id


def test_links_of_before_they_were_numbered_go_on_until_they_are_called_back(studio: Studio, project: Project) -> None:
    id_ = a_study(project.database, name="Old links")
    word = URLSafeSerializer(signing_key(studio.settings.home / "signing.key"), salt="invitation").dumps(
        [project.slug, id_, ""]
    )
    assert studio.invitations.door(project, str(word)).name == ""
    studies.call_link_back(LOCAL_OWNER, project, id_)
    with pytest.raises(BadInput, match="called back"):
        studio.invitations.door(project, str(word))


def progress(
    studio: Studio, project: Project, study: str, days: float = 0.0
) -> tuple[Completeness, dict[str, PersonProgress]]:
    found = completeness.of(studio, LOCAL_OWNER, project, study, now=NOON + timedelta(days=days))
    return found, {one.person_id: one for one in found.people}


def test_completeness_counts_people_and_says_who_is_late(studio: Studio, project: Project) -> None:
    design = StudyDesign(judgments=2, people=("ann", "ben", "cy"))
    id_ = a_study(project.database, prompts=6, name="Counted", design=design)
    for key in "1234":
        judge(project.database, id_, "ann", key, RANKS, active_ms=10_000)
    judge(project.database, id_, "ann", "1", RANKS, number=1)
    judge(project.database, id_, "ann", "1", RANKS, origin=TrialOrigin.REPEAT, active_ms=30_000)
    judge(project.database, id_, "ben", "1", RANKS)
    judge(project.database, id_, "ben", "2", RANKS, pilot=True)
    found, people = progress(studio, project, id_)
    assert (found.prompts, found.left_out, found.needed, found.judged) == (6, 0, 12, 5)
    assert [(one.judged, one.quota, one.besides, one.pilot, one.revised) for one in found.people] == [
        (4, 4, 1, 0, 1), (1, 4, 0, 1, 0), (0, 4, 0, 0, 0),
    ]  # fmt: skip
    assert (people["ann"].pace_s, people["cy"].last) == (10.0, None)
    assert not found.late
    found, _ = progress(studio, project, id_, days=3)
    assert [one.person_id for one in found.late] == ["ben", "cy"]


def test_whoever_leaves_or_is_excluded_owes_nothing_and_the_others_owe_more(studio: Studio, project: Project) -> None:
    design = StudyDesign(judgments=1, people=("ann", "ben", "cy"))
    id_ = a_study(project.database, prompts=6, name="Left", design=design)
    joined(project.database, id_, "ann", "ben", "cy")
    for person, key in (("ann", "1"), ("ben", "2"), ("cy", "3")):
        judge(project.database, id_, person, key, RANKS)
    studies.person_left(LOCAL_OWNER, project, id_, "ben")
    studies.exclude(LOCAL_OWNER, project, id_, "cy", "Never read a word")
    found, people = progress(studio, project, id_, days=9)
    assert (people["ann"].quota, people["ben"].quota, people["cy"].quota) == (5, 1, 1)
    assert (people["ben"].has_left, people["cy"].is_excluded) == (True, True)
    assert found.judged == 2
    assert [one.person_id for one in found.late] == ["ann"]


def test_the_desk_and_the_table_agree_on_everybodys_part(studio: Studio, project: Project) -> None:
    people = [somebody(studio, name) for name in ("Desk A", "Desk B")]
    design = StudyDesign(judgments=1, people=tuple(one.id for one in people))
    id_ = a_study(project.database, prompts=5, name="Desk", design=design)
    for one in people:
        hand = studio.judge_desk.take(one.actor, project, id_, 1)
        _, known = progress(studio, project, id_)
        assert hand.total == known[one.id].quota == 3


def test_completeness_shows_no_result(studio: Studio, project: Project) -> None:
    said = {one.name for kind in (Completeness, PersonProgress) for one in fields(kind)}
    assert not said & {
        "rank",
        "ranks",
        "score",
        "wins",
        "verdict",
        "system",
        "systems",
        "contestant",
        "results",
        "note",
    }
    ann = Actor(person_id="ann", name="Ann", role=Role.ANNOTATOR)
    id_ = a_study(project.database, name="Shown")
    with pytest.raises(NotAllowed):
        completeness.of(studio, ann, project, id_)
    with pytest.raises(NotAllowed):
        completeness.of(studio, replace(ann, role=Role.RATER), project, id_)
    with pytest.raises(NotFound):
        completeness.of(studio, LOCAL_OWNER, project, "none")


def test_a_study_says_which_difference_it_can_see(studio: Studio, project: Project) -> None:
    id_ = a_study(
        project.database, prompts=40, systems=("one-a", "two-b", "three-c"), name="Power", state=StudyState.DRAFT
    )
    found = study_power.outlook(LOCAL_OWNER, project, id_, win_rate=0.65)
    assert (found.pairs, found.prompts, found.judges) == (3, 40, 3)
    assert [one.judges for one in found.needs] == [1, 3, 5, 7, 10]
    assert found.least_seen is not None
    assert found.least_seen > 0.75  # 40 prompts show a large difference only
    need = next(one for one in found.needs if one.judges == 3)
    assert need.prompts is not None
    assert need.prompts > 40
    with pytest.raises(BadInput, match="share"):
        study_power.outlook(LOCAL_OWNER, project, id_, win_rate=0.4)
