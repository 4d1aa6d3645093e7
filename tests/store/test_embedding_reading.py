"""Embeddings as one matrix: in the order of the instructions, a text that several have once, what has none counted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.domain import ids
from core.domain.map import EVERYTHING, REFERENCES
from core.domain.queue import QueueFilter
from core.store import embedding_log, embedding_reading
from core.store.database import Database
from tests.builders import project_at, revision, seed

TEXTS = ("b", "a", "b", "c", "a", "b")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with project_at(tmp_path / "p.duckdb") as database:
        seeds = [seed(number, number) for number in range(len(TEXTS))]
        texts = [revision(one, text) for one, text in zip(seeds, TEXTS, strict=True)]
        database.writer.append_now([*seeds, *texts])
        yield database


def add(database: Database, model: str, **vectors: list[float]) -> None:
    hashes = [ids.text_hash(text) for text in vectors]
    embedding_log.add(database, model, hashes, np.array(list(vectors.values()), np.float32))


def test_each_instruction_has_the_row_of_its_text(database: Database) -> None:
    add(database, "one", c=[0, 0, 1], b=[0, 1, 0], a=[1, 0, 0], elsewhere=[9, 9, 9])
    add(database, "another", a=[1, 1])
    found = embedding_reading.vectors(database, "one", EVERYTHING)
    assert found.matrix.argmax(axis=1).tolist() == [1, 0, 1, 2, 0, 1]
    assert (np.diff(found.seqs) > 0).all()
    assert found.missing == 0
    assert embedding_reading.models(database) == {"one": 4, "another": 1}


def test_what_has_no_embedding_has_no_row_and_is_counted(database: Database) -> None:
    add(database, "one", b=[0, 1])
    found = embedding_reading.vectors(database, "one", EVERYTHING, REFERENCES)
    assert (found.matrix.tolist(), found.missing) == ([[0, 1]] * 3, 3)
    none = embedding_reading.vectors(database, "no such model", EVERYTHING)
    assert (len(none.seqs), len(none.matrix), none.missing) == (0, 0, 6)
    nobody = embedding_reading.vectors(database, "one", QueueFilter(kinds=("evolved",)))
    assert (len(nobody.seqs), nobody.missing) == (0, 0)


def test_different_texts_are_settled_once_and_missing_ones_are_given_once(database: Database) -> None:
    add(database, "one", a=[1, 0])
    with embedding_reading.wanted(database, EVERYTHING, EVERYTHING) as found:
        assert (found.n, found.texts, found.count_missing("one"), found.count_missing("other")) == (6, 3, 2, 3)
        given = [row for batch in found.missing("one", 1) for row in batch.to_pylist()]
        assert {row["text"] for row in given} == {"b", "c"}
        assert all(ids.text_hash(row["text"]) == row["text_hash"] for row in given)
        words = {row["text_place"]: row["text"] for batch in found.in_words(2) for row in batch.to_pylist()}
        assert [ids.text_hash(words[place]) for place in range(3)] == found.hashes() == sorted(found.hashes())
        matrix, there = found.embeddings("one", 2)
        assert [words[place] for place in np.flatnonzero(there)] == ["a"]
        assert matrix.tolist() == [[1, 0]]


def test_an_embedding_that_is_there_stays_as_it_is(database: Database) -> None:
    add(database, "one", a=[1, 0])
    add(database, "one", a=[0, 1], b=[0, 1])
    found = embedding_reading.vectors(database, "one", EVERYTHING)
    assert found.matrix.tolist() == [[0, 1], [1, 0], [0, 1], [1, 0], [0, 1]]
