"""Prompt packs: what they ask, and how they read what comes back."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.call import ChatReply, Sampling
from core.domain.check import Verdict
from core.domain.operation import DATA_FORMATS, Operation
from core.errors import BadInput
from core.evolution.asking import evolve_request, judge_request, named_in, respond_request, score_request
from core.evolution.pack import Pack, faults, load_pack, pack_from_files
from core.evolution.reply import read_evolution
from core.evolution.verdicts import read_difficulty, read_equality

COMPACT = Path(__file__).parents[2] / "core" / "evolution" / "prompts" / "compact"


@pytest.fixture(scope="module")
def compact() -> Pack:
    return load_pack(COMPACT)


def reply(text: str, **logprobs: float) -> ChatReply:
    return ChatReply(
        text=text,
        finish_reason="stop",
        tokens_in=1,
        tokens_out=1,
        raw="",
        latency_ms=1.0,
        first_logprobs={token: math.log(p) for token, p in logprobs.items()},
    )


def with_file(pack: Pack, name: str, text: str | None) -> dict[str, str]:
    files = {**pack.files, name: text or ""}
    if text is None:
        del files[name]
    if name == "complicate_input.md":  # its demonstrations must answer as it does
        files = {key: kept for key, kept in files.items() if not key.startswith("complicate_input.") or key == name}
    return files


def test_the_shipped_pack_has_a_demonstration_for_every_data_format(compact: Pack) -> None:
    for data_format in DATA_FORMATS:
        request = evolve_request(
            compact,
            operation=Operation.COMPLICATE_INPUT,
            instruction="Why?",
            data_format=data_format,
            sampling=Sampling(),
            seed=1,
        )
        demonstration = [turn for turn in request.messages if turn.role == "assistant"]
        assert demonstration
        assert data_format in request.messages[0].content


def test_every_demonstration_of_the_shipped_pack_is_readable_as_a_reply(compact: Pack) -> None:
    for operation in Operation:
        for name, template in compact.templates.items():
            if name.partition(".")[0] == operation.value:
                for turn in (turn for turn in template.turns if turn.role == "assistant"):
                    read = read_evolution(compact, operation, reply(turn.content), parent="Why?")
                    assert read, (name, turn.content)


def test_no_demonstration_holds_a_label_that_counts_as_a_leak(compact: Pack) -> None:
    for operation in Operation:
        for turn in compact.templates[operation.value].turns:
            if turn.role == "assistant":
                read = read_evolution(compact, operation, reply(turn.content), parent="Why?")
                assert read is not None
                assert not [label for label in compact.labels if label in read.casefold()]


def test_the_instruction_comes_last_so_that_a_server_can_reuse_what_stands_before_it(compact: Pack) -> None:
    for operation in Operation:
        asked = [
            evolve_request(
                compact, operation=operation, instruction=text, data_format="SQL", sampling=Sampling(), seed=1
            ).messages
            for text in ("One?", "Another?")
        ]
        assert asked[0][:-1] == asked[1][:-1]
        assert "One?" in asked[0][-1].content


@given(st.sampled_from(["{{child}}", "{{parent}} {{child}}", "{{instruction}}", "{{nothing}}", "%s {0} $x \\1"]))
def test_a_placeholder_inside_a_text_stays_as_it_is(text: str) -> None:
    asked = judge_request(load_pack(COMPACT), parent=text, child="the child").messages[-1].content
    assert text in asked
    assert asked.count("the child") == 1


def test_the_same_content_has_the_same_hash_whatever_its_name_and_line_ends(compact: Pack) -> None:
    other = pack_from_files(
        "mine", {name: text.replace("\n", "\r\n") for name, text in reversed(list(compact.files.items()))}
    )
    changed = pack_from_files("compact", with_file(compact, "labels.md", "another label"))
    assert other.hash == compact.hash
    assert changed.hash != compact.hash


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("deepen.md", None, "lacks this file"),
        ("labels.md", None, "lacks this file"),
        ("deepen.md", "--- user ---\nRewrite it", "{{instruction}} is lost"),
        ("judge.md", "--- user ---\n{{parent}}", "{{child}} is lost"),
        ("complicate_input.md", "--- user ---\nRewrite this prompt: {{instruction}}", "{{data_format}} is lost"),
        ("deepen.md", "--- user ---\n{{instruction}} {{instrution}}", "no placeholder {{instrution}}"),
        ("deepen.md", "--- user ---\n{{instruction}}\n--- assistant ---\nok", "last turn"),
        ("deepen.md", "reply: yaml\n--- user ---\nRewrite this prompt: {{instruction}}", "not understood: reply: yaml"),
        (
            "deepen.md",
            "max_tokens: many\n--- user ---\nRewrite this prompt: {{instruction}}",
            "not understood: max_tokens",
        ),
        (
            "deepen.md",
            "reply: append a\nwrite: {{b}}\n--- user ---\nRewrite this prompt: {{instruction}}",
            "no field {{b}}",
        ),
        ("sparks.md", None, "wants a {{spark}}"),
        ("deepen.md", "--- system ---\n{{instruction}}\n--- user ---\n{{instruction}}", "only a placeholder"),
        ("deepen.md", "--- user ---\n{{instruction}}" + "x" * 1_000_000, "1,000,0"),
        ("labels.md", "x" * 1_000_000, "1,000,000 bytes"),
        ("deepen.md", "--- user ---\nRewrite this \x00 {{instruction}}", "control characters"),
        ("deepen.md", "--- user ---\nRewrite this \ud83d {{instruction}}", "half a character"),
        ("complicate_input.SQL.md", "--- user ---\nRewrite this prompt: {{instruction}}", "differ from those of"),
        ("deepn.md", "--- user ---\nRewrite this prompt: {{instruction}}", "No prompt has this name"),
    ],
)
def test_a_broken_pack_is_refused_with_its_file_and_its_fault(
    compact: Pack, name: str, text: str | None, words: str
) -> None:
    with pytest.raises(BadInput) as refused:
        pack_from_files("mine", with_file(compact, name, text))
    assert refused.value.where in (name, "mutate.md" if name == "sparks.md" else name)
    assert words in refused.value.what
    assert refused.value.to_do
    assert [str(one) for one in faults(with_file(compact, name, text))] == [str(refused.value)]


def test_every_fault_of_a_pack_is_named_at_once(compact: Pack) -> None:
    files = {**compact.files, "deepen.md": "--- user ---\nRewrite it", "concretize.md": "", "notes.md": "mine"}
    del files["judge.md"]
    assert {fault.where for fault in faults(files)} == {"deepen.md", "concretize.md", "notes.md", "judge.md"}
    assert not faults(compact.files)


@pytest.mark.parametrize("name", ["deepen.md", "labels.md"])
def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of holes
    with pytest.raises(BadInput, match=name):
        load_pack(tmp_path)


def test_a_link_to_a_file_elsewhere_is_no_prompt(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "secret").write_text("--- user ---\nRewrite this prompt: {{instruction}}", encoding="utf-8")
    (tmp_path / "pack" / "deepen.md").symlink_to(tmp_path / "secret")
    with pytest.raises(BadInput, match=r"deepen\.md"):
        load_pack(tmp_path / "pack")


def test_a_prompt_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "deepen.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match=r"deepen\.md"):
        load_pack(tmp_path)


def test_a_folder_without_prompts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no prompt files"):
        load_pack(tmp_path)


def test_evolving_uses_the_runs_sampling_but_never_more_tokens_than_either_allows(compact: Pack) -> None:
    def asked(most: int) -> int:
        request = evolve_request(
            compact,
            operation=Operation.DEEPEN,
            instruction="Why?",
            data_format=None,
            sampling=Sampling(temperature=0.3, max_tokens=most),
            seed=7,
        )
        assert (request.sampling.temperature, request.seed) == (0.3, 7)
        return request.sampling.max_tokens

    assert asked(10) == 10
    assert asked(100_000) == compact.templates["deepen"].max_tokens


def test_the_response_is_asked_with_nothing_around_the_instruction() -> None:
    request = respond_request(instruction="Why {{child}}?", sampling=Sampling(), seed=1)
    assert [(turn.role, turn.content) for turn in request.messages] == [("user", "Why {{child}}?")]
    assert request.schema is None


def test_the_spark_follows_from_the_seed_alone(compact: Pack) -> None:
    def asked(seed: int) -> str:
        request = evolve_request(
            compact, operation=Operation.MUTATE, instruction="a", data_format=None, sampling=Sampling(), seed=seed
        )
        return request.messages[-1].content

    assert asked(3) == asked(3)
    assert {spark for spark in compact.sparks if any(spark in asked(n) for n in range(len(compact.sparks)))} == set(
        compact.sparks
    )


def test_judging_and_scoring_are_exact_and_ask_for_probabilities(compact: Pack) -> None:
    for request in (judge_request(compact, parent="a", child="b"), score_request(compact, instruction="a")):
        assert request.sampling.temperature == 0
        assert request.top_logprobs == 20


def test_the_schema_demands_exactly_the_fields_that_the_template_names(compact: Pack) -> None:
    request = evolve_request(
        compact, operation=Operation.MUTATE, instruction="a", data_format=None, sampling=Sampling(), seed=1
    )
    assert request.schema is not None
    schema = json.loads(request.schema)
    named = compact.templates["mutate"].reply.removeprefix("json ").split(",")
    assert schema["required"] == list(schema["properties"]) == named
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    "text",
    ["", "   ", "{", "null", "[]", '{"instruction": ""}', '{"instruction": 3}', '{"other": "x"}', "Sure! Here it is."],
)
def test_a_malformed_reply_is_never_an_instruction(compact: Pack, text: str) -> None:
    assert read_evolution(compact, Operation.MUTATE, reply(text), parent="Why?") is None


def test_json_is_found_inside_a_fence_and_among_words(compact: Pack) -> None:
    whole = "reply: json field,instruction\n--- user ---\nRewrite this prompt: {{instruction}}"
    compact = pack_from_files("mine", with_file(compact, "mutate.md", whole))
    text = 'Here:\n```json\n{"field": "x", "instruction": "Which {one} is it?"}\n```'
    assert read_evolution(compact, Operation.MUTATE, reply(text), parent="Why?") == "Which {one} is it?"


APPENDS = "reply: append matter,addition\n--- user ---\nRewrite this prompt: {{instruction}}"
FILLS = """reply: append who,where
write: Do it for {{who}} in {{where}}.
write: Take {{where}} and {{who}}.

