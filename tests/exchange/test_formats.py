"""Rows of every format: streamed, broken ones refused with their number, the rest taken."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.source import Columns, FileFormat, Record, Refusal, SeedRow
from core.errors import BadInput
from core.exchange import columns, csv_table, json_list
from core.exchange.detect import format_of
from core.exchange.seed_rows import seed_of
from core.services.growing.seed_files import SeedFile, preview

ALPACA = [
    {"instruction": f"Do {number}.", "input": f"with {number}" if number % 2 else "", "output": "x"}
    for number in range(6)
]
SHARE_GPT = [{"id": 1, "conversations": [{"from": "system", "value": "Be kind."}, {"from": "human", "value": "Name a fish."}, {"from": "gpt", "value": "Cod."}]}]  # fmt: skip
CHAT = [{"messages": [{"role": "system", "content": []}, {"role": "user", "content": [{"type": "text", "text": "Name a fish."}, {"type": "image_url"}]}]}]  # fmt: skip
TEST_SET = [{"idx": 1, "Skill": "Writting", "Difficulty": 6, "Instruction": "Write a line."}]


def listed(content: bytes) -> list[Record | Refusal]:
    return list(json_list.records(io.BytesIO(content)))


def table(content: str | bytes) -> list[Record | Refusal]:
    return list(csv_table.records(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def reasons(records: list[Record | Refusal]) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in records if isinstance(one, Refusal)]


def as_file(tmp_path: Path, rows: list[dict[str, object]], format_: FileFormat) -> Path:
    """The same rows in each format, under a name that says nothing."""
    path = tmp_path / f"rows-{format_}"
    if format_ is FileFormat.JSONL:
        path.write_text("\n".join(map(json.dumps, rows)))
    elif format_ is FileFormat.JSON:
        path.write_text(json.dumps(rows, indent=2))
    elif format_ is FileFormat.CSV:
        lines = [list(rows[0]), *(list(row.values()) for row in rows)]
        path.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def taken(path: Path) -> list[SeedRow | Refusal]:
    """As an import takes them: format and columns guessed."""
    file = SeedFile(path)
    guess = file.look().guess
    assert guess is not None
    return [preview(record, guess) for record in file.records(guess)]


@pytest.mark.parametrize("format_", list(FileFormat))
def test_alpaca_is_the_same_in_every_format(format_: FileFormat, tmp_path: Path) -> None:
    path = as_file(tmp_path, ALPACA, format_)
    look = SeedFile(path).look()
    assert (look.format, look.kind, look.guess) == (
        format_,
        "Alpaca",
        Columns(instruction="instruction", input="input"),
    )
    rows = taken(path)
    assert [row.text for row in rows if isinstance(row, SeedRow)] == [
        "Do 0.", "Do 1.\n\nwith 1", "Do 2.", "Do 3.\n\nwith 3", "Do 4.", "Do 5.\n\nwith 5"
    ]  # fmt: skip


@pytest.mark.parametrize("format_", [FileFormat.JSONL, FileFormat.JSON, FileFormat.PARQUET])
@pytest.mark.parametrize(("rows", "kind"), [(SHARE_GPT, "ShareGPT conversations"), (CHAT, "OpenAI chat")])
def test_of_a_conversation_the_first_human_turn_is_taken(
    rows: list[dict[str, object]], kind: str, format_: FileFormat, tmp_path: Path
) -> None:
    path = as_file(tmp_path, rows, format_)
    assert SeedFile(path).look().kind == kind
    assert taken(path) == [SeedRow(row=1, text="Name a fish.", skill="")]


@pytest.mark.parametrize("format_", list(FileFormat))
def test_the_released_test_set_keeps_its_skills_in_our_spelling(format_: FileFormat, tmp_path: Path) -> None:
    path = as_file(tmp_path, TEST_SET, format_)
    assert SeedFile(path).look().kind == "Test set (skill and difficulty)"
    (row,) = taken(path)
    assert isinstance(row, SeedRow)
    assert (row.text, row.skill) == ("Write a line.", "Writing")


def test_evolved_sets_without_input_are_recognised(tmp_path: Path) -> None:
    path = as_file(tmp_path, [{"output": "x", "instruction": "Do it."}], FileFormat.JSON)
    look = SeedFile(path).look()
    assert (look.kind, look.guess) == ("Instructions with outputs", Columns(instruction="instruction"))


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([{"from": "gpt", "value": "Hello."}], "its `conversations` is neither text nor a conversation"),
        ([], "its `conversations` is neither text nor a conversation"),
        (["Hello."], "its `conversations` is neither text nor a conversation"),
        ([{"from": "human", "value": 7}], "its `conversations` is neither text nor a conversation"),
        ([{"from": "human", "value": " "}], "has no `conversations`"),
        ({"from": "human", "value": "Hello."}, "its `conversations` is not text"),
        (None, "has no `conversations`"),
    ],
)
def test_a_conversation_in_which_nobody_asks_is_refused(turns: object, reason: str) -> None:
    row = seed_of(Record(row=9, fields={"conversations": turns}), Columns(instruction="conversations"))
    assert row == Refusal(row=9, reason=reason)


# JSON lists


def test_a_broken_item_costs_only_itself() -> None:
    content = b'[{"a": 1}, {"a": tru}, 7, {"a": "\xff"}, {"a": [{"b": "],}{"}]}, {"a": "\\"]"}]'
    found = listed(content)
    assert [one.row for one in found] == [1, 2, 3, 4, 5, 6]
    assert reasons(found) == [(2, "is not JSON"), (3, "is no JSON object"), (4, "is not UTF-8")]


@pytest.mark.parametrize("end", [b"", b",", b'{"instruction": "half', b'{"instruction": ["', b'{"instruction": "a\\'])
def test_a_list_that_breaks_off_gives_what_came_before(end: bytes) -> None:
    found = listed(b'[{"a": "b"}, {"a": "c"},' + end)
    assert [one.fields for one in found if isinstance(one, Record)] == [{"a": "b"}, {"a": "c"}]
    assert reasons(found) == ([] if end in (b"", b",") else [(3, "is not JSON")])


def test_an_item_is_found_wherever_the_chunks_part_it() -> None:
    rows = [{"text": "x" * n + '\\"]},{[' + "é" * (n % 7), "deep": [[{"a": [n]}]]} for n in range(0, 3_000, 7)]
    content = json.dumps(rows, ensure_ascii=False).encode()
    assert len(content) > 2**19
    assert [one.fields for one in listed(content) if isinstance(one, Record)] == rows


def test_an_item_of_many_megabytes_is_refused_and_the_next_one_read() -> None:
    content = b'[{"a": "' + b"x" * 3_000_000 + b'"}, {"a": "b"}]'
    found = listed(content)
    assert reasons(found) == [(1, "is longer than 1 MB, or its brackets do not close")]
    assert found[1:] == [Record(row=2, fields={"a": "b"})]


def test_deep_nesting_is_refused_by_row() -> None:
    deep = b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    assert reasons(listed(b"[" + deep + b', {"a": 1}]')) == [(1, "is nested too deeply")]


def test_what_stands_behind_a_list_is_an_unusable_row() -> None:
    assert reasons(listed(b'[{"a": 1}] and more')) == [(2, "is not JSON")]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.dictionaries(
            st.text(max_size=5), st.recursive(st.text(max_size=20) | st.integers(), st.lists, max_leaves=5), max_size=4
        )
    ),
    indent=st.sampled_from([None, 0, 2]),
    ascii_only=st.booleans(),
)
def test_any_list_of_objects_is_read_as_it_was_written(
    rows: list[dict[str, object]], indent: int | None, ascii_only: bool
) -> None:
    content = json.dumps(rows, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    if b"\xed" not in content:  # a lone surrogate that was not escaped is no UTF-8
        assert [one.fields for one in listed(content) if isinstance(one, Record)] == rows


# CSV


def test_csv_is_read_as_spreadsheets_write_it() -> None:
    content = '\ufeffQuestion;"Field ""x"""\r\n"a;\r\nb""c""";Law\r\n\r\nplain;\r\n'
    assert table(content) == [
        Record(row=2, fields={"Question": 'a;\r\nb"c"', 'Field "x"': "Law"}),
        Record(row=4, fields={"Question": "plain", 'Field "x"': ""}),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"one", "has 1 cells where the header has 2"),
        (b"one,two,three", "has 3 cells where the header has 2"),
        (b"caf\xe9,x", "is not UTF-8"),
        (b'"a"b,c', "is not CSV (',' expected after '\"')"),
        (b"x" * 2_000_000 + b",b", "is longer than 1 MB"),
    ],
)
def test_a_broken_line_of_csv_costs_only_itself(line: bytes, reason: str) -> None:
    found = table(b"a,b\n1,2\n" + line + b"\n3,4\n")
    assert reasons(found) == [(3, reason)]
    assert [one.fields for one in found if isinstance(one, Record)] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_columns_without_a_name_or_with_the_same_name_are_told_apart() -> None:
    (row,) = table("a,,a\n1,2,3\n")
    assert isinstance(row, Record)
    assert row.fields == {"a": "1", "column 2": "2", "a (3)": "3"}


