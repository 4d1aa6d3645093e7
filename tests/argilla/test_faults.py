"""What goes wrong between two programs: said clearly, gone on with later, and nothing there or here twice."""

import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.argilla.server import MOST_AT_ONCE, Server
from core.domain.argilla import Place
from core.domain.argilla_wire import OutRecord
from core.domain.person import LOCAL_OWNER as ME
from core.domain.reach import Reach
from core.errors import ArgillaError, ArgillaGone, BadInput, EndpointError
from core.services.exchanging import argilla_links
from core.services.exchanging.argilla_push import AT_ONCE
from tests.argilla.annotating import OWNER_ENV, Linked
from tests.argilla.between import between
from tests.argilla.running import ROOT, WORKSPACE, free_port, token

pytestmark = pytest.mark.argilla


def ids_there(linked: Linked) -> list[str]:
    return [one["external_id"] for one in linked.records()]


def test_a_server_that_is_gone_is_said_and_kept_with_the_link_and_the_next_push_goes_on(linked: Linked) -> None:
    linked.room.grow(2)
    with between(linked.server.url) as door:
        linked.connect(place=replace(linked.place, url=door.url))
        linked.push()
    linked.room.grow(2, first=2)
    with pytest.raises(ArgillaError, match="No server answers"):
        linked.push()
    assert "No server answers" in linked.now().problem
    with pytest.raises(ArgillaError, match="No server answers"):
        linked.pull()


