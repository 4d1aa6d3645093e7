"""`make bench` measures everything that can be measured, and rewrites the paper's tables without touching what stands around them."""

import itertools
import re
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import machine
from benchmarks.annotator import Request
from benchmarks.soak_plot import scale
from benchmarks.soak_report import by_minute, slope

FOLDER = Path(__file__).parents[1] / "benchmarks"
PAPER = machine.PAPER.read_text(encoding="utf-8")


def test_every_script_that_writes_a_section_is_among_the_questions() -> None:
    scripts = {file.stem for file in FOLDER.glob("*.py") if "write_section(" in file.read_text(encoding="utf-8")}
    assert scripts - {"__main__", "machine"} == {one.module for one in bench.QUESTIONS}


def test_a_section_is_asked_for_once() -> None:
    sections = [one.section for one in bench.QUESTIONS]
    assert len(sections) == len(set(sections))


def test_every_section_of_the_paper_belongs_to_a_question() -> None:
    sections = set(re.findall(r"<!-- ([\w-]+):start -->", PAPER))
    assert sections - {"contents"} <= {one.section for one in bench.QUESTIONS}
    assert re.findall(r"<!-- ([\w-]+):start -->", PAPER) == re.findall(r"<!-- ([\w-]+):end -->", PAPER)


def test_a_script_writes_the_section_that_its_question_names() -> None:
    for one in bench.QUESTIONS:
        assert f'"{one.section}"' in (FOLDER / f"{one.module}.py").read_text(encoding="utf-8"), one.section


def test_a_section_is_replaced_where_it_stands_and_a_new_one_goes_to_the_end(tmp_path: Path) -> None:
    paper = tmp_path / "paper.md"
    paper.write_text("# Paper\n\nBefore.\n<!-- a:start -->\nold\n<!-- a:end -->\n\nAfter.\n", encoding="utf-8")
    machine.write_section("a", "A", "new\n", paper)
    machine.write_section("b", "The second", "other", paper)
    assert paper.read_text(encoding="utf-8") == (
        "# Paper\n\nBefore.\n<!-- a:start -->\nnew\n<!-- a:end -->\n\nAfter.\n\n## The second\n<!-- b:start -->\nother\n<!-- b:end -->\n"
    )


def test_one_that_fails_keeps_no_other_from_being_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def do(question: bench.Question) -> bool:
        asked.append(question.section)
        return question.section != "store"

    paper = tmp_path / "paper.md"
    failed = bench.ask_all(bench.QUESTIONS[:3], do, paper)
    assert asked == [one.section for one in bench.QUESTIONS[:3]]
    assert [one.section for one in failed] == ["store"]
    assert "failed after" in capsys.readouterr().out
    assert "not yet" in paper.read_text(encoding="utf-8")


def test_the_contents_say_when_each_was_measured(tmp_path: Path) -> None:
    paper = tmp_path / "paper.md"
    machine.write_section("pages", "The pages", "2026-11-22; a machine.", paper)
    lines = bench.contents(paper).splitlines()
    assert [line for line in lines if "benchmarks.pages" in line and "2026-11-22" in line]
    assert sum("not yet" in line for line in lines) == len(bench.QUESTIONS) - 1


def test_a_slope_is_what_an_hour_adds_after_the_first_quarter() -> None:
    warming = [(float(second), 300.0 + second) for second in range(0, 300, 5)]
    then = [(float(second), 600.0 + 12 * second / 3600) for second in range(300, 1_201, 5)]
    assert slope([*warming, *then]) == pytest.approx(12)


def test_the_latency_of_every_minute_is_its_own() -> None:
    quick = [Request(kind="decision", at_s=100.0 + second, ms=10.0) for second in range(60)]
    slow = [Request(kind="decision", at_s=160.0 + second, ms=400.0) for second in range(60)]
    assert by_minute([*slow, *quick], began_s=100.0) == [(30.0, 10.0), (90.0, 400.0)]


@pytest.mark.parametrize("most", [0.0, 0.9, 1.0, 7.0, 49.0, 350.0, 1_234.5])
def test_the_scale_of_a_chart_reaches_over_the_highest_in_few_even_steps(most: float) -> None:
    ticks = scale(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 7
    assert len({round(after - before, 6) for before, after in itertools.pairwise(ticks)}) == 1