def test_a_csv_of_ten_thousand_columns_is_refused() -> None:
    with pytest.raises(BadInput, match="10,000 columns"):
        table(",".join(map(str, range(10_000))) + "\n")


# Parquet


def parquet(tmp_path: Path, rows: pa.Table, **more: object) -> Path:
    path = tmp_path / "rows.parquet"
    pq.write_table(rows, path, **more)
    return path


def test_wrong_types_in_parquet_are_refused_by_row(tmp_path: Path) -> None:
    path = parquet(tmp_path, pa.table({"instruction": ["One.", None, "Three."], "input": [1, 2, 3]}))
    rows = [preview(one, Columns(instruction="instruction", input="input")) for one in SeedFile(path).records()]
    assert rows[0] == Refusal(row=1, reason="its `input` is not text")
    assert rows[1] == Refusal(row=2, reason="has no `instruction`")


def test_text_that_is_no_utf_8_in_parquet_costs_only_its_row(tmp_path: Path) -> None:
    cells = pa.array([b"good", b"caf\xe9", b"fine"], type=pa.binary())
    broken = pa.StringArray.from_buffers(3, cells.buffers()[1], cells.buffers()[2])
    path = parquet(tmp_path, pa.table({"instruction": broken}))
    found = list(SeedFile(path).records())
    assert reasons(found) == [(2, "is not UTF-8")]
    assert len(found) == 3


