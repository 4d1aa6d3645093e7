"""The log as it was: after any history, each earlier state read again is the one that the projections had then."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain.decision import Act, Reason, Verdict
from core.domain.project import Project
from core.domain.queue import QueueFilter
from core.store import export_reading
from core.store.database import Database
from core.store.past import Moment
from tests.builders import NOON, child, id_of, label, outcome, project_at, response, revision, run, score, seed, system
from tests.store.reviewing import say, submit, trial

STATES = "select * from instruction_state order by id"
STANDING = "select * from standing order by instruction_id, person_id, kind"
STATES_THEN = "select * from state_until($until, $rule) order by id"
STANDING_THEN = "select * from standing_until($until) order by instruction_id, person_id, kind"
FILTERS = (
    QueueFilter(people=("accepted",), set_aside=None),
    QueueFilter(statuses=(), skills=("Law",), kinds=("evolved",)),
    QueueFilter(statuses=(), decided_by="noor"),
    QueueFilter(statuses=(), has_note=True),
    QueueFilter(statuses=(), difficulty_from=6.0, set_aside=None),
    QueueFilter(statuses=(), failed="identical"),
    QueueFilter(find="said again", set_aside=None),
)


def history(database: Database) -> Any:
    """One step after the other, each with everything that can follow from it."""
    root = seed("root")
    first, second = child(root, 0), child(root, 1)
    below = child(first, 0)
    write = database.writer.append_now
    project = Project(id=id_of("project"), name="Past", created_at=NOON)
    yield write([project, system(), run(), root, revision(root, "Root"), label(root)])
    for one in (first, second, below):
        yield write([one, revision(one, f"Text {one.child_number}")])
        yield write([response(one), revision(response(one), "Answer"), outcome(one), score(one, 4.0)])
    yield say(database, first, Act.ACCEPT, "mira", note="good")
    yield say(database, first, Act.REJECT, "noor", reason=Reason.UNCLEAR)
    yield say(database, first, Act.ADJUDICATE, "local", verdict=Verdict.REJECT)
    taken_back = trial(database, second, "noor")
    yield submit(database, taken_back, Act.ACCEPT, "noor")
    yield submit(database, taken_back, Act.UNDO, "noor")
    yield say(database, second, Act.FLAG, "mira")
    yield write([revision(below, "Said again", 1)])
    yield write([replace(score(below, 7.0), id=id_of("later score")), replace(label(root, "Law"), id=id_of("law"))])
    yield say(database, root, Act.REJECT, "mira", reason=Reason.OFF_TOPIC)


@pytest.fixture
def states(tmp_path: Path) -> Any:
    """The database, and after each step: the number of the log, the projections, and what filters meant."""
    with project_at(tmp_path / "p.duckdb") as database:
        found = []
        for _ in history(database):
            until = database.query("select seq from last_seq")[0]["seq"]
            meant = [matching(database, wanted, None) for wanted in FILTERS]
            found.append((until, database.query(STATES), database.query(STANDING), meant))
        yield database, found


def matching(database: Database, wanted: QueueFilter, moment: Moment | None) -> list[str]:
    with export_reading.selected(database, export_reading.matching(wanted), moment=moment) as selection:
        return [str(id_) for (id_,) in selection.cursor.execute("select id from key order by seq").fetchall()]


def test_every_earlier_state_is_what_the_projections_said_then(states: Any) -> None:
    database, found = states
    for until, state, standing, _ in found:
        assert database.query(STATES_THEN, {"until": until, "rule": "first"}) == state, until
        assert database.query(STANDING_THEN, {"until": until}) == standing, until
    assert len({str(state) for _, state, _, _ in found}) > 10  # there is something to confuse


def test_a_filter_means_in_the_past_what_it_meant_then(states: Any) -> None:
    database, found = states
    for until, _, _, meant in found:
        moment = Moment(until=until, consensus_rule="first")
        assert [matching(database, wanted, moment) for wanted in FILTERS] == meant, until
    for place in range(len(FILTERS)):
        assert len({str(meant[place]) for _, _, _, meant in found}) > 1 or place == 5, FILTERS[place]


def test_the_past_of_one_cursor_is_nobody_elses(states: Any) -> None:
    database, found = states
    early = Moment(until=found[2][0], consensus_rule="first")
    with export_reading.selected(database, export_reading.matching(None), moment=early) as selection:
        assert selection.rows == 2
        assert database.query(STATES) == found[-1][1]
    assert database.projection_is_right()
