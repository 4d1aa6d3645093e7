"""Somebody is removed: out at once, their work stays theirs, and what they had reserved goes to others. And who did what is told."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.domain.account import Visitor
from core.domain.decision import Act
from core.domain.export import ExportFormat, Order
from core.domain.history import HistoryFilter
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.domain.study import StudyDesign
from core.domain.system import Endpoint
from core.errors import BadInput, NotAllowed, NotSignedIn
from core.services.evaluating import studies
from core.services.exchanging import exports
from core.services.reviewing import history
from core.services.signing import log, removal
from core.store import study_reading
from tests.services.at_the_desk import Room, items, room_at
from tests.services.signed import HERE, PASSWORD, joined, signed, who
from tests.studies.building import a_study

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_at(tmp_path) as opened:
        opened.grow(6)
        yield opened


def somebody(room: Room, name: str, role: Role = Role.ANNOTATOR) -> Actor:
    return room.studio.people.add(LOCAL_OWNER, name, role).actor


def test_what_a_removed_person_held_goes_back_to_the_queue_and_what_they_decided_stays_theirs(room: Room) -> None:
    mira, noor = somebody(room, "Mira"), somebody(room, "Noor")
    held = room.take(mira, most=6)
    room.say(mira, held.cards[0], Act.ACCEPT)
    assert room.take(noor).cards == ()
    assert [one.items for one in removal.reserved(room.studio, LOCAL_OWNER, mira.person_id)] == [5]
    removal.remove(room.studio, LOCAL_OWNER, mira.person_id)
    assert set(items(room.take(noor))) == set(items(held)[1:])
    assert removal.reserved(room.studio, LOCAL_OWNER, mira.person_id) == ()
    page = history.page(LOCAL_OWNER, room.project, HistoryFilter())
    assert [(one.person, one.act) for one in page.entries] == [(mira.person_id, "accept")]


def test_what_a_removed_person_held_comes_first_to_whom_it_is_given(room: Room) -> None:
    mira, noor, ola = (somebody(room, name) for name in ("Mira", "Noor", "Ola"))
    held = items(room.take(mira, most=3))
    removal.remove(room.studio, LOCAL_OWNER, mira.person_id, heir=ola.person_id)
    assert set(items(room.take(ola, most=3))) == set(held)
    assert not set(items(room.take(noor))) & set(held)


def test_after_a_restart_a_removed_person_holds_nothing(room: Room) -> None:
    mira, noor = somebody(room, "Mira"), somebody(room, "Noor")
    room.take(mira, most=6)
    removal.remove(room.studio, LOCAL_OWNER, mira.person_id)
    room.clock.now_s += 1
    room.restart()
    assert len(room.take(noor).cards) == 6


def test_only_somebody_else_who_reviews_here_can_take_over(room: Room) -> None:
    mira, rada = somebody(room, "Mira"), somebody(room, "Rada", Role.RATER)
    for heir in (mira.person_id, rada.person_id, "nobody"):
        with pytest.raises(BadInput, match="cannot take over"):
            removal.remove(room.studio, LOCAL_OWNER, mira.person_id, heir=heir)
    assert room.studio.people.known(mira.person_id).active  # type: ignore[union-attr]


def test_in_a_study_the_others_take_the_share_of_who_was_removed(room: Room) -> None:
    mira = somebody(room, "Mira")
    design = StudyDesign(title="Letters", people=(mira.person_id,))
    study = a_study(room.project.database, name="Letters", design=design)
    (held,) = removal.reserved(room.studio, LOCAL_OWNER, mira.person_id)
    assert held.studies == ("Letters",)
    removal.remove(room.studio, LOCAL_OWNER, mira.person_id)
    assert study_reading.people_who_left(room.project.database, study) == {mira.person_id}
    assert studies.one(LOCAL_OWNER, room.project, study).takes_judgments


def test_whoever_is_removed_is_out_at_once_and_no_way_of_theirs_leads_back(tmp_path: Path) -> None:
    with signed(tmp_path) as studio:
        owner = studio.people.owner()
        joined(studio, "Pia", Role.OWNER)
        word = joined(studio, "Mira")
        mira = who(studio, word)
        way_in = studio.accounts.new_password_link(owner, mira.person_id)
        removal.remove(studio, owner, mira.person_id)
        for ask in (
            lambda: who(studio, word),
            lambda: studio.door.by_password("Mira", PASSWORD, HERE),
        ):
            with pytest.raises(NotSignedIn):
                ask()
        with pytest.raises(BadInput, match="leads nowhere"):
            studio.letting_in.look(way_in, HERE)
        studio.people.set_active(owner, mira.person_id, True)
        with pytest.raises(NotSignedIn):  # brought back, they still need a link to a new password
            studio.door.by_password("Mira", PASSWORD, Visitor(address="10.0.0.9"))


def test_the_first_owner_loses_the_way_in_and_stays_who_commands_on_the_machine_are(tmp_path: Path) -> None:
    with signed(tmp_path) as studio:
        first = studio.letting_in.accept(studio.letting_in.first_owner_link(), "Olga", PASSWORD, HERE)
        pia = who(studio, joined(studio, "Pia", Role.OWNER))
        removal.remove(studio, pia, LOCAL_OWNER.person_id)
        with pytest.raises(NotSignedIn):
            who(studio, first)
        assert studio.people.owner().name == "Olga"


def test_who_did_what_is_one_list_of_the_installation_and_its_projects(room: Room) -> None:
    studio, mira = room.studio, somebody(room, FORMULA)
    studio.people.set_role(LOCAL_OWNER, mira.person_id, Role.CURATOR)
    studio.endpoints.save(LOCAL_OWNER, Endpoint(name="mine", base_url="http://127.0.0.1:1/v1", model="m"))
    studio.endpoints.remove(studio.people.known(mira.person_id).actor, "mine")  # type: ignore[union-attr]
    room.queue(name="Hard ones")
    lines = log.lines(studio, LOCAL_OWNER)
    said = {(one.person, one.deed.act, one.deed.project) for one in lines}
    assert {
        ("You", "role changed", ""), ("You", "endpoint saved", ""), (FORMULA, "endpoint removed", ""), ("You", "queue made", "my-project"),
    } <= said  # fmt: skip
    times = [one.deed.received_at for one in lines]
    assert times == sorted(times, reverse=True)
    assert len(log.lines(studio, LOCAL_OWNER, most=2)) == 2
    assert log.lines(studio, LOCAL_OWNER, until=times[-1] - timedelta(days=1)) == ()
    with pytest.raises(NotAllowed):
        log.lines(studio, mira)


def test_the_log_is_taken_out_whole_and_no_cell_of_it_is_a_formula(room: Room) -> None:
    somebody(room, FORMULA)
    rows = [json.loads(line) for line in log.written(room.studio, LOCAL_OWNER, "jsonl").splitlines()]
    cells = list(csv.DictReader(io.StringIO(log.written(room.studio, LOCAL_OWNER, "csv"))))
    assert len(cells) == len(rows) + 1  # that it was taken out is a deed too
    assert any(row["subject"] == FORMULA for row in rows)
    assert any(row["subject"] == f"'{FORMULA}" for row in cells)
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_exports_are_in_the_log(room: Room) -> None:
    order = Order(format=ExportFormat.ALPACA)
    assert b"".join(exports.download(LOCAL_OWNER, room.project, order).pieces)
    assert "exported alpaca, 0 rows" in [one.deed.act for one in log.lines(room.studio, LOCAL_OWNER)]


def test_no_statement_of_ours_changes_or_deletes_what_was_done() -> None:
    files = [one for kind in ("py", "sql") for one in (Path(__file__).parents[2] / "core").rglob(f"*.{kind}")]
    changing = re.compile(
        r"(update|delete\s+from|insert\s+or\s+replace\s+into|truncate|drop\s+table)\s+(deed|audit)\b", re.IGNORECASE
    )
    assert len(files) > 200
    assert not [one.name for one in files if changing.search(one.read_text(encoding="utf-8"))]
