"""Samples by strata; texts that are nearly a prompt; names of systems."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.study import StudyDesign
from core.domain.study_import import Spread
from core.domain.study_now import StudySystem
from core.studies.masking import shown
from core.studies.matching import Near, Prompts
from core.studies.names import names_in, telling
from core.studies.sampling import stratified

STRATA = st.lists(st.sampled_from("abcde"), max_size=60)


@given(STRATA, st.integers(0, 80), st.integers(), st.sampled_from(Spread))
def test_a_sample_has_its_size_no_item_twice_and_the_items_order(
    strata: list[str], n: int, seed: int, spread: Spread
) -> None:
    drawn = stratified(strata, n, Random(seed), spread)
    assert drawn == sorted(set(drawn))
    assert len(drawn) == min(n, len(strata))
    assert drawn == stratified(strata, n, Random(seed), spread)


@given(STRATA, st.integers(0, 80), st.integers())
def test_an_even_sample_takes_one_more_of_a_stratum_only_where_another_has_none_left(
    strata: list[str], n: int, seed: int
) -> None:
    taken = Counter(strata[number] for number in stratified(strata, n, Random(seed)))
    sizes = Counter(strata)
    unfinished = [taken[one] for one in sizes if taken[one] < sizes[one]]
    assert all(n <= least + 1 for n in taken.values() for least in unfinished)


@given(STRATA, st.integers(0, 80), st.integers())
def test_a_proportional_sample_is_within_one_of_each_share(strata: list[str], n: int, seed: int) -> None:
    taken = Counter(strata[number] for number in stratified(strata, n, Random(seed), Spread.PROPORTIONAL))
    for one, size in Counter(strata).items():
        assert abs(taken[one] - min(n, len(strata)) * size / len(strata)) < 1


def test_texts_are_found_word_for_word_and_else_only_nearly() -> None:
    prompts = Prompts(["Write a poem about the sea.", "", "Sort the list [3, 1, 2] in Python.", "解释 “潮汐” 的原因"])
    assert prompts.exactly("  Write a poem about the sea.\n") == 0
    assert prompts.exactly("write a poem about the sea.") is None
    assert prompts.nearly("write  a POEM about the sea") == Near(prompt=0, alike=1.0)
    assert prompts.nearly('解释 "潮汐" 的原因。') is not None
    near = prompts.nearly("Sort the list [3, 1, 2] in Python 3.")
    assert near is not None
    assert (near.prompt, near.alike < 1) == (2, True)
    assert prompts.nearly("Something else entirely, with its own words.") is None


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("meta-llama/Llama-3-8B-Instruct", "I am LLAMA.", ("LLAMA",)),
        ("meta-llama/Llama-3-8B-Instruct", "Please instruct me on 8B pencils.", ()),
        ("A", "A good answer.", ()),
        ("base", "The base of the tower.", ()),
        ("Wizard 13b", "Follow wizard-like steps", ("wizard",)),
        ("Wizard 13b", "wizardry", ()),
        ("gpt-4", "我是gpt-4模型", ("gpt-4",)),
        ("evolved", "It evolved.", ("evolved",)),
    ],
)
def test_a_systems_name_is_found_as_a_word(name: str, text: str, found: tuple[str, ...]) -> None:
    system = StudySystem(id="", name=name, model="", endpoint="", responses=1)
    assert names_in(text, telling(system)) == found


def test_masked_words_are_black_wherever_they_stand_and_nothing_else_is() -> None:
    design = StudyDesign(masked=("GPT-4", "GPT", "a.b"))
    assert shown(design, "gpt-4, GPT and GPTs; a.b, aXb; 由GPT写") == "■■■, ■■■ and GPTs; ■■■, aXb; 由■■■写"
    assert shown(StudyDesign(), "GPT <b>") == "GPT <b>"
