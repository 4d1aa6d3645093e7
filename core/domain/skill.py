"""The 29 skills of the released test set (docs/method.md, section 5), spelled correctly."""

SKILLS = (
    "Math", "Code Generation", "Writing", "Computer Science", "Reasoning", "Complex Format", "Code Debug",
    "Common-Sense", "Counterfactual", "Multilingual", "Roleplay", "Biology", "Technology", "Ethics", "TruthfulQA",
    "Sport", "Law", "Medicine", "Literature", "Entertainment", "Art", "Music", "Economy", "Physics", "Toxicity",
    "History", "Academic Writing", "Chemistry", "Philosophy",
)  # fmt: skip
_SPELLED = {name.casefold(): name for name in SKILLS} | {"writting": "Writing"}


def skill_named(word: str) -> str:
    """A skill as we spell it; any other word stays as it is (at most 100 characters)."""
    word = word.strip()[:100]
    return _SPELLED.get(word.casefold(), word)
