"""The data that comes with the studio is what data/README.md says it is."""

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from core.domain.skill import SKILLS

DATA = Path(__file__).parents[1] / "data"
LINES = (DATA / "starter_seeds.jsonl").read_bytes().decode("utf-8", errors="strict").splitlines()
SEEDS: list[dict[str, str]] = [json.loads(line) for line in LINES]


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
