"""Who is shown what: every set equally often, every text everywhere, nobody twice, and nothing that a browser could learn from."""

from collections import Counter
from itertools import combinations
from math import comb, factorial
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.study import StudyDesign, StudyTask
from core.studies.assignment import (
    MOST_SETS,
    Choice,
    Plan,
    extras,
    moved_on,
    next_units,
    own_order,
    planned,
    quota,
    sets_in_turn,
    stands,
    with_foreign,
)

# Below these a fair die is with a probability of 0.999, by degrees of freedom.
CHI_SQUARE = {1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52, 23: 49.73}


def choice(prompt: str, contestant: str, text: str = "") -> Choice:
    name = f"{prompt} by {contestant}"
    return Choice(
        candidate_id=name, prompt_id=prompt, contestant=contestant, revision_id=f"text {name}", text_hash=text or name
    )


def plan_of(n_prompts: int, systems: str, missing: frozenset[str] = frozenset(), **design: object) -> Plan:
    """`missing`: "0a" is the response of system a to prompt 0."""
    prompts = [str(nth) for nth in range(n_prompts)]
    choices = [choice(one, system) for one in prompts for system in systems if one + system not in missing]
    return planned(StudyDesign(**design), prompts, choices)  # type: ignore[arg-type]


def shown(plan: Plan, unit: int) -> tuple[str, ...]:
    return tuple(plan.choices[one].contestant for one in plan.members[unit])


def is_even(counts: Counter[int], n_kinds: int) -> bool:
    """Whether these are what fair draws give."""
    expected = sum(counts.values()) / n_kinds
    found = sum((counts[kind] - expected) ** 2 / expected for kind in range(n_kinds))
    return found < CHI_SQUARE[n_kinds - 1]


@pytest.mark.parametrize(("n", "k"), [(2, 2), (3, 2), (4, 2), (5, 2), (6, 3), (7, 5), (8, 4), (5, 1), (9, 3)])
def test_all_sets_come_once_and_any_stretch_has_everybody_about_equally_often(n: int, k: int) -> None:
    sets = sets_in_turn(n, k)
    assert sorted(sets) == list(combinations(range(n), k))
    for length in range(1, len(sets)):
        for begin in range(len(sets) - length):
            here = Counter(one for members in sets[begin : begin + length] for one in members)
            assert max(here[one] for one in range(n)) - min(here[one] for one in range(n)) <= 2 * k


def test_more_sets_than_anybody_could_judge_are_not_even_made() -> None:
    assert len(sets_in_turn(200, 5)) == MOST_SETS


def test_where_all_fit_side_by_side_each_prompt_is_one_unit() -> None:
    plan = plan_of(7, "abcd", per_trial=5, judgments=3)
    assert [len(one) for one in plan.members] == [4] * 7
    assert (plan.needed, plan.n_left_out) == (21, 0)
    assert len(set(plan.sets)) == 1


def test_with_more_systems_than_fit_every_prompt_is_shown_with_every_set() -> None:
    plan = plan_of(3, "abcdef", per_trial=4)
    assert len(plan.members) == 3 * comb(6, 4)
    assert Counter(frozenset(shown(plan, unit)) for unit in range(len(plan.members))).most_common()[-1][1] == 3


@pytest.mark.parametrize(("systems", "k", "sets"), [("abcd", 2, 1), ("abcd", 2, 2), ("abcde", 3, 4), ("abcdef", 5, 1)])
def test_sets_take_turns_so_that_every_pair_meets_equally_often(systems: str, k: int, sets: int) -> None:
    n_prompts = 2 * comb(len(systems), k)
    plan = plan_of(n_prompts, systems, per_trial=k, sets_per_prompt=sets)
    met = Counter(pair for unit in range(len(plan.members)) for pair in combinations(sorted(shown(plan, unit)), 2))
    assert len(plan.members) == n_prompts * sets
    assert len(met) == comb(len(systems), 2)
    assert len(set(met.values())) == 1


