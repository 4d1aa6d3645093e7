"""Pushing a dataset folder to a hub and fetching one by its name: over HTTP, with a hub that refuses and that breaks off."""

import http.server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.domain.export import ExportFormat, Order
from core.domain.person import LOCAL_OWNER as ME
from core.domain.shaping import Licences, Shaping
from core.errors import BadInput, HubError
from core.hub.hub import Pushed
from core.services.exchanging import exports, hubs, references
from core.services.exchanging.hubs import Pushes
from core.services.projects import Project, Projects
from tests.hub_server import Hub, Repo, hub_server
from tests.listening import listening
from tests.services.reviewed import furnish, opened

NAME = "ann/grown"


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_server({"hf_writes": "write", "hf_reads": "read", "hf_one": NAME}) as opened:
        yield opened


@pytest.fixture(autouse=True)
def environment(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_TOKEN", "hf_writes")
    hub.repos.clear()
    hub.stored.clear()
    hub.asked.clear()
    hub.breaks, hub.breaks_after, hub.holds = "", 0, ""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    projects = Projects(tmp_path / "projects")
    yield projects.open(ME, "my-project")
    projects.close()


def a_folder(folder: Path, *, shards: int = 2, rows: int = 3) -> Path:
    """As an export writes it."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for number in range(shards):
        texts = [f"Question {number}.{row}" for row in range(rows)]
        table = pa.table({"instruction": texts, "response": [text.upper() for text in texts]})
        pq.write_table(table, folder / "data" / f"train-{number:05d}-of-{shards:05d}.parquet")
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n# Grown\n", encoding="utf-8")
    return folder


def push(project: Project, folder: Path, **more: bool) -> Pushed:
    asked = {"private": True, "replace_it": False} | more
    return hubs.push(ME, project, folder, NAME, tell=lambda _, __: None, **asked)


def test_a_folder_is_pushed_in_one_commit_fetched_by_its_name_and_its_next_version_replaces_it(
    hub: Hub, project: Project, tmp_path: Path
) -> None:
    pushed = push(project, a_folder(tmp_path / "first"))
    there = hub.repos[NAME]
    assert (pushed.url, pushed.files, there.private, len(there.commits)) == (f"{hub.url}/datasets/{NAME}", 3, True, 1)
    with pytest.raises(HubError, match="something under this name already"):
        push(project, a_folder(tmp_path / "first"))
    out = tmp_path / "rows.jsonl"
    found = hubs.fetch(ME, NAME, out, most=4, tell=lambda _, __: None)
    assert found.rows == 4
    taken = references.import_file(ME, project, out, name=NAME, licence="cc0-1.0")
    assert (taken.taken, taken.name) == (4, NAME)
    again = push(project, a_folder(tmp_path / "second", shards=1), replace_it=True)
    assert again.removed == 2
    assert sorted(there.files) == [".gitattributes", "README.md", "data/train-00000-of-00001.parquet"]
    said = project.database.query("select subject from audit where act = 'pushed to a hub' order by seq")
    assert [row["subject"] for row in said] == [f"{NAME}@{pushed.commit}", f"{NAME}@{again.commit}"]


@pytest.mark.parametrize(
    ("token", "why"), [("hf_reads", "This token may not do that"), ("hf_unknown", "does not accept this token")]
)
def test_a_token_without_rights_is_refused_and_never_repeated(
    hub: Hub, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str, why: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(HubError, match=why) as refused:
        push(project, a_folder(tmp_path / "folder"))
    assert token not in str(refused.value)
    assert hub.repos == {}
    assert project.database.query("select 1 from audit where act = 'pushed to a hub'") == []


def test_a_push_that_breaks_off_is_seen_by_nobody_and_goes_on_where_it_stopped(
    hub: Hub, project: Project, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path / "folder")
    hub.breaks, hub.breaks_after = "/storage/", 1
    with pytest.raises(HubError, match="The hub"):
        push(project, folder)
    assert list(hub.repos[NAME].files) == [".gitattributes"]
    assert (hub.repos[NAME].commits, len(hub.stored)) == ([], 1)
    hub.breaks = ""
    hub.asked.clear()
    push(project, folder)
    assert len([one for one in hub.asked if "/storage/" in one]) == 1
    assert len(hub.repos[NAME].commits) == 1


def test_what_an_export_writes_is_what_stands_on_the_hub(hub: Hub, tmp_path: Path) -> None:
    order = Order(
        format=ExportFormat.DATASET, wanted=None, with_unready=True, shaping=Shaping(test_share=0.5),
        licences=Licences(dataset="MIT", seeds="CC0-1.0"),
    )  # fmt: skip
    written = tmp_path / "written"
    pushes = Pushes()
    with opened(tmp_path / "furnished.duckdb") as furnished:
        furnish(furnished.database)
        exports.write(ME, furnished, order, written)
        rows: list[tuple[int, int]] = []

        def make(folder: Path, tell: Callable[[int, int], None]) -> None:
            def told(done: int, of: int) -> None:
                rows.append((done, of))
                tell(done, of)

            exports.write(ME, furnished, order, folder, tell=told)

        pushes.begin(ME, furnished, make, NAME, private=True, replace_it=False)
        assert pushes.wait(furnished, 60)
        now = pushes.progress(ME, furnished)
    assert now is not None
    assert now.pushed is not None, now.reason
    assert rows[-1][0] == rows[-1][1] > 0
    there = {name: data for name, data in hub.repos[NAME].files.items() if name.startswith("data/")}
    assert there == {f"data/{path.name}": path.read_bytes() for path in (written / "data").iterdir()}
    assert sorted(name.split("-")[0] for name in there) == ["data/test", "data/train"]
    assert b"license: mit" in hub.repos[NAME].files["README.md"]


def test_a_push_in_the_background_says_how_far_it_is_and_can_be_stopped(
    hub: Hub, project: Project, tmp_path: Path
) -> None:
    pushes = Pushes()
    hub.holds = "/storage/"
    pushes.begin(ME, project, lambda folder, _: a_folder(folder), NAME, private=True, replace_it=False)
    assert hub.held.wait(60)
    now = pushes.progress(ME, project)
    assert now is not None
    assert (now.is_going, now.repo, now.said.startswith("Sending data/train-00000")) == (True, NAME, True)
    pushes.stop(ME, project)
    assert pushes.wait(project, 60)
    ended = pushes.progress(ME, project)
    assert ended is not None
    assert (ended.is_going, ended.pushed, ended.reason[:7]) == (False, None, "Stopped")
    assert hub.repos[NAME].commits == []


def test_without_a_token_nothing_is_asked(
    hub: Hub, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    assert not hubs.has_token(ME)
    with pytest.raises(HubError, match="There is no token for the hub") as refused:
        push(project, a_folder(tmp_path / "folder"))
    assert "HF_TOKEN" in refused.value.to_do
    assert hub.asked == []


def test_a_folder_that_is_no_dataset_never_leaves_this_machine(hub: Hub, project: Project, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="This is no dataset folder"):
        push(project, tmp_path)
    folder = a_folder(tmp_path / "folder")
    (folder / "notes.txt").write_text("private", encoding="utf-8")
    with pytest.raises(BadInput, match="It holds “notes"):
        push(project, folder)
    (folder / "notes.txt").unlink()
    (folder / "data" / "more.parquet").symlink_to("/etc/hostname")
    with pytest.raises(BadInput, match="It holds “data/more"):
        push(project, folder)
    assert hub.asked == []


@pytest.mark.parametrize("name", ["", "no name at all", "../../etc", "a/b/c", "--private", "grown"])
def test_what_is_no_name_is_refused_before_the_hub_is_asked(
    hub: Hub, project: Project, tmp_path: Path, name: str
) -> None:
    with pytest.raises(BadInput, match="no name of a dataset"):
        hubs.push(ME, project, a_folder(tmp_path / "f"), name, private=True, replace_it=False, tell=lambda _, __: None)
    assert hub.asked == []


def test_a_dataset_that_is_not_there_is_said_so_and_leaves_no_file(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no such dataset for you"):
        hubs.fetch(ME, "ann/nothing", tmp_path / "rows.jsonl", most=3, tell=lambda _, __: None)
    assert not (tmp_path / "rows.jsonl").exists()


def test_without_the_internet_it_is_said_so(tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match="The hub cannot be reached"):
        push(project, a_folder(tmp_path / "folder"))


CARD = "---\nconfigs:\n- config_name: default\n  data_files: {files}\n---\n# A dataset\n"


def a_dataset(hub: Hub, card: str, **files: bytes) -> None:
    """One that stands on the hub with this card."""
    hub.repos[NAME] = Repo(private=False, files={"README.md": card.encode(), **files})


def test_a_card_that_names_files_of_this_machine_brings_nothing_of_them(hub: Hub, tmp_path: Path) -> None:
    planted = tmp_path / "planted.jsonl"
    planted.write_text('{"instruction": "the secret of this machine"}\n', encoding="utf-8")
    a_dataset(hub, CARD.format(files=planted))
    out = tmp_path / "rows.jsonl"
    with pytest.raises(HubError):
        hubs.fetch(ME, NAME, out, most=3, tell=lambda _, __: None)
    assert not out.exists()


def test_a_card_that_names_a_server_in_our_network_calls_nobody(hub: Hub, tmp_path: Path) -> None:
    heard: list[str] = []
    with hearing(heard) as url:
        a_dataset(hub, CARD.format(files=f"{url}/rows.jsonl"))
        with pytest.raises(HubError):
            hubs.fetch(ME, NAME, tmp_path / "rows.jsonl", most=3, tell=lambda _, __: None)
    assert heard == []


def test_a_name_is_never_taken_for_a_folder_of_this_machine(hub: Hub, tmp_path: Path) -> None:
    """From the studio's own folder "tests/services" is one, and "json" reads every file that it finds."""
    with pytest.raises(HubError):
        hubs.fetch(ME, "json", tmp_path / "rows.jsonl", most=3, tell=lambda _, __: None)
    assert not (tmp_path / "rows.jsonl").exists()


@contextmanager
def hearing(heard: list[str]) -> Iterator[str]:
    """A server that writes down who asks it for what."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(404)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    with listening(Handler) as address:
        yield address
