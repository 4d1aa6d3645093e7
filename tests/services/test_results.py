"""Results: who may see them, what counts in them, and that every number leads to its trials."""

from pathlib import Path

import pytest

from core.domain.judgment import Outcome, PairVerdict
from core.domain.person import Actor, Role
from core.domain.study import RaterKind, StudyDesign, StudyEventKind, StudyState, StudyTask
from core.domain.study_results import Difficulty, Part, Reduction, Rest, TrialPick, Verdict, WinRate
from core.domain.trial import TrialOrigin
from core.errors import NotAllowed
from core.services.evaluating import (
    report,
    result_numbers,
    result_people,
    result_rest,
    result_tables,
    result_trials,
    result_views,
)
from core.services.evaluating.result_views import View
from core.services.evaluating.results import Hardness, Results, Selection
from tests.builders import id_of
from tests.services.alone import ME
from tests.services.studied import SYSTEMS, a_project, judged, opened
from tests.studies.building import a_study, happened, joined, judge, siblings

A, B, C = SYSTEMS
VOTES = View(reduction=Reduction.VOTES)
ONE_SIDED = [[(1, 2), (1, 2), (2, 1)], [(1, 2), (1, 1), (1, 1)], [(2, 1), (2, 1), (2, 1)], [(1, 1), (1, 2), (2, 1)]]


def quiet(_done: int, _total: int) -> None:
    """Nobody listens to how far it is."""


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.RATER])
def test_who_judges_sees_no_results_even_of_a_closed_study(tmp_path: Path, role: Role) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, ONE_SIDED)
        with pytest.raises(NotAllowed):
            Results().open(Actor(person_id="ann", name="Ann", role=role), project, id_)


def test_leads_see_results_once_it_is_closed_or_after_an_early_look(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, ONE_SIDED, close=False)
        results = Results()
        with pytest.raises(NotAllowed, match="stay closed"):
            results.open(ME, project, id_)
        happened(project.database, id_, StudyEventKind.EARLY_LOOK, reason="a rater asked")
        assert results.open(ME, project, id_).unblinded_at is not None