@given(
    n_prompts=st.integers(1, 30), n_systems=st.integers(2, 6), k=st.integers(2, 5), sets=st.integers(0, 4),
    missing=st.sets(st.tuples(st.integers(0, 29), st.integers(0, 5)), max_size=40), seed=st.integers(0, 5),
)  # fmt: skip
def test_whoever_is_missing_sets_are_made_of_who_is_there_and_differ_by_one_at_most(
    n_prompts: int, n_systems: int, k: int, sets: int, missing: set[tuple[int, int]], seed: int
) -> None:
    systems = "abcdef"[:n_systems]
    gone = frozenset(f"{prompt}{'abcdef'[system]}" for prompt, system in missing)
    plan = plan_of(n_prompts, systems, gone, per_trial=k, sets_per_prompt=sets, rng_seed=seed)
    there = {n: [one for one in systems if f"{n}{one}" not in gone] for n in range(n_prompts)}
    assert plan.n_left_out == sum(len(one) < 2 for one in there.values())
    by_kind: dict[str, Counter[frozenset[str]]] = {}
    for unit, prompt in enumerate(plan.prompt_of.tolist()):
        assert {plan.choices[one].prompt_id for one in plan.members[unit]} == {str(prompt)}
        assert len(set(shown(plan, unit))) == min(k, len(there[prompt]))
        by_kind.setdefault("".join(there[prompt]), Counter())[frozenset(shown(plan, unit))] += 1
    for kind, counts in by_kind.items():
        possible = [frozenset(one) for one in combinations(kind, min(k, len(kind)))]
        assert max(counts.values()) - min(counts[one] for one in possible) <= 1


def test_a_pair_shows_two_whatever_the_design_says_and_a_score_needs_nothing_beside_it() -> None:
    assert {len(one) for one in plan_of(3, "abc", task=StudyTask.PAIR, per_trial=5).members} == {2}
    alone = plan_of(3, "a", task=StudyTask.LIKERT)
    assert [len(one) for one in alone.members] == [1, 1, 1]
    assert plan_of(3, "a").n_left_out == 3


def test_two_children_of_one_operation_both_stand_but_of_a_system_only_its_newest_answer() -> None:
    twice = [choice("0", "deepen"), Choice(**{**_fields(choice("0", "deepen")), "candidate_id": "another"})]
    siblings = planned(StudyDesign(task=StudyTask.SIBLINGS), ["0"], twice)
    assert [len(one) for one in siblings.members] == [2]
    again = planned(StudyDesign(), ["0"], [*twice, choice("0", "mutate")])
    assert [{again.choices[one].candidate_id for one in unit} for unit in again.members] == [{"another", "0 by mutate"}]


def _fields(one: Choice) -> dict[str, str]:
    return {name: getattr(one, name) for name in Choice.__dataclass_fields__}


@given(
    seed=st.integers(),
    person=st.text(max_size=8),
    set_=st.text(max_size=8),
    k=st.integers(1, 5),
    block=st.integers(0, 9),
)
def test_in_every_k_turns_each_text_stands_once_at_every_position(
    seed: int, person: str, set_: str, k: int, block: int
) -> None:
    turns = [stands(seed, person, set_, block * k + turn, k) for turn in range(k)]
    for position in range(k):
        assert sorted(one[position] for one in turns) == list(range(k))


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_what_comes_first_is_uniform_over_people(k: int) -> None:
    first = [stands(7, f"person {nth}", "set", 0, k) for nth in range(2_000)]
    for position in range(k):
        assert is_even(Counter(one[position] for one in first), k)


def test_all_orders_of_four_are_equally_likely() -> None:
    orders = Counter(stands(3, f"person {nth}", "set", 1, 4) for nth in range(4_800))
    numbered = Counter(dict(enumerate(orders.values())))
    assert len(orders) == factorial(4)
    assert is_even(numbered, factorial(4))


