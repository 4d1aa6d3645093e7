"""What one would pick instead of the log: SQLite with the same rows, the indexes that the questions want, and WAL."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.domain.call import Call
from core.domain.check import Check, Outcome, Score
from core.domain.instruction import Instruction, Response, Revision
from core.domain.source import Label
from core.domain.task import Task

_KINDS: dict[type, str] = {
    Instruction: "instruction", Revision: "revision", Response: "response", Call: "call", Check: "rule_check", Outcome: "outcome",
    Score: "score", Label: "label", Task: "task",
}  # fmt: skip
_INDEXES = """
create index by_tree on instruction (seed_id, run_id);
create index by_place on instruction (run_id, epoch, position);
create index seeds on instruction (kind, position);
create index by_owner on revision (of_id);
create index answers on response (instruction_id);
create index by_task on call (task_id);
create index by_run on call (run_id, error_kind);
create index by_instruction on rule_check (instruction_id);
create index by_status on outcome (run_id, epoch, operation, status, rule);
create index by_seed on outcome (seed_id, status);
create index newest on outcome (run_id, seq);
create index waiting on task (run_id, state, epoch, position);
create index by_subject_task on task (subject_id);
create index by_subject on score (run_id, kind, epoch, value);
create index labels on label (instruction_id);
"""
TREE = """select i.id, i.parent_id, i.operation, i.epoch, i.depth, o.status, o.rule, o.words_added, substr(r.text, 1, 200)
from instruction i left join outcome o on o.instruction_id = i.id left join revision r on r.of_id = i.id
where i.seed_id = ? order by i.epoch, i.child_number"""
NODE = (
    "select * from instruction i left join outcome o on o.instruction_id = i.id where i.id = ?",
    "select * from revision where of_id = ?",
    "select v.text from response a join revision v on v.of_id = a.id where a.instruction_id = ?",
    "select * from rule_check where instruction_id = ?",
    "select c.* from task t join call c on c.task_id = t.id where t.subject_id = ?",
)
SEED_LIST = """select i.seed_id, substr(r.text, 1, 200),
  (select count(*) from instruction n where n.seed_id = i.seed_id and n.run_id = i.run_id),
  (select count(*) from outcome o where o.seed_id = i.seed_id and o.status = 'survived'),
  (select count(*) from outcome o where o.seed_id = i.seed_id and o.status <> 'survived')
from instruction i join revision r on r.of_id = i.seed_id
where i.run_id = ? and i.epoch = 1 and i.child_number = 0 order by i.position limit 100 offset ?"""
SEED_TABLE = """select i.id, i.position, r.text, r.words, l.value from instruction i join revision r on r.of_id = i.id
left join label l on l.instruction_id = i.id where i.kind = 'seed' order by i.position limit 50 offset ?"""
CLAIM = """update task set state = 'claimed' where id in
(select id from task where run_id = ? and state = 'waiting' order by epoch, position limit ?) returning subject_id"""
PROGRESS = (
    "select epoch, operation, count(*) from instruction where run_id = ? group by 1, 2",
    "select epoch, operation, status, rule, count(*) from outcome where run_id = ? group by 1, 2, 3, 4",
    "select epoch, avg(value) from score where run_id = ? and kind = 'difficulty' group by 1",
    "select * from outcome where run_id = ? order by seq desc limit 14",
    """select count(*), sum(tokens_in + tokens_out), sum(cost_usd), sum(error_kind is not null) from call where run_id = ?""",
    "select error_kind, count(*) from call where run_id = ? and error_kind is not null group by 1",
)


class Sqlite:
    """One SQLite file with the benchmark's rows."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("pragma journal_mode = wal")
        self.connection.execute("pragma synchronous = full")
        self.connection.execute("pragma cache_size = -1000000")  # 1 GB, as much as the log is given
        self._seq = 0
        self._inserts: dict[type, str] = {}
        for kind, name in _KINDS.items():
            columns = [column.name for column in fields(kind)]
            key = columns[0]
            names = ", ".join(f'"{column}"' for column in columns)
            self.connection.execute(
                f'create table {name} ("{key}" text primary key, {names.partition(", ")[2]}, seq integer)'
            )
            marks = ", ".join("?" * (len(columns) + 1))
            self._inserts[kind] = f"insert or replace into {name} ({names}, seq) values ({marks})"  # noqa: S608 - our own names

    def index(self) -> None:
        """After the bulk of the rows, as one would."""
        self.connection.executescript(_INDEXES)

    def rows(self, facts: Iterable[object]) -> dict[type, list[tuple[Any, ...]]]:
        """Facts as rows: made before the clock runs."""
        by_kind: dict[type, list[tuple[Any, ...]]] = {}
        for fact in facts:
            if type(fact) in _KINDS:
                self._seq += 1
                by_kind.setdefault(type(fact), []).append((*map(_plain, _values(fact)), self._seq))
        return by_kind

    def insert(self, rows: dict[type, list[tuple[Any, ...]]]) -> None:
        """One transaction, one executemany a table."""
        with self.connection:
            for kind, some in rows.items():
                self.connection.executemany(self._inserts[kind], some)

    def ask(self, sql: str, *parameters: object) -> list[Any]:
        return self.connection.execute(sql, parameters).fetchall()

    def node(self, id_: str) -> None:
        for sql in NODE:
            self.ask(sql, id_)

    def claim(self, run: str, most: int) -> list[Any]:
        with self.connection:
            subjects = [row[0] for row in self.ask(CLAIM, run, most)]
        marks = ", ".join("?" * len(subjects))
        found = self.ask(f"select * from instruction where id in ({marks})", *subjects)  # noqa: S608 - question marks only
        parents = [row[6] for row in found]
        self.ask(f"select text from revision where of_id in ({marks})", *parents)  # noqa: S608 - question marks only
        return found

    def progress(self, run: str) -> None:
        for sql in PROGRESS:
            self.ask(sql, run)


def _values(fact: Any) -> Sequence[Any]:
    return [getattr(fact, column.name) for column in fields(fact)]


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return value.isoformat() if isinstance(value, datetime) else value
