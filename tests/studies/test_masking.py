"""Words that would say who wrote a text are blacked out, and nothing else is."""

import pytest

from core.domain.study import StudyDesign
from core.studies.masking import shown

DESIGN = StudyDesign(masked=("WizardLM", "GPT-4", "Open Assistant", "C++", ""))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("I am WizardLM.", "I am ■■■."),
        ("i am wizardlm, WIZARDLM's own", "i am ■■■, ■■■'s own"),
        ("_WizardLM_ and **WizardLM**, WizardLM_7b", "_■■■_ and **■■■**, ■■■_7b"),
        ("WizardLMs and preWizardLM stay", "WizardLMs and preWizardLM stay"),
        ("GPT-4, GPT-4o, GPT-41", "■■■, GPT-4o, GPT-41"),
        ("As Open\n  Assistant I say", "As ■■■ I say"),
        ("C++ and C+", "■■■ and C+"),
        ("", ""),
    ],
)
def test_a_masked_word_is_blacked_out_wherever_it_stands_alone(text: str, seen: str) -> None:
    assert shown(DESIGN, text) == seen


def test_without_masked_words_a_text_stays_as_it_is() -> None:
    assert shown(StudyDesign(masked=("", "  ")), "WizardLM ■■■") == "WizardLM ■■■"


def test_a_mask_is_a_word_and_no_pattern() -> None:
    assert shown(StudyDesign(masked=(".*",)), "all of it .* here") == "all of it ■■■ here"
