"""A project to draw maps of: three subjects, each with words of its own, said in many ways; and an app that draws until it is killed.

`python -m tests.services.mapped HOME` begins to embed many texts, says its child's process id, and goes on.
"""

import json
import sys
import time
from pathlib import Path

import psutil

from core.domain.person import LOCAL_OWNER as ME
from core.services.growing import seeds
from core.services.projects import FIRST, Project
from core.services.studio import Studio, open_studio
from core.settings import Settings

SUBJECTS = {
    "code": ("Python function", "sort a list", "program", "compiler error"),
    "bread": ("bread", "yeast", "oven", "flour"),
    "space": ("planet", "telescope", "rocket", "orbit of the moon"),
}
_WAYS = (
    "Explain {}.",
    "What is {}?",
    "Write a short text about {}.",
    "Why does {} matter to a child?",
    "Compare {} and {}.",
)


def texts(each: int = 20) -> list[str]:
    """So many texts of each subject."""
    return [_text(words, number) for words in SUBJECTS.values() for number in range(each)]


def _text(words: tuple[str, ...], number: int) -> str:
    way, one, other = _WAYS[number % 5], words[number // 5 % 4], words[(number + 1) % 4]
    return f"{way.replace('{}', one, 1).replace('{}', other)} Answer number {number + 1}."


def add(project: Project, wanted: list[str], name: str = "seeds") -> None:
    """Import these texts as seeds."""
    file = project.path.with_name(f"{name}.jsonl")
    file.write_text("\n".join(json.dumps({"instruction": text}) for text in wanted), encoding="utf-8")
    seeds.import_file(ME, project, file, name=name, licence="CC0-1.0")


def opened(home: Path) -> tuple[Studio, Project]:
    studio = open_studio(Settings(home=home))
    return studio, studio.projects.open(ME, FIRST)


def embed_until_killed(home: str) -> None:
    studio, project = opened(Path(home))
    add(project, [f"Say what the number {number} is good for. " + "More words. " * 20 for number in range(2_000)])
    studio.maps.begin(ME, project, None)
    while not (children := psutil.Process().children()):
        time.sleep(0.01)
    while project.database.query("select count(*) as n from embedding")[0]["n"] == 0:
        time.sleep(0.02)
    sys.stdout.write(f"{children[0].pid}\n")
    sys.stdout.flush()
    studio.maps.wait(ME, project)


if __name__ == "__main__":
    embed_until_killed(sys.argv[1])
