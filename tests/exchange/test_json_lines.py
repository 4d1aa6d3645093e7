"""Seeds as people have them in files: taken as they are, or refused with row and reason."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.source import Columns, Record, Refusal, SeedRow
from core.exchange import json_lines
from core.exchange.json_lines import LONGEST_ROW
from core.exchange.seed_rows import LONGEST, seed_of

GOOD = b'{"instruction": "Sort a list."}'


COLUMNS = Columns(instruction="instruction", input="input", skill="skill")


def rows_of(content: bytes) -> list[SeedRow | Refusal]:
    records = json_lines.records(io.BytesIO(content))
    return [seed_of(record, COLUMNS) if isinstance(record, Record) else record for record in records]


def refusals(content: bytes) -> list[tuple[int, str]]:
    return [(row.row, row.reason) for row in rows_of(content) if isinstance(row, Refusal)]


def a_line(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def test_instruction_and_input_become_one_text() -> None:
    rows = rows_of(a_line(instruction=" Sum it. \n", input="1\n2\n", skill=" Math "))
    assert rows == [SeedRow(row=1, text="Sum it.\n\n1\n2", skill="Math")]


def test_a_byte_order_mark_is_no_part_of_the_first_row() -> None:
    assert rows_of(b"\xef\xbb\xbf" + GOOD) == [SeedRow(row=1, text="Sort a list.", skill="")]


def test_windows_line_ends_and_blank_lines_count_as_lines_and_nothing_more() -> None:
    rows = rows_of(b"\r\n" + GOOD + b"\r\n   \r\n\r\n" + GOOD + b"\r\n\t\n")
    assert [row.row for row in rows] == [2, 5]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be", "cp500"])
def test_another_encoding_is_never_read_as_something_else(encoding: str) -> None:
    rows = rows_of('{"instruction": "Déjà vu."}'.encode(encoding))
    assert rows
    assert all(isinstance(row, Refusal) for row in rows)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"instruction": "caf\xe9"}', "is not UTF-8"),
        (b"Sort a list.", "is not JSON"),
        (b'{"instruction": "half', "is not JSON"),
        (b"{'instruction': 'Python'}", "is not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested too deeply"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "is not JSON"),
        (b'["instruction"]', "is no JSON object"),
        (b'"instruction"', "is no JSON object"),
        (b"null", "is no JSON object"),
        (b"{}", "has no `instruction`"),
        (b'{"prompt": "Sort a list."}', "has no `instruction`"),
        (b'{"instruction": null, "input": "1 2 3"}', "has no `instruction`"),
        (b'{"instruction": " \\n\\t"}', "has no `instruction`"),
        (b'{"instruction": 7}', "its `instruction` is not text"),
        (b'{"instruction": false}', "its `instruction` is not text"),
        (b'{"instruction": {"a": "b"}}', "its `instruction` is not text"),
        (b'{"instruction": ["a", "b"]}', "its `instruction` is neither text nor a conversation"),
        (b'{"instruction": "a", "input": {"b": 1}}', "its `input` is not text"),
        (b'{"instruction": "a", "input": 0}', "its `input` is not text"),
        (b'{"instruction": "a", "input": []}', "its `input` is not text"),
        (b'{"instruction": "a", "skill": 3}', "its `skill` is not text"),
        (b'{"instruction": "a\\u0000b"}', "holds a NUL character"),
        (b'{"instruction": "a", "skill": "\\u0000"}', "holds a NUL character"),
        (b'{"instruction": "a\x00b"}', "is not JSON"),
        (b'{"instruction": "half \\ud83d a smile"}', "holds half a character (a lone surrogate)"),
        (b'{"instruction": "a", "skill": "\\udc00"}', "holds half a character (a lone surrogate)"),
        (b'{"instruction": "' + b"x" * 1_000_000 + b'"}', f"is longer than {LONGEST:,} characters"),
        (b'{"instruction": "' + b"x" * LONGEST_ROW * 3 + b'"}', "is longer than 1 MB"),
    ],
)  # fmt: skip
def test_an_unusable_row_is_refused_with_its_number_and_reason(line: bytes, reason: str) -> None:
    assert refusals(GOOD + b"\n\n" + line + b"\n" + GOOD) == [(3, reason)]


@pytest.mark.parametrize(
    "text",
    [
        "ترجم هذه الجملة إلى الإنجليزية", "\u202eabc\u202c", "把这段话翻译成英文", "👩‍👩‍👧‍👦 🏳️‍🌈", "e\u0301",
        "<script>alert(1)</script><b>bold</b>", "![x](http://example.org/x.png)", r"$\frac{1}{2}$ \begin{a}\end{a}",
        "| a | b |\n|---|---|\n| 1 | 2 |", "```python\nprint('x')\n```", "'; drop table instruction; --", "\u2028\u2029",
        "{{instruction}} {0} %s $1", "\x07\x1b[31m", "x" * 100_000,
    ],
)  # fmt: skip
def test_any_script_and_markup_is_taken_as_plain_text(text: str) -> None:
    (row,) = rows_of(a_line(instruction=text + "."))
    assert row == SeedRow(row=1, text=f"{text}.".strip(), skill="")


def test_a_pair_of_surrogates_is_one_character() -> None:
    (row,) = rows_of(b'{"instruction": "\\ud83c\\udf31"}')
    assert isinstance(row, SeedRow)
    assert row.text == "🌱"


def test_further_columns_do_no_harm() -> None:
    (row,) = rows_of(a_line(instruction="a", output="b", id=7, meta={"deep": [1]}))
    assert row == SeedRow(row=1, text="a", skill="")


def test_fifty_thousand_rows_are_read_one_by_one() -> None:
    lines = (a_line(instruction=f"Count to {number}.") if number % 1000 else b"broken\n" for number in range(50_000))
    rows = json_lines.records(io.BytesIO(b"".join(lines)))
    assert next(rows) == Refusal(row=1, reason="is not JSON")
    kinds = [type(row) for row in rows]
    assert (kinds.count(Record), kinds.count(Refusal)) == (49_950, 49)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
)
def test_whatever_bytes_come_every_row_is_taken_or_refused(content: bytes) -> None:
    rows = rows_of(content)
    lines = [number for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    assert [row.row for row in rows] == lines or content.startswith(b"\xef\xbb\xbf")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=200))
def test_any_text_that_was_written_is_read_as_it_was(text: str) -> None:
    for ascii_only in (True, False):
        line = json.dumps({"instruction": text}, ensure_ascii=ascii_only).encode()
        (row,) = rows_of(line)
        if text.strip():
            assert row == SeedRow(row=1, text=text.strip(), skill="")
        else:
            assert isinstance(row, Refusal)
