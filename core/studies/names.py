"""Names of systems where they must not stand."""

import re
from collections.abc import Sequence

from core.domain.study_now import StudySystem
from core.studies.whole_words import whole_words

# Models and makers that responses are known to name. Our own list; more may be masked by hand.
_KNOWN = (
    "ChatGPT", "GPT-3", "GPT-3.5", "GPT-4", "GPT-4o", "GPT-5", "OpenAI", "Claude", "Anthropic", "Llama", "LLaMA-2", "Meta AI", "Alpaca",
    "Vicuna", "WizardLM", "WizardCoder", "Gemini", "Gemma", "Bard", "PaLM", "DeepMind", "Google AI", "Mistral", "Mixtral", "Qwen",
    "Tongyi", "Alibaba Cloud", "DeepSeek", "Kimi", "Moonshot AI", "ChatGLM", "Zhipu", "Baichuan", "ERNIE Bot", "Falcon LLM",
    "Cohere", "Command R", "Grok", "xAI", "Phi-3", "Microsoft Copilot", "SmolLM", "Hugging Face", "Koala", "Dolly", "StableLM",
)  # fmt: skip
# Parts of models' names that stand in any text.
_COMMON_WORDS = """
base baseline beta chat code coder data dataset epoch final fine free from full human instruct instruction large last latest line
main medium micro mini model nano next original output outputs preview prompt response responses run sample small system test text
this tiny trained tuned turbo version with
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LEAST_LETTERS = 3  # of a name: "A" is no leak, it is an article
_LEAST_OF_PART = 4


def telling(system: StudySystem) -> tuple[str, ...]:
    """The words that give a system away: its name, its model's, and the parts of both that are no everyday words."""
    found: dict[str, None] = {}
    for name in (system.name, system.model):
        whole = name.strip()
        pieces = [piece for piece in re.split(r"[\s/\\:_@-]+", whole) if _tells(piece)]
        for word in (whole, whole.rsplit("/", 1)[-1], *pieces):
            if len(word) >= _LEAST_LETTERS and word.casefold() not in _COMMON:
                found.setdefault(word)
    return tuple(found)


def names_in(text: str, words: Sequence[str], *, known: bool = False) -> tuple[str, ...]:
    """Which of these words stand in a text, as whole words whatever their case; `known`: also models that are generally known."""
    folded = text.casefold()  # most texts name nobody: looking for words' beginnings first is ten times as quick
    near = tuple(
        word
        for word in (*words, *(_KNOWN if known else ()))
        if word.split()[:1] and word.split()[0].casefold() in folded
    )
    pattern = whole_words(near)
    if pattern is None:
        return ()
    return tuple({found.casefold(): found for found in pattern.findall(text)}.values())


def _tells(piece: str) -> bool:
    return len(piece) >= _LEAST_OF_PART and any(map(str.isalpha, piece)) and not re.fullmatch(r"v?[\d.]+[a-z]?", piece)