def test_a_parquet_file_that_unfolds_to_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    one = pa.array(["x" * 900_000])
    cells = pa.chunked_array([pa.concat_arrays([one] * 300)] * 5)
    path = parquet(
        tmp_path, pa.table({"instruction": cells}), compression="zstd", use_dictionary=False, row_group_size=10_000
    )
    assert path.stat().st_size < 2_000_000
    with pytest.raises(BadInput, match=r"row group 1 unfolds to 1\.3 GB"):
        list(SeedFile(path).records())


@pytest.mark.parametrize("keep", [8, 100, -20])
def test_half_a_parquet_file_is_refused(keep: int, tmp_path: Path) -> None:
    path = as_file(tmp_path, ALPACA, FileFormat.PARQUET)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="cannot be read"):
        list(SeedFile(path).records())


# What a file is


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b" \n\n", "empty"), (b"\xef\xbb\xbf", "empty"), (b"PK\x03\x04zip", "zip"), (b"\x1f\x8bgz", "gzip"),
        ('{"instruction": "a"}'.encode("utf-16"), "UTF-16"), ('{"instruction": "a"}'.encode("utf-16-le"), "no text"),
        (b"\x7fELF\x00\x00", "no text"), (b'{\n  "data": [\n    {"instruction": "a"}\n  ]\n}', "one JSON object"),
    ],
)  # fmt: skip
def test_a_file_that_is_useless_as_a_whole_is_refused_with_what_to_do(
    content: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words) as refused:
        format_of(path)
    assert refused.value.to_do


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.jsonl", tmp_path):
        with pytest.raises(BadInput, match="no such file"):
            format_of(path)


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (b'\xef\xbb\xbf\n {"a": 1}\n', FileFormat.JSONL), (b'broken\n{"a": 1}\n', FileFormat.JSONL), (b' \n[{"a": 1}]', FileFormat.JSON),
        (b"[", FileFormat.JSON), (b"a,b\n1,2\n", FileFormat.CSV), (b"instruction\nDo it.\n", FileFormat.CSV),
        (b'{"a": "half', FileFormat.JSONL),
    ],
)  # fmt: skip
def test_the_format_is_what_the_content_says(content: bytes, format_: FileFormat, tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    path.write_bytes(content)
    assert format_of(path) is format_


# Which column is what


@pytest.mark.parametrize(
    ("fields", "guess"),
    [
        ({"Prompt": "a", "Context": "b", "Category": "c"}, Columns(instruction="Prompt", input="Context", skill="Category")),
        ({"input": "a", "output": "b"}, Columns(instruction="input")),
        ({"id": "a1", "Was ist zu tun": "Nenne bitte drei Vögel.", "answer": "Die Amsel und viele andere Vögel."}, Columns(instruction="Was ist zu tun")),
        ({"instruction": 7, "question": "Why?"}, Columns(instruction="question")),
        ({"messages": "plain text", "prompt": "a"}, Columns(instruction="prompt")),
        ({"id": 1, "label": "x"}, None),
        ({"output": "Only answers are in here."}, None),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_names_and_content(fields: dict[str, object], guess: Columns | None) -> None:
    rows = [Record(row=1, fields=fields)]
    assert columns.guess(columns.names_in(rows), rows) == guess


# Any bytes at all


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    content=st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    | st.lists(
        st.sampled_from(
            [b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":", b"\n", b" ", b"a", b"instruction", b"\xff", b"\x00"]
        )
    ).map(b"".join)
)
def test_whatever_bytes_come_they_are_taken_or_refused_with_a_reason(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    for format_ in (None, FileFormat.JSONL, FileFormat.JSON, FileFormat.CSV):
        try:
            file = SeedFile(path, format_)
            guess = file.look().guess or Columns(instruction="instruction")
            rows = [preview(record, guess) for record in file.records(guess)]
        except BadInput:
            continue
        assert [row.row for row in rows] == sorted({row.row for row in rows})
        assert all(row.text.strip() if isinstance(row, SeedRow) else row.reason for row in rows)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_parquet_file_with_any_bytes_changed_is_taken_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    path = as_file(tmp_path, ALPACA, FileFormat.PARQUET)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    try:
        rows = [
            preview(record, Columns(instruction="instruction", input="input")) for record in SeedFile(path).records()
        ]
    except BadInput:
        return
    assert all(isinstance(row, SeedRow | Refusal) for row in rows)
