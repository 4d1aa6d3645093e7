"""Elimination: every rule can pass, can fail, and says why."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import ids
from core.domain.check import PAPER_RULES, Rule, Verdict
from core.domain.operation import Operation
from core.evolution.elimination import (
    Finding,
    check_equality,
    check_instruction,
    check_response,
    default_threshold,
)
from core.evolution.pack import load_pack
from core.evolution.verdicts import Equality

PACK = load_pack(Path(__file__).parents[2] / "core" / "evolution" / "prompts" / "compact")
TABLE = "Which month sold most?\n\n| month | sold |\n|---|---|\n| Jan | 120 |\n| Feb | 95 |"


def findings(
    child: str,
    *,
    parent: str = "Explain why bread goes stale.",
    operation: Operation = Operation.DEEPEN,
    ancestors: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
    finish_reason: str = "stop",
    thresholds: dict[Rule, float] | None = None,
) -> dict[Rule, Finding]:
    found = check_instruction(
        tuple(Rule),
        thresholds or {},
        pack=PACK,
        operation=operation,
        parent=parent,
        child=child,
        seed_text=ancestors[0] if ancestors else parent,
        ancestors=ancestors or (parent,),
        other_seeds_hashes=frozenset(map(ids.text_hash, others)),
        finish_reason=finish_reason,
    )
    return {finding.rule: finding for finding in found}


def failed(child: str, **more: object) -> set[Rule]:
    return {rule for rule, one in findings(child, **more).items() if one.verdict is Verdict.FAIL}  # type: ignore[arg-type]


def response(text: str, *, instruction: str = "Why?", finish_reason: str = "stop") -> set[Rule]:
    found = check_response(tuple(Rule), {}, instruction=instruction, response=text, finish_reason=finish_reason)
    return {one.rule for one in found if one.verdict is Verdict.FAIL}


def test_a_good_evolution_passes_every_rule() -> None:
    child = "Explain why bread goes stale. What happens to its starch, and why does a refrigerator speed this up?"
    assert failed(child) == set()


@pytest.mark.parametrize("label", ["given prompt", "#Rewritten Prompt#", "CREATED PROMPT", "#The Given Prompt#:"])
def test_label_words_are_a_leak_in_any_case_and_with_marks(label: str) -> None:
    child = f"{label} Explain why bread goes stale and how starch and moisture move in it."
    assert Rule.LEAKED_PROMPT in failed(child)


def test_a_leak_says_which_words_and_where() -> None:
    found = findings("Here is it, the rewritten prompt: why does bread go stale?")[Rule.LEAKED_PROMPT]
    assert found.evidence == "the words “rewritten prompt” at character 17"


def test_label_words_that_the_parent_already_had_are_no_leak() -> None:
    parent = "Say how a given prompt should be numbered."
    assert Rule.LEAKED_PROMPT not in failed(f"{parent} What if two archives number it differently?", parent=parent)


def test_case_spacing_and_a_full_stop_do_not_make_another_text() -> None:
    assert Rule.IDENTICAL in failed("explain  why bread\ngoes stale")
    assert Rule.IDENTICAL not in failed("Explain why bread goes stale in a tin.")


def test_a_reply_that_hit_its_token_limit_is_truncated() -> None:
    assert Rule.TRUNCATED in failed("Explain why bread goes stale and what the", finish_reason="length")
    assert Rule.TRUNCATED not in failed("Explain why bread goes stale and what the")


@pytest.mark.parametrize(
    "child",
    [
        "Sure! Bread goes stale because its starch crystallises.",
        "Bread goes stale because its starch crystallises and its crumb turns firm.",
        "Explain why bread goes stale. Bread goes stale because its starch crystallises over time.",
    ],
)
def test_an_answer_is_no_instruction(child: str) -> None:
    assert Rule.ANSWERED in failed(child)


@pytest.mark.parametrize(
    "added",
    [
        "And what does a refrigerator change?",
        "Then compare it with rye bread.",
        "Also name two additives.",
        "The answer must name two additives.",
        "Do not speak of water.",
        "In a second step, derive the rate.",
    ],
)
def test_questions_orders_and_conditions_are_instructions(added: str) -> None:
    assert Rule.ANSWERED not in failed(f"Explain why bread goes stale. {added}")


def test_other_languages_are_not_judged_by_english_verbs() -> None:
    parent = "Erkläre, warum Brot altbacken wird."
    child = "Erkläre, warum Brot altbacken wird und wie sich die Stärke in der Krume mit der Zeit verändert."
    assert Rule.ANSWERED not in failed(child, parent=parent)


def test_a_lost_table_is_found_and_one_of_its_pieces_named() -> None:
    found = findings("Which month sold most, and by how much?", parent=TABLE)[Rule.INPUT_LOST]
    assert found.verdict is Verdict.FAIL
    assert "“120”" in found.evidence
    assert Rule.INPUT_LOST not in failed(f"{TABLE}\n\nAnd by how many percent?", parent=TABLE)


def test_a_mutation_may_leave_its_parents_data_behind() -> None:
    child = "Which lighthouse is higher? Ar-Men: 33 m. Kéréon: 41 m."
    assert Rule.INPUT_LOST not in failed(child, parent=TABLE, operation=Operation.MUTATE)


def test_an_instruction_that_points_at_a_table_must_bring_it() -> None:
    bare = findings("Which river in the following list is longest?", operation=Operation.MUTATE)[Rule.INPUT_LOST]
    assert (bare.verdict, bare.evidence) == (Verdict.FAIL, "it speaks of “the following list” and brings none")
    brought = "Which river in the following list is longest? List: Rhine 1230 km, Elbe 1094 km"
    assert Rule.INPUT_LOST not in failed(brought, operation=Operation.MUTATE)


def test_added_data_need_lines_and_numbers() -> None:
    parent = "Which plan should I choose?"
    question = "Which of these is cheapest, and from when on?"
    good = f'{parent}\n\n<plan price="8"/>\n<plan price="15"/>\n<plan price="22"/>\n\n{question}'
    answer = f"{parent}\n\n<p>The first</p>\n<p>The second</p>\n<p>None</p>\n\n{question}"
    assert Rule.INPUT_LOST not in failed(good, parent=parent, operation=Operation.COMPLICATE_INPUT)
    assert Rule.INPUT_LOST in failed(answer, parent=parent, operation=Operation.COMPLICATE_INPUT)
    assert Rule.INPUT_LOST in failed(f"{parent} {question}", parent=parent, operation=Operation.COMPLICATE_INPUT)


def test_how_much_may_get_lost_is_a_threshold() -> None:
    child = TABLE.replace("| Feb | 95 |", "")
    assert Rule.INPUT_LOST in failed(child, parent=TABLE, thresholds={Rule.INPUT_LOST: 1.0})
    assert Rule.INPUT_LOST not in failed(child, parent=TABLE, thresholds={Rule.INPUT_LOST: 0.5})


def test_words_that_say_nothing_new_make_a_duplicate_of_the_parent() -> None:
    found = findings("Explain step by step, clearly and in detail, why bread goes stale.")[Rule.NEAR_DUPLICATE]
    assert found.verdict is Verdict.FAIL
    assert "Explain why bread goes stale." in found.evidence


def test_one_demand_after_a_long_text_is_no_duplicate() -> None:
    parent = "Summarise this. " + " ".join(f"word{n} stands here." for n in range(200))
    child = f"{parent} Name the irony, the narrator and the missing witness."
    assert Rule.NEAR_DUPLICATE not in failed(child, parent=parent)


def test_going_back_to_the_seed_is_a_duplicate() -> None:
    seed = "Describe how a violin maker chooses spruce for the belly of an instrument."
    parent = f"{seed} Compare three forests and two seasons of felling."
    child = "Describe how a violin maker chooses the spruce for the belly of an instrument."
    assert Rule.NEAR_DUPLICATE in failed(child, parent=parent, ancestors=(seed, parent))


def test_a_mutation_must_leave_its_parents_subject() -> None:
    stayed = "Discuss why stale bread goes hard."
    left = "Explain why honey crystallises in some jars and not in others."
    assert Rule.NEAR_DUPLICATE in failed(stayed, operation=Operation.MUTATE)
    assert Rule.NEAR_DUPLICATE not in failed(left, operation=Operation.MUTATE)


def test_the_words_of_another_seed_are_a_duplicate() -> None:
    other = "Why do cats purr?"
    assert Rule.NEAR_DUPLICATE in failed(other, operation=Operation.MUTATE, others=(other,))


@pytest.mark.parametrize(
    "child",
    [
        "Объясните, почему хлеб черствеет и что происходит с крахмалом",
        "Explique pourquoi le pain rassit et ce que les gens font avec",
    ],
)
def test_another_script_or_language_is_seen(child: str) -> None:
    parent = "Explain why the bread of a bakery goes stale and what the baker can do with it."
    assert Rule.LANGUAGE_CHANGED in failed(child, parent=parent)


def test_a_few_foreign_words_do_not_change_the_language() -> None:
    parent = "What is the meaning of the word “Schadenfreude” and how is it used?"
    child = f"{parent} Compare it with the French “joie maligne” and with 幸災樂禍."
    assert Rule.LANGUAGE_CHANGED not in failed(child, parent=parent)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Sorry, I cannot help with that.", True),
        ("I'm SORRY but no.", True),
        ("sorry " + "word " * 79, False),
        ("sorry " + "word " * 78, True),
        ("I cannot help with that.", False),
    ],
)
def test_a_refusal_says_sorry_in_fewer_than_eighty_words(text: str, refused: bool) -> None:
    assert (Rule.REFUSAL in response(text)) is refused


def test_a_refusals_evidence_counts_its_words() -> None:
    (found,) = check_response((Rule.REFUSAL,), {}, instruction="Why?", response="Sorry, no.", finish_reason="stop")
    assert (found.evidence, found.score) == ("response of 2 words with “sorry”", 2)


@pytest.mark.parametrize("text", ["", "   ", "...", "It is what it is, and so on.", "— ! ?"])
def test_stop_words_and_punctuation_are_an_empty_response(text: str) -> None:
    assert Rule.EMPTY_RESPONSE in response(text)


@pytest.mark.parametrize("text", ["42", "x > y", "Ulaanbaatar.", "東京", "No: never on Sundays."])
def test_a_short_answer_is_not_empty(text: str) -> None:
    assert Rule.EMPTY_RESPONSE not in response(text)


def test_a_response_that_asks_for_what_is_missing_asks_back() -> None:
    assert Rule.ASKS_BACK in response("Please provide the paragraph that you want summarised.")
    assert Rule.ASKS_BACK in response("Sure, I can do that. Which text is it?")
    assert Rule.ASKS_BACK not in response("Paris.")
    assert Rule.ASKS_BACK not in response("Sure, which of these", finish_reason="length")


def test_a_letter_that_says_please_provide_because_it_was_told_to_does_not_ask_back() -> None:
    letter = "Dear Sir, please provide the lease."
    assert Rule.ASKS_BACK not in response(letter, instruction="Write a letter that says: please provide the lease.")


def test_an_unknown_judge_eliminates_nothing() -> None:
    unreadable = Equality(verdict=Verdict.UNKNOWN, p_not_equal=None, said="hm", cut=0.3)
    found = check_equality(unreadable)
    assert (found.verdict, found.evidence) == (Verdict.UNKNOWN, "the judge said “hm”")


def test_the_equality_cut_is_the_least_chance_that_passes() -> None:
    def verdict(chance: float) -> Verdict:
        return check_equality(Equality(verdict=Verdict.PASS, p_not_equal=chance, said="", cut=0.3)).verdict

    assert (verdict(0.3), verdict(0.29)) == (Verdict.PASS, Verdict.FAIL)


def test_only_the_rules_asked_for_are_held_and_in_their_order() -> None:
    rules = (Rule.NEAR_DUPLICATE, Rule.LEAKED_PROMPT, Rule.REFUSAL)
    found = check_instruction(
        rules,
        {},
        pack=PACK,
        operation=Operation.DEEPEN,
        parent="a",
        child="b",
        seed_text="a",
        ancestors=("a",),
        finish_reason="stop",
    )
    assert [one.rule for one in found] == [Rule.LEAKED_PROMPT, Rule.NEAR_DUPLICATE]


def test_every_rule_is_held_by_exactly_one_check() -> None:
    text = set(findings("b", parent="a"))
    after = {one.rule for one in check_response(tuple(Rule), {}, instruction="a", response="b", finish_reason="stop")}
    assert text | after | {Rule.NO_INFORMATION_GAIN} == set(Rule)
    assert not text & after
    assert set(PAPER_RULES) <= set(Rule)


def test_thresholds_exist_for_the_rules_that_have_a_number() -> None:
    assert default_threshold(Rule.REFUSAL) == 80
    cut = default_threshold(Rule.NO_INFORMATION_GAIN)
    assert cut is not None
    assert 0 < cut < 1
    assert default_threshold(Rule.IDENTICAL) is None


@given(st.text(), st.text(), st.sampled_from(list(Operation)))
def test_any_text_is_taken_and_every_failure_has_evidence(parent: str, child: str, operation: Operation) -> None:
    for found in findings(child, parent=parent, operation=operation).values():
        assert (found.verdict is Verdict.FAIL) is bool(found.evidence)
    response(child, instruction=parent)


@pytest.mark.parametrize("name", sorted(PACK.templates))
def test_no_pattern_of_the_shipped_pack_looks_like_an_answer(name: str) -> None:
    parent = "Explain why bread goes stale in a kitchen."
    data = "<a n='14'/>\n<b n='25'/>\n<c n='36'/>"
    operation = Operation(name.partition(".")[0]) if PACK.templates[name].patterns else None
    for pattern in sum(PACK.templates[name].patterns.values(), ()):
        assert operation is not None
        filled = re.sub(r"\{\{\w+\}\}", "a violin in Lisbon harbour", re.sub(r"\{\{data\}\}", data, pattern))
        child = filled if operation is Operation.MUTATE else f"{parent}\n\n{filled}"
        assert failed(child, parent=parent, operation=operation) == set(), pattern


def test_what_only_the_packs_own_words_add_changes_nothing() -> None:
    parent = "Name three common causes of headaches."
    pattern = PACK.templates["add_constraints"].patterns[""][0]
    for particulars, lost in (("the common causes", True), ("the weather and the age of a child", False)):
        child = f"{parent} {pattern.replace('{{particulars}}', particulars)}"
        found = failed(child, parent=parent, operation=Operation.ADD_CONSTRAINTS)
        assert (Rule.NEAR_DUPLICATE in found) is lost


def test_a_child_that_repeats_the_prompts_own_example_has_leaked_it() -> None:
    parent = "Why do prices of strawberries fall in summer?"
    shown = PACK.templates["concretize"].turns[2].content
    for added, leaked in ((shown, True), ("Answer for a farmer with two fields in Ghent.", False)):
        assert (Rule.LEAKED_PROMPT in failed(f"{parent} {added}", parent=parent)) is leaked
    assert Rule.LEAKED_PROMPT not in failed(f"{shown} Say why.", parent=shown)


def test_a_judge_of_what_was_named_says_so_in_the_evidence() -> None:
    asked = Equality(verdict=Verdict.FAIL, p_not_equal=0.02, said="Yes", cut=0.05, named="the purpose of it")
    found = check_equality(asked)
    assert found.verdict is Verdict.FAIL
    assert "leaves “the purpose of it” open" in found.evidence
