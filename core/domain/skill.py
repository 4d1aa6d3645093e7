"""The 29 skills of the released test set (docs/method.md, section 5), spelled correctly."""

SKILLS = (
    "Math", "Code Generation", "Writing", "Computer Science", "Reasoning", "Complex Format", "Code Debug",
    "Common-Sense", "Counterfactual", "Multilingual", "Roleplay", "Biology", "Technology", "Ethics", "TruthfulQA",
    "Sport", "Law", "Medicine", "Literature", "Entertainment", "Art", "Music", "Economy", "Physics", "Toxicity",
    "History", "Academic Writing", "Chemistry", "Philosophy",
)  # fmt: skip
