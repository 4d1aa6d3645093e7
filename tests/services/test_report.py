"""The report: the same bytes from the project and from the exported file, nobody's name, and nothing of a text that runs."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.domain.judgment import Outcome
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.report import Heading, Report, Table, Words
from core.domain.study import Criterion, RaterKind, StudyDesign, StudyEventKind
from core.domain.trial import TrialOrigin
from core.errors import NotAllowed
from core.exchange.report_html import report_html
from core.exchange.report_markdown import report_markdown
from core.services.evaluating import report, study_files
from core.services.evaluating.results import Results
from tests.services.studied import SYSTEMS, a_project, judged
from tests.studies.building import happened, joined, judge

RANKS = [[(1, 2, 2), (1, 2, 3), (2, 1, 3)], [(1, 2, 1), (1, 1, 2), (1, 1, 1)], [(2, 1, 3), (2, 1, 1), (2, 1, 1)]]
HOSTILE = '<script src="https://evil.example/x.js"></script> | [a](javascript:alert(1)) ![b](https://evil.example/p.png) `c` https://evil.example'


def test_a_report_from_the_project_and_from_its_exported_file_is_the_same_bytes(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        design = StudyDesign(guidelines="Read both.", criteria=(Criterion(key="truth", label="Truth"),), rng_seed=5)
        id_ = judged(project.database, RANKS, close=False, design=design)
        joined(project.database, id_, "simulated:S", kind=RaterKind.SIMULATED)
        judge(project.database, id_, "simulated:S", "1", dict(zip(SYSTEMS, (1, 1, 3), strict=True)))
        judge(
            project.database,
            id_,
            "person 1",
            "2",
            dict(zip(SYSTEMS, (2, 1, 3), strict=True)),
            origin=TrialOrigin.REPEAT,
        )
        happened(project.database, id_, StudyEventKind.EXCLUDED, subject="person 2", reason="never read")
        happened(project.database, id_, StudyEventKind.EARLY_LOOK, reason="a rater asked")
        happened(project.database, id_, StudyEventKind.CLOSED)
        here = report.of_study(ME, project, Results(), id_)
        study_files.write(ME, project, id_, tmp_path / "s.jsonl")
        there = report.of_file(ME, tmp_path / "s.jsonl")
    assert here.html.encode() == there.html.encode()
    assert here.markdown.encode() == there.markdown.encode()
    assert here.name == there.name
    for words in (
        "before unblinding",
        "never read",
        "a rater asked",
        "SIMULATED RATERS",
        "Person 3",
        "Wilson",
        "evalica",
    ):
        assert words in here.markdown
    assert "person 2" not in here.markdown


def test_who_only_judges_and_who_comes_too_early_get_no_report(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, RANKS, close=False)
        with pytest.raises(NotAllowed):
            report.of_study(Actor(person_id="a", name="Ann", role=Role.RATER), project, Results(), id_)
        with pytest.raises(NotAllowed, match="stay closed"):
            report.of_study(ME, project, Results(), id_)


class _Tags(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [
            name for name, _ in attrs if name in ("src", "href", "srcset", "action") or name.startswith("on")
        ]


def test_a_hostile_text_is_only_text_in_every_block() -> None:
    blocks = (
        Heading(text=HOSTILE), Words(text=HOSTILE), Words(text=f"1. {HOSTILE}\n- x", is_quoted=True),
        Table(heads=(HOSTILE, "n"), rows=((HOSTILE, "1"),), caption=HOSTILE),
    )  # fmt: skip
    made = Report(title=HOSTILE, blocks=blocks)
    tags = _Tags()
    tags.feed(report_html(made))
    assert not tags.links
    assert not tags.seen & {"script", "img", "a", "iframe", "link", "object", "form"}
    markdown = report_markdown(made)
    assert not re.search(r"(?<!\\)[<\[`]", markdown)
    assert not re.search(r"(?<!\\)://", markdown)
    row = next(line for line in markdown.splitlines() if line.startswith("| \\<script"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 3  # two cells


def test_a_page_of_a_study_with_hostile_words_asks_for_nothing(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, RANKS, design=StudyDesign(guidelines=HOSTILE))
        made = report.of_study(ME, project, Results(), id_)
    tags = _Tags()
    tags.feed(made.html)
    assert not tags.links
    assert "svg" in tags.seen
    assert "default-src &#x27;none&#x27;" in made.html


def test_a_study_that_nobody_judged_has_a_report_too(tmp_path: Path) -> None:
    with a_project(tmp_path) as project:
        id_ = judged(project.database, [[(1, 2)]], close=False)
        judge(project.database, id_, "person 0", "1", {}, outcome=Outcome.VOID, number=1)
        happened(project.database, id_, StudyEventKind.CLOSED)
        assert "Design" in report.of_study(ME, project, Results(), id_).markdown
