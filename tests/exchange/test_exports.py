"""What is written is read by others: json, csv, pandas and pyarrow; and a cell is never a formula."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.export import DataRow
from core.exchange.export_parquet import DATA, data_parquet
from core.exchange.export_texts import (
    Hand,
    alpaca,
    alpaca_of,
    chat,
    chat_of,
    columns_of,
    csv_lines,
    json_lines,
    sharegpt,
    sharegpt_of,
)

ODD = ["=1+1", "+49", "-3", "@sum", "\tx", "\rx", 'a "b", c\r\nd\n', "ﷺ 𝕏 \u202e", "", " =1", "NA", "\x00x"]


def row(number: int = 0, **more: Any) -> DataRow:
    fields: dict[str, Any] = {
        "id": f"id-{number}", "seed_id": "seed", "run": 1, "kind": "evolved", "operation": "deepen", "epoch": 2, "depth": 1,
        "instruction": "Sort a list.", "response": "Sorted.", "response_is_stale": False, "difficulty": 4.5, "words_added": -3,
        "run_status": "survived", "human_status": "accepted", "evolved_by": "fake", "answered_by": None,
    }  # fmt: skip
    return DataRow(**fields | more)


def odd_rows() -> list[DataRow]:
    return [row(number, instruction=text, response=text or None) for number, text in enumerate(ODD)]


def hands(rows: list[DataRow], size: int = 5) -> Iterator[Hand]:
    """As the store reads them: some at a time, in the order of the columns."""
    values = [tuple(columns_of(one).values()) for one in rows]
    return (values[at : at + size] for at in range(0, len(values), size))


def test_alpaca_is_a_json_list_of_three_keys() -> None:
    read = json.loads(b"".join(alpaca(hands(odd_rows()))))
    assert [one["instruction"] for one in read] == ODD
    assert read[0] == {"instruction": "=1+1", "input": "", "output": "=1+1"}
    assert json.loads(b"".join(alpaca([]))) == []


def test_json_lines_have_every_column() -> None:
    read = [json.loads(line) for line in b"".join(json_lines(hands(odd_rows()))).decode().split("\n")[:-1]]
    assert [one["instruction"] for one in read] == ODD
    assert read[0]["words_added"] == -3
    assert read[8]["response"] is None


TEXTS = st.text(st.characters(codec=None), max_size=40)
VALUES = {
    "instruction": TEXTS, "response": st.none() | TEXTS, "evolved_by": st.none() | TEXTS, "epoch": st.integers(0, 9),
    "difficulty": st.none() | st.floats(), "words_added": st.none() | st.integers(-99, 99), "response_is_stale": st.booleans(),
}  # fmt: skip


@given(st.lists(st.fixed_dictionaries(VALUES), max_size=4))
def test_a_line_is_what_json_makes_of_the_row(values: list[dict[str, Any]]) -> None:
    rows = [row(number, **one) for number, one in enumerate(values)]
    for write, of, is_list in ((json_lines, columns_of, False), (chat, chat_of, False), (alpaca, alpaca_of, True), (sharegpt, sharegpt_of, True)):  # fmt: skip
        said = [json.dumps(of(one), ensure_ascii=False) for one in rows]
        text = (
            ("[\n" + ",\n".join(said) + "\n]\n" if said else "[]\n") if is_list else "".join(f"{one}\n" for one in said)
        )
        assert b"".join(write(hands(rows, 2))) == text.encode("utf-8", "replace")


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    text = b"".join(csv_lines(hands(odd_rows()))).decode()
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [one["instruction"] for one in read[:6]] == ["'=1+1", "'+49", "'-3", "'@sum", "'\tx", "'\rx"]
    assert [one["instruction"] for one in read[6:]] == ODD[6:]
    assert {one["words_added"] for one in read} == {"-3"}
    frame = pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False, engine="python")
    assert list(frame["instruction"])[6:11] == ODD[6:11]
    assert list(frame["difficulty"]) == [4.5] * len(ODD)


@given(st.text())
def test_any_text_comes_back_from_csv(text: str) -> None:
    raw = b"".join(csv_lines(hands([row(instruction=text)]))).decode()
    (read,) = csv.DictReader(io.StringIO(raw, newline=""))
    assert read["instruction"].removeprefix("'" if text[:1] in tuple("=+-@\t\r") and text else "") == text


def tables(rows: list[DataRow]) -> list[pa.Table]:
    """As the store reads them: 2,000 rows at a time."""
    return [
        pa.Table.from_pylist([columns_of(one) for one in rows[at : at + 2_000]], DATA)
        for at in range(0, len(rows), 2_000)
    ]


def test_parquet_is_typed_and_in_row_groups() -> None:
    many = [row(number) for number in range(4_500)]
    raw = b"".join(data_parquet(tables(many)))
    file = pq.ParquetFile(io.BytesIO(raw))
    assert (file.num_row_groups, file.metadata.num_rows) == (3, 4_500)
    frame = pd.read_parquet(io.BytesIO(raw))
    assert str(frame["epoch"].dtype) == "int32"
    assert list(frame["id"]) == [one.id for one in many]
    odd = pq.read_table(io.BytesIO(b"".join(data_parquet(tables(odd_rows()))))).to_pylist()
    assert [one["instruction"] for one in odd] == ODD


@pytest.mark.parametrize("write", [csv_lines, data_parquet])
def test_nothing_to_take_is_a_sound_file_without_rows(write: Any) -> None:
    raw = b"".join(write([]))
    read = pd.read_csv(io.BytesIO(raw)) if write is csv_lines else pd.read_parquet(io.BytesIO(raw))
    assert len(read) == 0
    assert "instruction" in read.columns


def test_a_chat_has_roles_and_a_question_without_an_answer_has_one_message() -> None:
    first, second = (json.loads(line) for line in b"".join(chat(hands([row(1), row(2, response=None)]))).splitlines())
    assert [one["role"] for one in first["messages"]] == ["user", "assistant"]
    assert [one["content"] for one in second["messages"]] == ["Sort a list."]
