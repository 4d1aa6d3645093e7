"""The data that comes with the studio is what data/README.md says it is."""

import json
import re
from collections import Counter
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import pytest

from core.domain.skill import SKILLS

DATA = Path(__file__).parents[1] / "data"
LINES = (DATA / "starter_seeds.jsonl").read_bytes().decode("utf-8", errors="strict").splitlines()
SEEDS: list[dict[str, str]] = [json.loads(line) for line in LINES]
TEST_LINES = (DATA / "test_set.jsonl").read_bytes().decode("utf-8", errors="strict").splitlines()
ITEMS: list[dict[str, Any]] = [json.loads(line) for line in TEST_LINES]


def text_of(seed: dict[str, str]) -> str:
    return f"{seed['instruction']}\n{seed['input']}".strip()


def words_of(seed: dict[str, str]) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text_of(seed).lower()))


def test_every_line_has_exactly_the_three_fields_and_all_are_text() -> None:
    for number, seed in enumerate(SEEDS, start=1):
        assert list(seed) == ["instruction", "input", "skill"], f"line {number}"
        assert all(isinstance(value, str) and value == value.strip() for value in seed.values()), f"line {number}"
        assert seed["instruction"], f"line {number}"
        assert "\ufffd" not in text_of(seed), f"line {number}"
        assert "\0" not in text_of(seed), f"line {number}"


def test_the_file_is_utf_8_without_a_byte_order_mark_and_ends_with_a_line_break() -> None:
    raw = (DATA / "starter_seeds.jsonl").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"}\n")
    assert b"\r" not in raw


def test_there_are_enough_seeds_for_every_skill_and_no_other_skill() -> None:
    counts = Counter(seed["skill"] for seed in SEEDS)
    assert set(counts) == set(SKILLS)
    assert len(SEEDS) >= 232
    assert min(counts.values()) >= 6
    assert all(counts[skill] >= 14 for skill in ("Math", "Code Generation", "Writing", "Reasoning"))


def test_no_two_seeds_are_the_same_or_nearly_so() -> None:
    assert len({text_of(seed).casefold() for seed in SEEDS}) == len(SEEDS)
    close = [
        (text_of(one), text_of(other))
        for one, other in combinations(SEEDS, 2)
        if len(words_of(one) & words_of(other)) > 0.5 * len(words_of(one) | words_of(other))
    ]
    assert not close


