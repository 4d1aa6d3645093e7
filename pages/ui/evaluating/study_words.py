"""Studies in words: their task, their state, their design."""

from core.domain.study import StudyDesign, StudyState, StudyTask
from pages.ui import kit
from pages.ui.words import count

TASKS = {
    StudyTask.RANK: "Rank responses",
    StudyTask.PAIR: "Compare two",
    StudyTask.LIKERT: "Score each criterion",
    StudyTask.SIBLINGS: "Rank evolutions",
}
ABOUT_TASKS = {
    StudyTask.RANK: "2 to 5 responses to one prompt stand side by side and are ranked from 1, the best. Ties are allowed.",
    StudyTask.PAIR: "Two responses: left is better, right is better, a tie, or both bad.",
    StudyTask.LIKERT: "Every response gets a score from 1 to 5 for each criterion.",
    StudyTask.SIBLINGS: "Instructions that were evolved from one parent are ranked: which operation makes better ones?",
}
STATES = {
    StudyState.DRAFT: ("waiting", "Draft"),
    StudyState.PILOT: ("error", "Pilot"),
    StudyState.OPENED: ("undecided", "Open"),
    StudyState.CLOSED: ("accepted", "Closed"),
}


def state(now: StudyState) -> kit.Element:
    """The mark of a study's state, with its word."""
    name, word = STATES[now]
    return kit.mark(name, word)


def design_in_words(design: StudyDesign) -> str:
    """Rank responses, 3 judgments each, 10 % repeated."""
    parts = [TASKS[design.task], f"{count(design.judgments, 'judgment')} each"]
    if design.repeat_share:
        parts.append(f"{design.repeat_share:.0%} again")
    if design.attention_share:
        parts.append(f"{design.attention_share:.0%} attention checks")
    return ", ".join(parts)
