"""What a child changed in its parent's words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evolution.difference import difference


def test_added_words_are_told_from_kept_ones() -> None:
    found = difference("Name three uses of vinegar.", "Name three cheap uses of vinegar in cleaning.")
    assert "".join(text for mark, text in found.pieces if mark == "+").split() == ["cheap", "in", "cleaning"]
    assert not [text for mark, text in found.pieces if mark == "-"]
    assert found.changed == 0
    assert not found.is_rewritten


def test_a_new_text_is_a_rewrite() -> None:
    found = difference("Name three uses of vinegar.", "Explain how glaciers carve valleys")
    assert found.changed > 0.9
    assert found.is_rewritten


def test_the_same_text_has_no_change() -> None:
    found = difference("One.\nTwo.", "One.\nTwo.")
    assert found.pieces == (("=", "One.\nTwo."),)
    assert found.changed == 0


def test_a_word_that_happens_to_stand_in_two_passages_that_differ_holds_nothing_together() -> None:
    found = difference("Say when a pupil is mocked in class.", "Say to help a child being bullied in class.")
    assert found.pieces == (
        ("=", "Say "), ("-", "when a pupil is mocked"), ("+", "to help a child being bullied"), ("=", " in class."),
    )  # fmt: skip


def test_space_that_changed_between_words_that_stayed_is_shown() -> None:
    found = difference("One two three.", "One\ntwo three.")
    assert found.pieces == (("=", "One"), ("-", " "), ("+", "\n"), ("=", "two three."))
    assert found.changed == 0


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_pieces_hold_both_texts(before: str, after: str) -> None:
    found = difference(before, after)
    assert "".join(text for mark, text in found.pieces if mark in "=-") == before
    assert "".join(text for mark, text in found.pieces if mark in "=+") == after
    assert all(text for _, text in found.pieces)
    assert 0 <= found.changed <= 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 1400, "b " * 1400),
        ("very " * 3000, "very much " * 1500),
        ("\n" * 20_000, "\n" * 19_000 + "x"),
        ("x\n" * 3000, "x\ny\n" * 1500),
        ("0" * 1_000_000, "0" * 999_999 + "1"),
    ],
    ids=["two loops", "one loop", "empty lines", "two kinds of line", "one long word"],
)
def test_a_model_caught_in_a_loop_does_not_hold_the_page_up(before: str, after: str) -> None:
    began = time.perf_counter()
    found = difference(before, after)
    assert time.perf_counter() - began < 3
    assert "".join(text for mark, text in found.pieces if mark in "=-") == before


def test_a_long_addition_is_no_rewriting() -> None:
    found = difference(
        "How is a drum tuned?", "How is a drum tuned? " + "Say what one has to know about its skin. " * 5
    )
    assert found.changed == 0
    assert not found.is_rewritten