def test_one_verdict_a_prompt_and_equal_top_counts_tie(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        found = opened(project, judged(project.database, ONE_SIDED))
        (bout,) = result_views.against_each(found, View(), 0)
        # Won by two of three; tied by two of three; lost by all; one each: a tie.
        assert (bout.record.wins, bout.record.ties, bout.record.losses) == (1, 2, 1)
        assert (bout.rate.value, bout.rate.n, bout.rate.interval) == (0.5, 2, "Wilson")
        (with_ties,) = result_views.against_each(found, View(rate=WinRate.WITH_TIES), 0)
        assert (with_ties.rate.value, with_ties.rate.n) == (0.5, 4)
        (votes,) = result_views.against_each(found, VOTES, 0, quiet)
        assert (votes.record.wins, votes.record.ties, votes.record.losses) == (4, 3, 5)
        assert votes.rate.interval == "bootstrap"


def test_swapping_who_is_asked_about_swaps_wins_and_losses_and_nothing_else(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        found = opened(project, judged(project.database, ONE_SIDED))
        there, back = result_views.against_each(found, VOTES, 0)[0], result_views.against_each(found, VOTES, 1)[0]
        assert there.record.swapped == back.record


def test_parts_add_up_to_the_whole_and_hard_is_a_cut_of_the_difficulty_that_is_named(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        found = opened(project, judged(project.database, ONE_SIDED))
        skills = result_views.by_part(found, View(), 0, 1, Part.SKILL)
        assert {one.name: one.record.n for one in skills} == {"Math": 3, "Writing": 1}
        curve = result_views.by_part(found, View(), 0, 1, Part.DIFFICULTY)
        assert [(one.name, one.record.n) for one in curve] == [("3", 2), ("6", 1), ("9", 1)]
        hard = View(hard=Hardness(cut=8, only=True))
        assert result_views.against_each(found, hard, 0)[0].record.losses == 1
        assert result_views.against_each(found, hard, 0)[0].record.n == 1
        by_model = View(hard=Hardness(of=Difficulty.MODEL, only=True))
        assert result_views.against_each(found, by_model, 0)[0].record.n == 0  # no model rated these
        assert Part.EPOCH in result_views.parts_told(found, Difficulty.AUTHOR)
        assert Part.OPERATION not in result_views.parts_told(found, Difficulty.AUTHOR)
        assert [one.name for one in result_views.by_part(found, View(), 0, 1, Part.EPOCH)] == ["Epoch 0", "Epoch 1"]


def test_every_number_leads_to_as_many_prompts(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        found = opened(project, judged(project.database, ONE_SIDED))
        bouts = (*result_views.against_each(found, View(), 0), *result_views.by_part(found, View(), 0, 1, Part.SKILL))
        for bout in bouts:
            for verdict, n in (
                (Verdict.WIN, bout.record.wins),
                (Verdict.TIE, bout.record.ties),
                (Verdict.LOSS, bout.record.losses),
            ):
                text = f"{bout.pick},verdict:{verdict}"
                pick = TrialPick.read(text)
                assert pick is not None
                assert len(result_trials.prompts_of(found, View(), pick)) == n
            assert len(result_trials.prompts_of(found, View(), bout.pick)) == bout.record.n


def test_a_pick_survives_an_address_whatever_a_skill_is_called() -> None:
    pick = TrialPick(of="a", part=Part.SKILL, name="x,of:b, <b>%2C</b> ü")
    assert TrialPick.read(str(pick)) == pick
    assert TrialPick.read("nonsense:1") is None
    assert TrialPick.read("part:nothing") is None
    assert TrialPick.read("") is None


def test_trials_are_shown_with_who_made_what_and_what_each_said(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, ONE_SIDED)
        found = opened(project, id_)
        pick = result_views.against_each(found, View(), 0)[0].pick
        page = result_trials.behind(ME, project, found, View(), pick, most=2, after=1)
        assert (page.total, [one.key for one in page.prompts]) == (4, ["2", "3"])
        first = page.prompts[0]
        assert [one.name for one in first.shown] == [A, B]
        assert first.text.startswith("Prompt 2")
        by_name = {one.contestant: one.name for one in first.shown}
        said = [{by_name[each]: place for each, place in line.places.items()} for line in first.trials]
        assert said == [{A: "1", B: "2"}, {A: "1", B: "1"}, {A: "1", B: "1"}]


def test_what_does_not_count_stands_behind_no_number_and_is_counted(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        database = project.database
        id_ = judged(database, ONE_SIDED, close=False)
        judge(database, id_, "person 0", "1", {A: 2, B: 1}, pilot=True, turn=1)
        judge(database, id_, "person 0", "1", {A: 2, B: 1}, origin=TrialOrigin.REPEAT, turn=2)
        judge(database, id_, "person 1", "1", {A: 2, B: 1}, origin=TrialOrigin.ATTENTION, turn=3)
        judge(database, id_, "person 2", "3", {A: 1, B: 2}, outcome=Outcome.UNPARSEABLE, turn=4)
        happened(database, id_, StudyEventKind.CLOSED)
        found = opened(project, id_)
        assert result_views.against_each(found, VOTES, 0)[0].record.n == 12
        rest = result_rest.not_counted(found, View())
        assert [rest[one] for one in (Rest.PILOT, Rest.REPEATS, Rest.ATTENTION, Rest.UNPARSEABLE)] == [1, 1, 1, 1]


def test_every_count_behind_no_number_leads_to_its_trials(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        database = project.database
        id_ = judged(database, ONE_SIDED, close=False)
        judge(database, id_, "person 0", "1", {A: 1, B: 2}, pilot=True, turn=1)
        for key in ("1", "3"):
            judge(database, id_, "person 0", key, {A: 2, B: 1}, origin=TrialOrigin.REPEAT, turn=2)
        judge(database, id_, "person 1", "1", {A: 2, B: 1}, origin=TrialOrigin.ATTENTION, turn=3)
        judge(database, id_, "person 1", "2", {A: 1, B: 2}, outcome=Outcome.UNPARSEABLE, turn=4)
        out = judge(database, id_, "person 1", "4", {A: 1, B: 2}, turn=5)
        happened(database, id_, StudyEventKind.CLOSED)
        for subject in ("person 2", out):
            happened(database, id_, StudyEventKind.EXCLUDED, subject=subject, reason="asked to be")
        found = opened(project, id_)
        counts = result_rest.not_counted(found, View())
        assert {rest: n for rest, n in counts.items() if n} == {
            Rest.PILOT: 1, Rest.REPEATS: 2, Rest.ATTENTION: 1, Rest.UNPARSEABLE: 1, Rest.OF_EXCLUDED: 4, Rest.EXCLUDED: 1,
        }  # fmt: skip
        for rest, n in counts.items():
            page = result_trials.behind(ME, project, found, View(), TrialPick(rest=rest), most=9, after=0)
            assert sum(len(one.trials) for one in page.prompts) == n, rest
        assert TrialPick.read(str(TrialPick(rest=Rest.PILOT))) == TrialPick(rest=Rest.PILOT)
        nonsense = TrialPick(rest="anything")
        assert result_trials.behind(ME, project, found, View(), nonsense, most=9, after=0).total == 0


def test_of_an_attention_trial_the_text_of_another_prompt_is_told_apart(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, ONE_SIDED, close=False)
        trial = judge(project.database, id_, "person 0", "1", {A: 2, B: 1}, origin=TrialOrigin.ATTENTION, turn=3)
        foreign = """update trial_slot set candidate_id = (select c.id from candidate c join study_prompt p on p.id = c.prompt_id
            where p.key = '2' and c.study_id = $study order by c.seq limit 1) where trial_id = $trial and position = 0"""
        project.database.writer.run(lambda connection: connection.execute(foreign, {"study": id_, "trial": trial}))
        happened(project.database, id_, StudyEventKind.CLOSED)
        pick = TrialPick(rest=Rest.ATTENTION)
        (prompt,) = result_trials.behind(ME, project, opened(project, id_), View(), pick, most=9, after=0).prompts
        assert prompt.trials[0].places[result_trials.FOREIGN] == "2"


def test_a_revised_answer_counts_once_as_it_is_now(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, [[(1, 2)]], close=False)
        judge(project.database, id_, "person 0", "1", {A: 2, B: 1}, number=1)
        happened(project.database, id_, StudyEventKind.CLOSED)
        record = result_views.against_each(opened(project, id_), VOTES, 0)[0].record
        assert (record.wins, record.ties, record.losses) == (0, 0, 1)


def test_who_is_left_out_counts_nowhere_and_it_is_said_when_that_was_decided(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        database = project.database
        id_ = judged(database, ONE_SIDED, close=False)
        happened(database, id_, StudyEventKind.EXCLUDED, subject="person 2", reason="ranked upside down")
        happened(database, id_, StudyEventKind.EARLY_LOOK, reason="to see")
        results = Results()
        before = results.open(ME, project, id_)
        assert result_views.against_each(before, VOTES, 0)[0].record.n == 8
        happened(database, id_, StudyEventKind.EXCLUDED, subject="person 1", reason="left halfway")
        after = results.open(ME, project, id_)
        assert after is not before
        assert result_views.against_each(after, VOTES, 0)[0].record.n == 4
        late = {one.subject: one.after_unblinding for one in result_people.left_out(after).values()}
        assert late == {"person 2": False, "person 1": True}
        happened(database, id_, StudyEventKind.INCLUDED, subject="person 1", reason="they came back")
        assert result_views.against_each(results.open(ME, project, id_), VOTES, 0)[0].record.n == 8


def test_what_is_read_once_is_kept_until_something_happens(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, ONE_SIDED, close=False)
        happened(project.database, id_, StudyEventKind.EARLY_LOOK, reason="to see")
        results = Results()
        first = results.open(ME, project, id_)
        assert results.open(ME, project, id_) is first
        judge(project.database, id_, "person 3", "1", {A: 1, B: 2})
        assert results.open(ME, project, id_) is not first


def test_raters_are_told_apart_by_kind_and_a_model_judges_by_itself(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        database = project.database
        id_ = judged(database, ONE_SIDED, close=False)
        joined(database, id_, "model:m", kind=RaterKind.MODEL)
        for key in ("1", "2", "3", "4"):
            judge(database, id_, "model:m", key, {A: 1, B: 2}, order=(A, B))
            second = {A: 1, B: 2} if key != "2" else {A: 2, B: 1}  # of prompt 2 it changes its mind with the order
            judge(database, id_, "model:m", key, second, order=(B, A), turn=1)
        happened(database, id_, StudyEventKind.CLOSED)
        found = opened(project, id_)
        assert found.judges == ("human", "model:m")
        mine = View(judged=Selection(by="model:m"))
        record = result_views.against_each(found, mine, 0)[0].record
        assert (record.wins, record.ties, record.losses) == (3, 1, 0)
        assert result_views.against_each(found, View(), 0)[0].record.n == 4  # people's numbers are people's alone
        (beside,) = result_numbers.judges_beside(found, View(), "human", quiet)
        assert beside.flips is not None
        assert (beside.flips.k, beside.flips.n, beside.beside.same.n) == (1, 4, 4)
        assert beside.position.value is not None
        words = tuple(Verdict)  # two contestants are one pair: a cell is as many prompts as it counts
        for theirs, counts in zip(words, beside.beside.confusion, strict=True):
            for its, n in zip(words, counts, strict=True):
                cell = TrialPick(person="model:m", beside="human", its=its, theirs=theirs)
                behind = result_trials.behind(ME, project, found, View(), cell, most=10, after=0)
                assert behind.total == n
                assert all({line.rater_id for line in one.trials} > {"model:m"} for one in behind.prompts)
        nonsense = TrialPick(person="model:m", beside="human", its="win", theirs="often")
        assert result_trials.behind(ME, project, found, View(), nonsense, most=10, after=0).total == 0


def test_strengths_mean_ranks_and_agreement_are_worked_out_of_all_votes(tmp_path: Path) -> None:
    ranks = [
        [(1, 2, 3), (1, 3, 2), (2, 1, 3)],
        [(1, 2, 3), (2, 1, 3), (1, 2, 2)],
        [(3, 1, 2), (1, 2, 3), (1, 1, 3)],
    ] * 3
    with a_project(tmp_path) as project:
        found = opened(project, judged(project.database, ranks))
        told: list[int] = []
        strengths = result_numbers.strengths(found, View(), lambda done, _total: told.append(done))
        assert [one.name for one in strengths.strengths] == [A, B, C]
        assert sum(one.estimate.value or 0 for one in strengths.strengths) == pytest.approx(0)
        means = {one.name: one.estimate.value for one in strengths.places}
        assert means[A] == pytest.approx(13 / 9)
        assert told[-1] == result_views.ROUNDS
        agreement = result_numbers.agreements(found, View(), quiet)
        assert (agreement.raters, agreement.fleiss.raters, len(agreement.two)) == (3, 3, 3)
        people = result_people.people(found, View(), quiet)
        assert [(one.judged, one.active_s) for one in people] == [(9, 20.0)] * 3
        assert people[0].position.n > 0


def test_attention_and_repeats_are_told_by_person(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        database = project.database
        id_ = judged(database, ONE_SIDED, close=False)
        judge(database, id_, "person 0", "1", {A: 1, B: 2}, origin=TrialOrigin.REPEAT, turn=1)
        judge(database, id_, "person 1", "1", {A: 2, B: 1}, origin=TrialOrigin.REPEAT, turn=1)
        happened(database, id_, StudyEventKind.CLOSED)
        first, second, third = result_people.people(opened(project, id_), View(), quiet)
        assert (first.again.same.value, second.again.same.value, third.again.same.value) == (1.0, 0.0, None)


def test_scores_are_compared_as_places_and_shown_as_scores(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        design = StudyDesign(task=StudyTask.LIKERT)
        found = opened(project, judged(project.database, [[(5, 2), (4, 4)], [(3, 1), (2, 1)]], design=design))
        record = result_views.against_each(found, VOTES, 0)[0].record
        assert (record.wins, record.ties, record.losses) == (3, 1, 0)
        strengths = result_numbers.strengths(found, View(), quiet)
        assert strengths.is_score
        assert {one.name: one.estimate.value for one in strengths.places} == {A: 3.5, B: 2.0}


def test_texts_that_were_judged_one_by_one_are_compared_within_rater_and_prompt(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        database = project.database
        id_ = a_study(database, prompts=2, systems=(A, B), design=StudyDesign(task=StudyTask.LIKERT))
        for key in ("1", "2"):
            judge(database, id_, "ann", key, {A: 5})
            judge(database, id_, "ann", key, {B: 3})
        happened(database, id_, StudyEventKind.CLOSED)
        assert result_views.against_each(opened(project, id_), VOTES, 0)[0].record.wins == 2


def test_siblings_are_compared_by_operation(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = siblings(project.database, {"Add two numbers.": {"deepen": "Prove it.", "mutate": "Another."}})
        judge(project.database, id_, "ann", "1", {"deepen": 1, "mutate": 2})
        happened(project.database, id_, StudyEventKind.CLOSED)
        found = opened(project, id_)
        assert {one.name for one in found.contestants} == {"Deepen", "Mutate"}
        of = next(at for at, one in enumerate(found.contestants) if one.id == "deepen")
        assert result_views.against_each(found, VOTES, of)[0].record.wins == 1


def test_both_bad_is_a_tie_that_is_told(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = a_study(project.database, prompts=1, systems=(A, B), design=StudyDesign(task=StudyTask.PAIR))
        judge(project.database, id_, "ann", "1", {A: 1, B: 1}, verdict=PairVerdict.BOTH_BAD)
        happened(project.database, id_, StudyEventKind.CLOSED)
        found = opened(project, id_)
        pick = result_views.against_each(found, View(), 0)[0].pick
        assert result_views.against_each(found, View(), 0)[0].record.ties == 1
        (prompt,) = result_trials.behind(ME, project, found, View(), pick, most=5, after=0).prompts
        assert prompt.trials[0].both_bad


def test_a_study_without_a_judgment_has_results_of_nothing(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = a_study(project.database, prompts=2, state=StudyState.CLOSED)
        found = opened(project, id_)
        assert found.judges == ()
        bout = result_views.against_each(found, View(), 0)[0]
        assert (bout.record.n, bout.rate.value, bout.rate.why) == (0, None, "no verdict")
        assert result_views.by_part(found, View(), 0, 1, Part.SKILL) == ()
        assert result_numbers.agreements(found, View(), quiet).alpha_pairs.value is None
        assert result_people.people(found, View(), quiet) == ()


def test_a_system_that_is_missing_for_a_prompt_is_counted(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = a_study(
            project.database, prompts=3, systems=SYSTEMS, text=lambda key, system: None if (key, system) == ("2", C) else f"{key} {system}",
        )  # fmt: skip
        judge(project.database, id_, "ann", "2", {A: 1, B: 2})
        happened(project.database, id_, StudyEventKind.CLOSED)
        found = opened(project, id_)
        assert result_rest.not_counted(found, View())[Rest.MISSING] == 1
        (prompt,) = result_trials.behind(
            ME, project, found, View(), TrialPick(rest=Rest.MISSING), most=9, after=0
        ).prompts
        assert (prompt.key, prompt.missing) == ("2", (C,))
        assert {one.name: one.record.n for one in result_views.against_each(found, View(), 0)} == {B: 1, C: 0}


def test_a_table_of_a_figure_has_every_count_and_defuses_formulas(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        found = opened(project, judged(project.database, ONE_SIDED))
        names = {one.id: one.name for one in found.contestants}
        text = result_tables.bouts(result_views.against_each(found, View(), 0), names, "opponent", "w")
        head, row = text.splitlines()
        assert head.split(",")[:6] == ["opponent", "of", "against", "wins", "ties", "losses"]
        assert row.split(",")[:6] == [B, A, B, "1", "2", "1"]
        assert result_tables.lines(("a",), [("=1+1",)]).splitlines()[1] == "'=1+1"


def test_prompts_that_share_a_seed_get_an_interval_by_seed_beside_wilsons_and_it_stands_in_table_and_report(
    tmp_path: Path,
) -> None:
    with a_project(tmp_path) as project:
        id_ = a_study(
            project.database,
            prompts=8,
            systems=(A, B),
            facts=lambda at: {"seed_id": id_of(f"seed {at // 2}"), "epoch": 1},
        )
        for key in range(8):
            judge(project.database, id_, "ann", str(key + 1), {A: 1, B: 2} if key < 4 else {A: 2, B: 1})
        happened(project.database, id_, StudyEventKind.CLOSED)
        found = opened(project, id_)
        (bout,) = result_views.against_each(found, View(), 0)
        seeds = bout.rate.by_seed
        assert seeds is not None
        assert bout.rate.low is not None
        assert (seeds.seeds, seeds.low < bout.rate.low) == (4, True)
        assert seeds.design_effect == pytest.approx(2 * 4 / 3)  # pairs that say the same, told from four seeds
        row = result_tables.bouts([bout], {}, "opponent", "w").splitlines()[1]
        assert row.split(",")[-2:] == ["4", str(seeds.design_effect)]
        words = report.of_study(ME, project, Results(), id_).markdown
        assert ", by seed " in words
        assert "design effect" in words
        assert result_views.against_each(found, VOTES, 0, quiet)[0].rate.by_seed is None
