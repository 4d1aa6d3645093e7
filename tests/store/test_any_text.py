"""Any text that UTF-8 can hold comes back as it was, from every column that holds texts of people and models."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.store.database import open_database
from tests.builders import call, child, id_of, label, project_at, revision, seed

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
HARD = {
    "empty": "",
    "NUL": "before\x00after\x00",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 \U0001f9ff",
    "right to left": "\u202eمرحبا שלום\u202c",
    "combining": "e\u0301 Z̸͌a̷l̵g̷o̶",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x80\u2028\u2029\ufeff\uffff",
    "SQL": "'; drop table revision; -- \\ \" $1 ? :ids",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "Markdown": "![x](http://example.org/x.png) [a](javascript:alert(1))",
    "LaTeX": r"\begin{align} \frac{1}{0} \end{align} $$",
    "one megabyte": "añ🌱\n" * 150_000,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_a_hard_text_comes_back_after_reopening(text: str, tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([seed(), revision(seed(), text)])
    with project_at(tmp_path / "p.duckdb") as database:
        assert database.query("select text from revision") == [{"text": text}]


def test_any_text_comes_back(tmp_path: Path) -> None:
    numbers = count()
    database = open_database(tmp_path / "p.duckdb", "project")

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=TEXTS)
    def hold(text: str) -> None:
        of = child(seed(), next(numbers))
        facts = [revision(of, text), label(of, text), call(of, request=text, reply=text, error_detail=text)]
        database.writer.append_now(facts)
        assert database.query("select text from revision where of_id = ?", [of.id]) == [{"text": text}]
        assert database.query("select value from label where instruction_id = ?", [of.id]) == [{"value": text}]
        found = database.query("select request, reply, error_detail from call where id = ?", [facts[2].id])
        assert found == [{"request": text, "reply": text, "error_detail": text}]

    try:
        hold()
    finally:
        database.close()


def test_a_search_finds_text_as_text_and_not_as_a_pattern(tmp_path: Path) -> None:
    with project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([revision(seed(1), "100% _sure_"), revision(seed(2), "1000 sure")])
        found = database.query("select of_id from revision where contains(text, ?)", ["0% _"])
    assert found == [{"of_id": id_of(1)}]