def test_the_order_of_one_turn_does_not_tell_the_next() -> None:
    """In a block the texts move on by amounts that are drawn: after a first order each of the others is equally likely."""
    steps = Counter()
    for nth in range(3_000):
        first, second = stands(1, f"p{nth}", "set", 0, 4), stands(1, f"p{nth}", "set", 1, 4)
        steps[(second.index(first[0])) - 1] += 1
    assert set(steps) == {0, 1, 2}
    assert is_even(steps, 3)


def test_everybody_has_an_order_of_their_own_that_stays() -> None:
    one, again, other = own_order(1, "mira", 50), own_order(1, "mira", 50), own_order(1, "noor", 50)
    assert (one == again).all()
    assert sorted(one) == list(range(50))
    assert not (one == other).all()
    assert is_even(Counter(int(own_order(1, str(nth), 6)[0]) for nth in range(1_500)), 6)


@given(st.data())
def test_the_next_units_fit_and_have_the_fewest_judgments(data: st.DataObject) -> None:
    plan = plan_of(12, "ab", judgments=3)
    taken = np.array(data.draw(st.lists(st.integers(0, 4), min_size=12, max_size=12)))
    fits = np.array(data.draw(st.lists(st.booleans(), min_size=12, max_size=12)))
    most = data.draw(st.integers(0, 14))
    rank = own_order(0, "mira", 12)
    possible = sorted(
        (unit for unit in range(12) if fits[unit] and taken[unit] < 3), key=lambda unit: (taken[unit], rank[unit])
    )
    assert next_units(plan, taken, fits, rank, most) == possible[:most]


def test_a_part_is_what_is_needed_over_who_is_there_and_nobody_judges_more_than_there_is() -> None:
    plan = plan_of(10, "ab", judgments=3)
    assert [quota(plan, 0, people) for people in (1, 2, 3, 4, 7)] == [10, 10, 10, 8, 5]
    assert quota(plan, 6, 4) == 6
    assert quota(plan, 0, 0) == 0


@given(share=st.floats(0, 1), seed=st.integers(0, 9), fresh=st.integers(0, 200))
def test_extras_come_at_their_share_never_fewer_than_before(share: float, seed: int, fresh: int) -> None:
    so_far = [extras(share, seed, "mira", "repeat", n) for n in range(fresh + 1)]
    assert so_far == sorted(so_far)
    assert abs(so_far[-1] - share * fresh) < 1
    assert so_far[0] == 0


def test_where_in_a_stretch_an_extra_comes_is_drawn() -> None:
    first = Counter(
        next(n for n in range(1, 7) if extras(0.2, 0, f"p{nth}", "attention", n)) - 1 for nth in range(2_000)
    )
    assert is_even(first, 5)


def test_a_repeat_shows_every_text_somewhere_else() -> None:
    for nth in range(50):
        again = moved_on((0, 1, 2, 3), Random(nth))
        assert sorted(again) == [0, 1, 2, 3]
        assert all(here != there for here, there in zip(again, (0, 1, 2, 3), strict=True))
    assert moved_on((0,), Random(1)) == (0,)


def test_an_attention_trial_has_one_text_that_belongs_to_another_prompt_and_reads_otherwise() -> None:
    prompts = [str(nth) for nth in range(6)]
    choices = [choice(one, system, "same" if one in "01" else "") for one in prompts for system in "abc"]
    plan = planned(StudyDesign(), prompts, choices)
    for nth in range(60):
        members = with_foreign(plan, 0, Random(nth))
        assert members is not None
        foreign = [plan.choices[one] for one in members if plan.choices[one].prompt_id != "0"]
        assert len(foreign) == 1
        assert foreign[0].text_hash != "same"
        assert len({plan.choices[one].contestant for one in members}) == 3
    assert with_foreign(plan_of(1, "ab"), 0, Random(1)) is None