def test_a_wrong_token_a_missing_one_and_one_without_rights_are_told_apart(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked.room.grow(1)
    with pytest.raises(EndpointError, match="ARGILLA_NOWHERE is not set"):
        linked.connect(place=replace(linked.place, key_env="ARGILLA_NOWHERE"))
    with pytest.raises(BadInput, match="looks like a key itself"):
        linked.connect(place=replace(linked.place, key_env="hf_0123456789abcdefABCDEF01234"))
    with pytest.raises(BadInput, match="No token is named"):
        linked.connect(place=replace(linked.place, key_env=None))
    for name, error, words in (
        ("nobody", ArgillaError, "does not know this token"), ("anna", ArgillaError, "is an annotator"),
    ):  # fmt: skip
        monkeypatch.setenv("OTHER_TOKEN", token(name))
        with pytest.raises(error, match=words) as told:
            linked.connect(place=replace(linked.place, key_env="OTHER_TOKEN"))
        assert token(name) not in str(told.value)
    monkeypatch.setenv("OTHER_TOKEN", token("stranger"))
    linked.connect(place=replace(linked.place, key_env="OTHER_TOKEN"))
    with pytest.raises(ArgillaGone, match="no workspace “team” for stranger"):
        linked.push()


def test_an_admin_of_the_workspace_may_do_it_all(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = linked.room.grow(1)
    monkeypatch.setenv("LEADS_TOKEN", token("lead"))
    linked.connect(place=replace(linked.place, key_env="LEADS_TOKEN"))
    linked.push()
    linked.anna.says(linked.of(one.id), verdict="accept")
    linked.pull()
    assert linked.decisions()[0][1] == "anna (Argilla)"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://x", "no address"),
        ("http://", "no address"),
        ("http://me:secret@127.0.0.1", "holds more"),
        ("http://x?token=1", "holds more"),
    ],
)
def test_an_address_that_is_none_or_says_too_much_is_refused(linked: Linked, url: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as told:
        linked.connect(place=replace(linked.place, url=url))
    assert "secret" not in str(told.value)


def test_something_else_that_answers_is_no_argilla(linked: Linked) -> None:
    with between("http://127.0.0.1:1") as door:
        door_elsewhere = Place(url=f"{door.url}/elsewhere", workspace=WORKSPACE, key_env=OWNER_ENV)
        door.target = linked.server.url
        with pytest.raises(ArgillaError, match="no Argilla server"):
            linked.room.studio.argilla.look(ME, door_elsewhere)


def test_the_token_is_in_no_file_of_the_studio(linked: Linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linked.room.grow(1)
    linked.connect()
    linked.push()
    linked.pull()
    monkeypatch.setenv(OWNER_ENV, "wrong.apikey")
    with pytest.raises(ArgillaError):
        linked.pull()
    linked.room.studio.projects.close()
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert not [
        path for path in files for word in (token("owner"), "wrong.apikey") if word.encode() in path.read_bytes()
    ]


def test_a_reply_that_never_came_and_a_fault_of_the_server_leave_nothing_double(linked: Linked) -> None:
    linked.room.grow(24)
    linked.in_batches_of(10)
    with between(linked.server.url) as door:
        linked.connect(place=replace(linked.place, url=door.url))
        door.drop_reply, door.refuse = {2}, {3: 500, 5: 422}
        for words in ("No server answers", "fault of its own"):
            with pytest.raises(ArgillaError, match=words):
                linked.push()
        assert linked.now().sent == 10
        with pytest.raises(ArgillaError, match="refuses it: a fault of its own"):
            linked.push()
        report = linked.push()
        assert (report.sent, report.there, report.total) == (4, 20, 24)
        assert door.sizes == [10, 10, 10, 10, 4, 4]
        there = ids_there(linked)
        assert len(there) == len(set(there)) == 24
        assert linked.now().sent == linked.now().planned == 24
        assert linked.push().sent == 0


def test_no_call_has_more_records_than_a_server_takes(linked: Linked) -> None:
    linked.room.grow(1)
    linked.connect()
    linked.push()
    with Server(linked.server.url, token("owner"), Reach.ANYWHERE) as server:
        many = [OutRecord(id=f"{n}", fields={"instruction": "Sort."}) for n in range(MOST_AT_ONCE + 1)]
        with pytest.raises(ArgillaError, match="at most 500"):
            server.send(linked.now().dataset_id, many)
    assert AT_ONCE <= MOST_AT_ONCE


def test_what_the_server_took_without_our_hearing_of_it_is_known_after_a_pull(linked: Linked) -> None:
    (one,) = linked.room.grow(1)
    with between(linked.server.url) as door:
        linked.connect(place=replace(linked.place, url=door.url))
        door.drop_reply = {1}
        with pytest.raises(ArgillaError):
            linked.push()
        assert linked.now().sent == 0
        linked.anna.says(linked.of(one.id), verdict="accept")
        assert linked.pull().became == {"decided": 1}
        assert linked.now().sent == 1


KILLED = """
import sys
from pathlib import Path
from core.domain.person import LOCAL_OWNER as ME
from core.services.exchanging.argilla import Argilla
from core.services.studio import open_studio
from core.settings import Settings
studio = open_studio(Settings(home=Path(sys.argv[1])))
project = studio.projects.open_file(ME, Path(sys.argv[2]))
argilla = Argilla(studio.judge_desk, (), studio.destinations, 10)
argilla.allow(ME, project, sys.argv[3])
print(argilla.push(ME, project, sys.argv[3]).sent)
studio.close()
"""


def test_a_push_that_is_killed_between_two_batches_goes_on_and_sends_nothing_twice(
    linked: Linked, tmp_path: Path
) -> None:
    linked.room.grow(34)
    with between(linked.server.url) as door:
        linked.connect(place=replace(linked.place, url=door.url))
        linked.room.studio.projects.close()
        asked = [str(tmp_path / "other"), str(linked.room.project.path), linked.link]
        command = [sys.executable, "-c", KILLED, *asked]
        going: list[subprocess.Popen[bytes]] = []

        def kill(nth: int) -> None:
            """The server has taken a second (and, the next time, a further) batch, and the studio has not heard of it."""
            if nth in (2, 4):
                going[-1].send_signal(signal.SIGKILL)
                going[-1].wait(10)

        door.after = kill
        for _ in range(2):
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as pushing:
                going.append(pushing)
                assert pushing.wait(60) == -signal.SIGKILL
        again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert (again.returncode, again.stdout.strip()) == (0, "14"), again.stderr
        linked.room.project = linked.room.studio.projects.open(ME, "my-project")
        there = ids_there(linked)
        assert len(there) == len(set(there)) == 34
        assert linked.push().sent == 0


def test_a_dataset_that_was_only_begun_is_made_anew(linked: Linked) -> None:
    linked.room.grow(1)
    linked.connect()
    (workspace,) = (one for one in linked.owner.call("GET", "me/workspaces")["items"] if one["name"] == WORKSPACE)
    name = linked.now().link.dataset
    begun = linked.owner.call("POST", "datasets", {"name": name, "workspace_id": workspace["id"]})
    linked.push()
    assert linked.now().dataset_id != begun["id"]
    assert len(linked.records()) == 1


def test_a_dataset_that_was_changed_or_removed_by_hand_is_said_and_nothing_is_lost(linked: Linked) -> None:
    (one,) = linked.room.grow(1)
    linked.connect()
    linked.push()
    linked.anna.says(linked.of(one.id), verdict="accept")
    linked.pull()
    dataset = linked.now().dataset_id
    linked.owner.call("PATCH", f"datasets/{dataset}", {"name": "Called otherwise"})
    assert linked.pull().news == 0, "another name does no harm"
    linked.owner.call("DELETE", f"datasets/{dataset}")
    for doing in (linked.pull, linked.push):
        with pytest.raises(ArgillaGone, match="is not there any more"):
            doing()
    assert linked.status(one.id) == ("accepted", 1)
    linked.room.studio.argilla.end(ME, linked.room.project, linked.link)
    linked.connect()
    assert linked.push().sent == 1


def test_a_question_that_somebody_took_away_stops_the_pull_with_its_name(linked: Linked) -> None:
    linked.room.grow(1)
    linked.connect()
    linked.push()
    dataset = linked.now().dataset_id
    questions = linked.owner.call("GET", f"datasets/{dataset}/questions")["items"]
    (verdict,) = (one for one in questions if one["name"] == "verdict")
    settings = {
        "type": "label_selection",
        "options": [{"value": "accept", "text": "Yes"}, {"value": "reject", "text": "No"}],
    }
    linked.owner.call("PATCH", f"questions/{verdict['id']}", {"title": "What now?", "settings": settings})
    assert linked.pull().news == 0, "other words do no harm"
    other = Linked(linked.room, linked.server)
    other.connect(subject=linked.room.queue(name="Other"))
    workspace = linked.owner.call("GET", f"datasets/{dataset}")["workspace_id"]
    made = linked.owner.call("POST", "datasets", {"name": other.now().link.dataset, "workspace_id": workspace})
    for path, body in (
        ("fields", {"name": "instruction", "title": "I", "required": True, "settings": {"type": "text"}}),
        ("questions", {"name": "note", "title": "N", "required": True, "settings": {"type": "text"}}),
    ):
        linked.owner.call("POST", f"datasets/{made['id']}/{path}", body)
    linked.owner.call("PUT", f"datasets/{made['id']}/publish")
    with pytest.raises(
        ArgillaError, match=r"changed by hand: parent, response, verdict, reasons, rating, corrected is missing"
    ):
        other.push()


def test_every_so_many_minutes_it_is_fetched_by_itself_and_a_failure_is_tried_again_later(linked: Linked) -> None:
    (one,) = linked.room.grow(1)
    linked.connect()
    linked.push()
    work, project = linked.room.studio.argilla_work, linked.room.project
    linked.anna.says(linked.of(one.id), verdict="accept")
    linked.room.studio.argilla.repeat(ME, project, linked.link, 30)
    pushed = linked.now().pushed_at
    assert pushed is not None
    work.fetch_what_is_due(pushed + timedelta(minutes=29))
    assert work.progress(ME, project, linked.link) is None
    work.fetch_what_is_due(pushed + timedelta(minutes=31))
    assert work.wait(ME, project, linked.link, 20)
    assert linked.status(one.id) == ("accepted", 1)
    (pulled,) = linked.room.rows("select \"by\", received_at from argilla_event where kind = 'pulled'")
    assert pulled["by"] == "studio"
    linked.room.studio.argilla.repeat(ME, project, linked.link, 0)
    work.fetch_what_is_due(pulled["received_at"] + timedelta(days=9))
    assert len(linked.room.rows("select 1 from argilla_event where kind = 'pulled'")) == 1


def test_a_push_in_the_background_says_how_far_it_is_and_stops_between_batches(linked: Linked) -> None:
    linked.room.grow(24)
    linked.in_batches_of(10)
    work, project = linked.room.studio.argilla_work, linked.room.project
    refused: list[str] = []

    def in_the_midst(_: int) -> None:
        with pytest.raises(ArgillaError, match="already") as told:
            linked.push()
        refused.append(str(told.value))
        work.stop(ME, project, linked.link)

    with between(linked.server.url) as door:
        linked.connect(place=replace(linked.place, url=door.url))
        door.after = in_the_midst
        work.begin_push(ME, project, linked.link)
        assert work.wait(ME, project, linked.link, 30)
        now = work.progress(ME, project, linked.link)
        assert now is not None
        assert (now.kept, now.total, now.reason, len(refused)) == (10, 24, "Stopped", 1)
        assert linked.now().problem == "", "who stops it knows"
        door.after = None
        assert linked.push().sent == 14
    assert argilla_links.every(ME, project)[0].sent == 24


def test_two_pulls_at_once_take_every_answer_once(linked: Linked) -> None:
    children = linked.room.grow(3)
    linked.connect()
    linked.push()
    for one in children:
        linked.anna.says(linked.of(one.id), verdict="accept")
    work, project = linked.room.studio.argilla_work, linked.room.project
    for _ in range(3):
        work.begin_pull(ME, project, linked.link)
    assert work.wait(ME, project, linked.link, 20)
    time.sleep(0.1)
    assert len(linked.decisions()) == 3


def test_without_a_server_nothing_is_waited_for(linked: Linked) -> None:
    began = time.monotonic()
    with pytest.raises(ArgillaError, match="No server answers"):
        linked.room.studio.argilla.look(ME, replace(linked.place, url=f"http://127.0.0.1:{free_port()}"))
    assert time.monotonic() - began < 10