--- user ---
Rewrite this prompt: {{instruction}}"""


def test_an_addition_keeps_every_character_of_its_parent(compact: Pack) -> None:
    compact = pack_from_files("mine", with_file(compact, "deepen.md", APPENDS))
    table = "Which is more?\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    text = json.dumps({"matter": "m", "addition": "And why?"})
    assert read_evolution(compact, Operation.DEEPEN, reply(text), parent=table) == f"{table}\n\nAnd why?"
    assert read_evolution(compact, Operation.DEEPEN, reply(text), parent="Why?") == "Why? And why?"
    assert read_evolution(compact, Operation.DEEPEN, reply(text), parent="Balance H2O") == "Balance H2O. And why?"


def test_a_model_that_writes_the_parent_out_again_does_not_double_it(compact: Pack) -> None:
    compact = pack_from_files("mine", with_file(compact, "deepen.md", APPENDS))
    text = json.dumps({"matter": "m", "addition": "Why? And since when?"})
    assert read_evolution(compact, Operation.DEEPEN, reply(text), parent="Why?") == "Why? And since when?"


def test_the_packs_own_words_are_filled_with_the_fields_and_read_the_same_again(compact: Pack) -> None:
    pack = pack_from_files("mine", with_file(compact, "deepen.md", FILLS))
    read = {
        who: read_evolution(
            pack, Operation.DEEPEN, reply(json.dumps({"who": who, "where": "{{who}}land."})), parent="Why?"
        )
        for who in ("a baker", "two bakers", "one baker", "the bakers")
    }
    assert set(read.values()) <= {
        *(f"Why? Do it for {who} in {{{{who}}}}land." for who in read),
        *(f"Why? Take {{{{who}}}}land and {who}." for who in read),
    }
    again = reply(json.dumps({"who": "a baker", "where": "{{who}}land."}))
    assert read_evolution(pack, Operation.DEEPEN, again, parent="Why?") == read["a baker"]


@pytest.mark.parametrize(
    ("listed", "filled"),
    [
        ("the size, the reason and the place", "the size and the place"),
        ("the size, the place, and the Cause", "the size and the place"),
        ("the age and the cause of the yawning", "the age"),
        ("the size, the age, the reason and the place", "the size, the age and the place"),
        ("the size and the reasoning", "the size and the reasoning"),
        ("the cause and the reason", "the cause and the reason"),
    ],
)
def test_listed_things_that_ask_for_the_answer_itself_are_left_out(compact: Pack, listed: str, filled: str) -> None:
    drops = "reply: append things\ndrop: reason cause\nwrite: Vary {{things}}.\n--- user ---\nRewrite this prompt: {{instruction}}"
    pack = pack_from_files("mine", with_file(compact, "deepen.md", drops))
    read = read_evolution(pack, Operation.DEEPEN, reply(json.dumps({"things": listed})), parent="Why?")
    assert read == f"Why? Vary {filled}."


def test_a_pattern_may_have_several_lines_and_leaves_code_as_it_is(compact: Pack) -> None:
    lines = "reply: append data\nwrite: {{data}}\\n\\nWhy?\n--- user ---\nRewrite this prompt: {{instruction}}"
    pack = pack_from_files("mine", with_file(compact, "deepen.md", lines))
    text = json.dumps({"data": "SELECT 1;\nSELECT 2;"})
    assert read_evolution(pack, Operation.DEEPEN, reply(text), parent="Go") == "Go\n\nSELECT 1;\nSELECT 2;\n\nWhy?"


def test_a_pattern_with_an_empty_field_is_malformed(compact: Pack) -> None:
    pack = pack_from_files("mine", with_file(compact, "deepen.md", FILLS))
    assert read_evolution(pack, Operation.DEEPEN, reply('{"who": "a baker", "where": ""}'), parent="Why?") is None


def test_data_without_its_question_is_malformed(compact: Pack) -> None:
    asks = "reply: append data+question\n--- user ---\nRewrite this prompt: {{instruction}} {{data_format}}"
    compact = pack_from_files("mine", with_file(compact, "complicate_input.md", asks))
    half = json.dumps({"data": "<a/>", "question": " "})
    whole = json.dumps({"data": "<a/>", "question": "How many?"})
    assert read_evolution(compact, Operation.COMPLICATE_INPUT, reply(half), parent="Why?") is None
    read = read_evolution(compact, Operation.COMPLICATE_INPUT, reply(whole), parent="Why?")
    assert read == "Why?\n\n<a/>\n\nHow many?"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Equal", Verdict.FAIL),
        ("Not equal", Verdict.PASS),
        ("NOT EQUAL.", Verdict.PASS),
        ("They are not really equal", Verdict.PASS),
        ("The two aren't equal", Verdict.PASS),
        ("Unequal", Verdict.PASS),
        ("The two are equal.", Verdict.FAIL),
        ("I cannot say", Verdict.UNKNOWN),
        ("", Verdict.UNKNOWN),
    ],
)
def test_the_negative_is_read_first_and_the_unreadable_is_unknown(text: str, verdict: Verdict) -> None:
    assert read_equality(reply(text), cut=0.5).verdict is verdict


def test_probabilities_decide_over_the_word_where_there_are_any() -> None:
    sure = reply("Equal", Equal=0.7, Not=0.2, The=0.1)
    assert read_equality(sure, cut=0.2).verdict is Verdict.PASS
    assert read_equality(sure, cut=0.3).verdict is Verdict.FAIL
    assert read_equality(sure, cut=0.3).p_not_equal == pytest.approx(0.2 / 0.9)


def test_probabilities_of_other_words_leave_the_decision_to_the_text() -> None:
    read = read_equality(reply("Not equal", The=0.9, I=0.1), cut=0.5)
    assert (read.verdict, read.p_not_equal) == (Verdict.PASS, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7.0),
        ("Difficulty: 10", 10.0),
        ("8/10", 8.0),
        ("9.0", 9.0),
        ("0", None),
        ("hard", None),
        ("", None),
        ("77", None),
    ],
)
def test_without_probabilities_the_plain_number_counts(text: str, value: float | None) -> None:
    assert read_difficulty(reply(text)) == value


def test_difficulty_is_the_expected_value_over_the_digits() -> None:
    assert read_difficulty(reply("3", **{"3": 0.5, "4": 0.25, " 2": 0.25})) == pytest.approx(3.0)


def test_a_first_token_one_means_ten_only_beside_high_digits() -> None:
    high = reply("8", **{"8": 0.5, "9": 0.25, "1": 0.25})
    low = reply("2", **{"2": 0.5, "3": 0.25, "1": 0.25})
    assert read_difficulty(high) == pytest.approx(8 * 0.5 + 9 * 0.25 + 10 * 0.25)
    assert read_difficulty(low) == pytest.approx(2 * 0.5 + 3 * 0.25 + 1 * 0.25)
    assert read_difficulty(reply("10", **{"1": 1.0})) == 10.0
    assert read_difficulty(reply("1", **{"1": 1.0})) == 1.0


def test_a_parent_is_written_on_with_the_patterns_of_its_kind(compact: Pack) -> None:
    lines = "reply: append x\nwrite: Any {{x}}.\nwrite code: Code {{x}}.\nwrite given: Given {{x}}.\nwrite make: Make {{x}}."
    lines += "\nwrite limited: Within {{x}}.\nwrite sum: Sum {{x}}."
    pack = pack_from_files(
        "p", with_file(compact, "deepen.md", f"{lines}\n--- user ---\nRewrite this prompt: {{{{instruction}}}}")
    )
    for parent, written in (
        ("How do tides work?", "Any ebb."),
        ("Write a Python function that adds.", "Code ebb."),
        ("Shorten this.\n\nThe tide was late today.", "Given ebb."),
        ('Translate: "The tide is late."', "Given ebb."),
        ("Write a poem about tides.", "Make ebb."),
        ("Write a poem about tides in six lines.", "Within ebb."),
        ("Add 17 and 4.", "Sum ebb."),
    ):
        evolved = read_evolution(pack, Operation.DEEPEN, reply('{"x": "ebb"}'), parent=parent)
        assert evolved is not None
        assert evolved.endswith(written)


def test_a_pack_with_patterns_has_some_for_every_parent(compact: Pack) -> None:
    lines = "reply: append x\nwrite code: Code {{x}}.\n--- user ---\nRewrite this prompt: {{instruction}}"
    with pytest.raises(BadInput, match="no pattern for every kind"):
        pack_from_files("p", with_file(compact, "deepen.md", lines))


NAMED = """Besides, make up three short cases that test whether the answer depends on the size and the season, and answer \
each of them in at most twenty-five words."""


def test_what_was_named_is_judged_by_itself(compact: Pack) -> None:
    parent = "How are roads built?"
    assert (
        NAMED.replace("the size and the season", "{{particulars}}") in compact.templates["add_constraints"].patterns[""]
    )
    named = named_in(compact, parent=parent, child=f"{parent} {NAMED}")
    assert named == "the size and the season"
    asked = judge_request(compact, parent=parent, child=f"{parent} {NAMED}").messages[-1].content
    assert asked == f"TASK: {parent}\nTHINGS: the size and the season"
    for child in (f"{parent} Say why.", "How are ships built?", parent):
        assert named_in(compact, parent=parent, child=child) == ""
        assert "SECOND: " in judge_request(compact, parent=parent, child=child).messages[-1].content


def test_every_pattern_with_what_is_judged_gives_it_back(compact: Pack) -> None:
    parent = "Why do shops hold sales"
    for template in compact.templates.values():
        for pattern in sum(template.patterns.values(), ()):
            if "{{particulars}}" in pattern:
                added = pattern.replace("{{particulars}}", "the town and the season")
                for child in (f"{parent}. {added}", f"{parent}\n\n{added}"):
                    assert named_in(compact, parent=parent, child=child) == "the town and the season"


def test_a_judge_may_have_words_of_its_own() -> None:
    for text, verdict in (("No", Verdict.PASS), ("Yes.", Verdict.FAIL), ("Nobody knows", Verdict.UNKNOWN)):
        assert read_equality(reply(text), cut=0.5, words=("Yes", "No")).verdict is verdict
    assert read_equality(reply("Yes", Yes=0.9, No=0.1), cut=0.05, words=("Yes", "No")).verdict is Verdict.PASS
    assert read_equality(reply("Yes", Yes=0.97, No=0.01), cut=0.05, words=("Yes", "No")).verdict is Verdict.FAIL


def test_a_pack_without_such_a_judge_asks_for_equality_alone(compact: Pack) -> None:
    files = {name: text for name, text in compact.files.items() if name != "judge_named.md"}
    pack = pack_from_files("p", files)
    assert named_in(pack, parent="How are roads built?", child=f"How are roads built? {NAMED}") == ""


@pytest.mark.parametrize(
    "header", ["reply: choice Yes|No", "reply: text\nnamed: x", "reply: choice Yes|No\nnamed: x\ncut: 7"]
)
def test_a_judge_of_what_was_named_says_of_what(compact: Pack, header: str) -> None:
    with pytest.raises(BadInput, match=r"about which field|not understood"):
        pack_from_files(
            "p",
            with_file(compact, "judge_named.md", f"{header}\n--- user ---\nIs it there? {{{{parent}}}} {{{{named}}}}"),
        )
