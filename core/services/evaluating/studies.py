"""Studies: what pages and commands may ask for, from the first draft to the closing."""

from core.services.evaluating.study_checks import flags, leaks, problems
from core.services.evaluating.study_course import (
    call_link_back,
    close_study,
    early_look,
    exclude,
    exclusions,
    include,
    may_see_results,
    open_study,
    person_left,
    start_pilot,
)
from core.services.evaluating.study_making import (
    StudyLine,
    create,
    every,
    history,
    lines,
    new_version,
    one,
    save_design,
    systems,
)

__all__ = [
    "StudyLine",
    "call_link_back",
    "close_study",
    "create",
    "early_look",
    "every",
    "exclude",
    "exclusions",
    "flags",
    "history",
    "include",
    "leaks",
    "lines",
    "may_see_results",
    "new_version",
    "one",
    "open_study",
    "person_left",
    "problems",
    "save_design",
    "start_pilot",
    "systems",
]