def test_seeds_are_short_and_long_with_and_without_input() -> None:
    lengths = sorted(len(seed["instruction"].split()) for seed in SEEDS)
    assert lengths[len(lengths) // 10] <= 8
    assert 13 <= lengths[len(lengths) // 2] <= 20
    assert sum(length >= 40 for length in lengths) >= 10
    assert lengths[-1] <= 80
    assert 50 <= sum(bool(seed["input"]) for seed in SEEDS) <= len(SEEDS) / 2


@pytest.mark.parametrize(
    "sign",
    [r"^\|---", r"^\w[^\n]*,[^\n]*,", r"\bdef \w+\(", "SELECT|CREATE TABLE", r"console\.log", r'": \[', r"WARN|ERROR"],
)
def test_inputs_hold_tables_and_code_of_several_kinds(sign: str) -> None:
    assert any(re.search(sign, seed["input"], re.MULTILINE) for seed in SEEDS)


def test_several_scripts_are_among_the_seeds() -> None:
    everything = "".join(text_of(seed) for seed in SEEDS)
    for first, last in ("\u0400\u04ff", "\u0600\u06ff", "\u3040\u30ff", "\u4e00\u9fff"):
        assert re.search(f"[{first}-{last}]", everything), f"none between {first} and {last}"


def test_the_first_five_seeds_are_of_five_skills() -> None:
    assert len({seed["skill"] for seed in SEEDS[:5]}) == 5


def test_the_readme_counts_the_seeds_as_they_are() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \|$", (DATA / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    counts = Counter(seed["skill"] for seed in SEEDS)
    assert {skill: int(count) for skill, count in rows} == {**counts, "All": len(SEEDS)}


def words_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def test_every_line_of_the_test_set_has_the_four_fields_of_the_released_one() -> None:
    for number, item in enumerate(ITEMS, start=1):
        assert list(item) == ["idx", "Skill", "Difficulty", "Instruction"], f"line {number}"
        assert type(item["idx"]) is int, f"line {number}"
        assert item["idx"] == number
        assert type(item["Difficulty"]) is int, f"line {number}"
        assert 1 <= item["Difficulty"] <= 10, f"line {number}"


def test_instructions_of_the_test_set_are_clean_text_of_at_most_3000_characters() -> None:
    for item in ITEMS:
        text = item["Instruction"]
        assert isinstance(text, str), f"idx {item['idx']}"
        assert text == text.strip(), f"idx {item['idx']}"
        assert 20 <= len(text) <= 3000, f"idx {item['idx']}"
        assert not re.search("[\ufffd\0\r\t]", text), f"idx {item['idx']}"
        assert text.count("```") % 2 == 0, f"idx {item['idx']}"


def test_the_test_set_is_utf_8_without_a_byte_order_mark_and_ends_with_a_line_break() -> None:
    raw = (DATA / "test_set.jsonl").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"}\n")
    assert b"\r" not in raw


def test_the_test_set_covers_every_skill_and_five_of_them_more_deeply() -> None:
    counts = Counter(item["Skill"] for item in ITEMS)
    assert set(counts) == set(SKILLS)
    assert len(ITEMS) >= 145
    assert min(counts.values()) >= 4
    deep = ("Math", "Code Generation", "Reasoning", "Writing", "Computer Science")
    assert all(8 <= counts[skill] <= 12 for skill in deep)


def test_the_test_set_covers_every_difficulty_and_each_skill_has_easy_and_hard_lines() -> None:
    counts = Counter(item["Difficulty"] for item in ITEMS)
    assert all(counts[difficulty] >= 10 for difficulty in range(1, 11))
    assert sum(count for difficulty, count in counts.items() if difficulty >= 8) >= 40
    for skill in SKILLS:
        rated = [item["Difficulty"] for item in ITEMS if item["Skill"] == skill]
        assert min(rated) <= 3, skill
        assert max(rated) >= 8, skill
        assert len(set(rated)) >= 4, skill


def test_no_line_of_the_test_set_is_close_to_another_or_to_a_starter_seed() -> None:
    texts = [item["Instruction"] for item in ITEMS]
    seeds = [text_of(seed) for seed in SEEDS]
    assert len({text.casefold() for text in texts + seeds}) == len(texts) + len(seeds)
    words = [(text, words_in(text)) for text in texts]
    others = [(text, words_in(text)) for text in seeds]
    pairs = [*combinations(words, 2), *product(words, others)]
    assert not [(one, other) for (one, a), (other, b) in pairs if len(a & b) > 0.45 * len(a | b)]


def test_neighbouring_lines_of_the_test_set_are_of_different_skills() -> None:
    assert all(one["Skill"] != other["Skill"] for one, other in pairwise(ITEMS))


def test_the_readme_counts_the_test_set_as_it_is() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \| ([\d, ]+) \|$", readme, re.MULTILINE)
    rated = {skill: sorted(item["Difficulty"] for item in ITEMS if item["Skill"] == skill) for skill in SKILLS}
    assert {row[0]: (int(row[1]), [int(d) for d in row[2].split(",")]) for row in rows} == {
        skill: (len(difficulties), difficulties) for skill, difficulties in rated.items()
    }
    counts = Counter(item["Difficulty"] for item in ITEMS)
    numbers = [counts[difficulty] for difficulty in range(1, 11)] + [len(ITEMS)]
    assert f"| lines | {' | '.join(map(str, numbers))} |" in readme
