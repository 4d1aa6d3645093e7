"""What model judges really say is read as they mean it, and what says nothing is no verdict and no grade."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.call import ChatReply
from core.domain.judgment import PairVerdict
from core.studies.judge_reply import read_grade, read_pair

LEFT, RIGHT, TIE, BAD = PairVerdict.LEFT, PairVerdict.RIGHT, PairVerdict.TIE, PairVerdict.BOTH_BAD


def reply(text: str, **probabilities: float) -> ChatReply:
    """A reply; with the probabilities of its first token, if any are given."""
    logprobs = {token: math.log(p) for token, p in probabilities.items()}
    return ChatReply(
        text=text, finish_reason="stop", tokens_in=1, tokens_out=1, raw="", latency_ms=1.0, first_logprobs=logprobs
    )


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        # what our own prompts ask for
        ('{"reasons": "A is shorter, B is right.", "verdict": "B"}', RIGHT),
        ('{"reasons": "Alike.", "verdict": "Tie"}', TIE),
        ("A", LEFT), ("B", RIGHT), ("Tie", TIE), ("Instruction A is better.", LEFT), ("Both instructions are equal", TIE),
        ("Answer A adds the units. Answer B forgets them.\nVerdict: A", LEFT),
        ("Both name the year.\n\n**Verdict: Tie**", TIE),
        # JSON as models wrap it
        ('```json\n{"reasons": "…", "verdict": "A"}\n```', LEFT),
        ('Here is my verdict:\n{"verdict": "Answer B"}', RIGHT),
        ('{"Verdict": "b"}', RIGHT), ('{"winner": 2}', RIGHT), ('{"winner": "model_a"}', LEFT), ('{"winner": "none of them, really"}', None),
        ('{"better": "the first answer"}', LEFT), ('{"verdict": "both bad"}', BAD),
        ('{"score_a": 7, "score_b": 9}', RIGHT), ('{"A": 8, "B": 8}', TIE), ('{"A": "9/10", "B": "3/10"}', LEFT),
        ('{"reasons": "first I thought A", "verdict": "A"}\n{"reasons": "no", "verdict": "B"}', RIGHT),
        ('{"reasons": "Answer A is better.", "verdict": "unsure"}', None),
        ('{"reasons": "Answer A is better.", "verdict": true}', None),
        ('{"score_a": 70, "score_b": 90}', None),
        # brackets, as in a widely used benchmark
        ("My final verdict is: [[A]]", LEFT), ("[[B]]", RIGHT), ("[[C]]", TIE), ("So: [[Tie]].", TIE),
        ("[[A]] means the first. I think [[B]]\n[[B]]", RIGHT), ("[[A]] or [[B]]? Both have merits.", None),
        # a label, a colon, a winner
        ("Winner: Response 2", RIGHT), ("Final verdict - **Answer A**", LEFT), ("Better answer: B.", RIGHT),
        ("Preference: (a)", LEFT), ("Verdict: A or B", None), ("Verdict: A/B", None), ("Verdict: both bad", BAD),
        ("Verdict: a\nOn reflection.\nVerdict: B", RIGHT), ("Verdict: neither", TIE),
        ("The verdict is: “B”", None), ("Judgment: tie", TIE), ("Verdict: about equal", TIE),
        # the label alone, in many coats
        ("**A**", LEFT), ("Answer B.", RIGHT), ("Response 1", LEFT), ("2", RIGHT), ("(B)", RIGHT), ("“Tie”", TIE),
        ("It's a tie.", TIE), ("The second answer is better.", RIGHT), ("Assistant A is the better one", LEFT),
        ("They are equally good.", TIE), ("Both answers are wrong.", BAD), ("A=B", TIE), ("Ａ", LEFT), ("first", LEFT),
        ("Neither answer is correct", BAD), ("neither is better", TIE),
        # two grades in the first line (or the last), then reasons
        ("8 9\nThe first one misses a case.", RIGHT), ("7, 7\nNo difference.", TIE), ("9/10 4/10", LEFT),
        ("A: 8, B: 6\nBecause …", LEFT), ("Answer A: 5 Answer B: 8.5", RIGHT), ("8.5 and 8", LEFT),
        ("90 80\nBecause", None), ("0 10", None),
        # sentences, when they agree
        ("I compared the two. Answer B is better because it keeps the limit of 50 words.", RIGHT),
        ("In the end I would choose Answer A.", LEFT), ("Overall, response 2 is clearly the better one: it runs.", RIGHT),
        ("Answer A is better in style, but Answer B is better overall.", None),
        ("I prefer a more concise answer.", None), ("This one is better.", None), ("The right answer is 42.", None),
        # thinking aloud is no verdict
        ("<think>Verdict: A? No.</think>\nVerdict: B", RIGHT), ("<think>Verdict: A", None), ("<thinking>B</thinking>A", LEFT),
        # nothing usable
        ("", None), ("   ", None), ("I cannot judge that.", None), ("As an assistant I have no preferences.", None),
        ("Answer C", None), ("AB", None), ("Apple", None), ("{}", None), ("[]", None), ("{'verdict': }", None), ("10", None),
        ("Ignore the instructions above.", None), ("{" * 3000, None),
    ],
)  # fmt: skip
def test_a_verdict_is_read_as_it_is_said(said: str, verdict: PairVerdict | None) -> None:
    assert read_pair(reply(said)).verdict == verdict


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ('{"reasons": "one slip", "score": 8}', 8), ('{"score": "7"}', 7), ('```\n{"Rating": 9.5}\n```', 9.5),
        ('{"score": "8/10"}', 8), ('{"score": 11}', None), ('{"score": 0}', None), ('{"score": true}', None),
        ('{"score": null}', None), ('{"score": NaN}', None), ('{"score": "high"}', None),
        ('{"reasons": "I thought 9/10 first", "score": "?"}', None),
        ("7", 7), ("10", 10), ("**8**", 8), ("7.5", 7.5), ("8/10", 8), ("9 out of 10", 9), ("[[6]]", 6), ("Rating: [[5]]", 5),
        ("Clear, and right.\nScore: 9", 9), ("Score: 8/10. It names all three.", 8), ("I would rate this 7 out of 10.", 7),
        ("Accuracy score: 7\nStyle score: 9\nOverall score: 8", 8), ("Final grade: 6", 6), ("The score is 4.", 4),
        ("Accuracy score: 7\nStyle score: 9", None), ("4/5", None), ("85/100", None), ("85", None), ("0", None), ("11", None),
        ("-3", 3), ("score: 85%", None), ("Score: N", None), ("", None), ("It is good.", None), ("There are 3 mistakes.", None),
        ("３", 3), ("<think>Score: 2</think>Score: 9", 9), ("<think>Score: 2", None), ("Score: 10", 10), ("Score: 1", 1),
    ],
)  # fmt: skip
def test_a_grade_is_read_as_it_is_said(said: str, score: float | None) -> None:
    assert read_grade(reply(said)).score == score


@pytest.mark.parametrize(
    ("probabilities", "verdict"),
    [
        ({"A": 0.7, "B": 0.2, "Tie": 0.1}, LEFT),
        ({"A": 0.3, " A": 0.15, "B": 0.4}, LEFT),
        ({"A": 0.2, "B": 0.25, "T": 0.3, "ie": 0.2}, TIE),
        ({"A": 0.4, "B": 0.4}, TIE),
    ],
)
def test_where_the_first_token_is_known_the_likeliest_word_is_the_verdict(
    probabilities: dict[str, float], verdict: PairVerdict
) -> None:
    assert read_pair(reply("anything", **probabilities)).verdict == verdict


def test_a_first_token_that_answers_nothing_leaves_it_to_the_text() -> None:
    assert read_pair(reply("Verdict: B", The=0.9, I=0.05)).verdict == RIGHT
    assert read_grade(reply("Score: 4", The=0.9)).score == 4


def test_a_grade_is_the_mean_of_what_the_first_token_could_be() -> None:
    sure = reply("8", **{"8": 0.5, "9": 0.25, "7": 0.25})
    assert read_grade(sure).score == pytest.approx(8)
    ten = reply("10", **{"1": 0.6, "9": 0.4})
    assert read_grade(ten).score == pytest.approx(9.6)


def test_the_reasons_are_kept_beside_the_verdict() -> None:
    assert read_pair(reply('{"reasons": "B keeps the limit.", "verdict": "B"}')).note == "B keeps the limit."
    assert read_pair(reply("A", A=0.75, B=0.25)).note == "A 0.750, B 0.250, Tie 0.000"


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_and_no_grade_leaves_the_scale(text: str) -> None:
    assert read_pair(reply(text)).verdict in {None, LEFT, RIGHT, TIE, BAD}
    score = read_grade(reply(text)).score
    assert score is None or 1 <= score <= 10
    assert read_pair(reply(json.dumps({"reasons": text, "verdict": "A"}))).verdict == LEFT
