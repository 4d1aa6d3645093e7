"""What a study can begin with: criteria, guidelines and titles, in words that name no system."""

from collections.abc import Mapping
from types import MappingProxyType

from core.domain.study import StudyDesign, StudyTask
from core.studies.design import FIVE

PAPER_CRITERIA = FIVE
TITLES: Mapping[StudyTask, str] = MappingProxyType(
    {
        StudyTask.RANK: "Rank the responses",
        StudyTask.PAIR: "Compare two responses",
        StudyTask.LIKERT: "Score the responses",
        StudyTask.SIBLINGS: "Rank the instructions",
    }
)
_READ = "Read the prompt first, then every response to its end. Their order is drawn anew each time and means nothing."
_FAIR = "Length alone is no merit. If something needs looking up, look it up. Nobody is graded: say what you see."
GUIDELINES: Mapping[StudyTask, str] = MappingProxyType(
    {
        StudyTask.RANK: f"{_READ}\n\nGive 1 to the best one. Responses that are equally good get the same rank.\n\n{_FAIR}",
        StudyTask.PAIR: f"{_READ}\n\nSay which one you would rather have received; a tie if you cannot say, both bad if neither"
        f" helps.\n\n{_FAIR}",
        StudyTask.LIKERT: f"{_READ}\n\nScore every response from 1 (bad) to 5 (very good), each criterion for itself.\n\n{_FAIR}",
        StudyTask.SIBLINGS: "You see instructions that were made from the one above them. Rank them as instructions: 1 is the one"
        " that is clear, can be answered, and asks more than the first did. Equally good ones get the same rank.\n\nTheir order"
        " is drawn anew each time and means nothing. Length alone is no merit.",
    }
)


def beginning(task: StudyTask, rng_seed: int) -> StudyDesign:
    """A design to begin with: the paper's criteria as a reading aid (for Likert as its questions)."""
    is_about_responses = task is not StudyTask.SIBLINGS
    return StudyDesign(
        task=task,
        title=TITLES[task],
        guidelines=GUIDELINES[task],
        criteria=PAPER_CRITERIA if is_about_responses else (),
        per_trial=2 if task is StudyTask.PAIR else StudyDesign().per_trial,
        rng_seed=rng_seed,
    )
