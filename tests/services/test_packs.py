"""Prompt packs as a person keeps them: copied, edited, compared, removed, and never lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.errors import BadInput, NotFound
from core.services.growing.packs import Packs
from core.services.projects import Project
from core.services.studio import Studio
from core.store import pack_reading
from tests.openai_server import openai_server
from tests.services.alone import furnish, settings, studio_at

LOST = "--- user ---\nRewrite this prompt."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Studio, Project]]:
    studio, project = studio_at(tmp_path)
    yield studio, project
    studio.close()


@pytest.fixture
def packs(home: tuple[Studio, Project]) -> Packs:
    return home[0].packs


def edited(packs: Packs, name: str, words: str = " Be brief.") -> dict[str, str]:
    files = dict(packs.current(ME, name).files)
    return files | {"deepen.md": files["deepen.md"] + words}


def test_the_shipped_packs_come_first_and_are_whole(packs: Packs) -> None:
    packs.copy(ME, "compact", "a-first-of-mine")
    assert packs.names(ME)[-1] == "a-first-of-mine"
    for line in packs.list(ME):
        assert len(packs.load(ME, line.name).files) == line.n_files
        assert line.is_own == (line.name == "a-first-of-mine")


def test_a_copy_is_edited_and_every_version_stays(packs: Packs) -> None:
    copied = packs.copy(ME, "compact", "mine")
    assert copied.hash == packs.current(ME, "compact").hash
    second = packs.save(ME, "mine", edited(packs, "mine"), from_hash=copied.hash)
    third = packs.save(ME, "mine", edited(packs, "mine"), from_hash=second.hash)
    assert [one.hash for one in packs.versions(ME, "mine")] == [third.hash, second.hash, copied.hash]
    assert third.from_hash == second.hash
    assert packs.load(ME, "mine").hash == third.hash
    assert packs.version(ME, second.hash).files["deepen.md"].endswith(" Be brief.")
    assert packs.current(ME, "compact").hash == copied.hash, "editing a copy changed the shipped pack"


def test_saving_what_is_there_already_makes_no_version(packs: Packs) -> None:
    copied = packs.copy(ME, "compact", "mine")
    assert packs.save(ME, "mine", packs.current(ME, "mine").files, from_hash=copied.hash) == packs.current(ME, "mine")
    assert len(packs.versions(ME, "mine")) == 1


def test_two_people_cannot_overwrite_each_other(packs: Packs) -> None:
    copied = packs.copy(ME, "compact", "mine")
    packs.save(ME, "mine", edited(packs, "mine", " Be brief."), from_hash=copied.hash)
    with pytest.raises(BadInput, match="saved meanwhile"):
        packs.save(ME, "mine", edited(packs, "mine", " Be long."), from_hash=copied.hash)


def test_a_lost_placeholder_is_refused_by_the_files_name_and_nothing_is_kept(packs: Packs) -> None:
    copied = packs.copy(ME, "compact", "mine")
    with pytest.raises(BadInput, match=r"deepen\.md: The placeholder \{\{instruction\}\} is lost"):
        packs.save(ME, "mine", {**copied.files, "deepen.md": LOST}, from_hash=copied.hash)
    assert packs.current(ME, "mine").hash == copied.hash


def test_a_shipped_pack_is_neither_saved_nor_removed(packs: Packs) -> None:
    shipped = packs.current(ME, "compact")
    with pytest.raises(BadInput, match="stays as it is"):
        packs.save(ME, "compact", edited(packs, "compact"), from_hash=shipped.hash)
    with pytest.raises(BadInput, match="stays as it is"):
        packs.remove(ME, "compact")


def test_a_removed_pack_frees_its_name_and_keeps_its_versions(packs: Packs) -> None:
    copied = packs.copy(ME, "compact", "mine")
    old = packs.save(ME, "mine", edited(packs, "mine"), from_hash=copied.hash)
    packs.remove(ME, "mine")
    assert "mine" not in packs.names(ME)
    with pytest.raises(NotFound):
        packs.load(ME, "mine")
    assert packs.version(ME, old.hash).files == old.files
    packs.copy(ME, "compact", "mine")
    assert {one.hash for one in packs.versions(ME, "mine")} == {copied.hash, old.hash}


@pytest.mark.parametrize("name", ["", "compact", "../up", "a/b", "Mine", "x" * 41, "a b", ".hidden", "été"])
def test_a_name_that_cannot_be_one_is_refused(packs: Packs, name: str) -> None:
    with pytest.raises(BadInput):
        packs.copy(ME, "compact", name)


@pytest.mark.parametrize("name", ["../compact", "compact/../compact", "/etc", "nothing"])
def test_a_run_with_a_pack_that_does_not_exist_is_refused(packs: Packs, name: str) -> None:
    with pytest.raises(NotFound):
        packs.load(ME, name)


def test_the_difference_names_what_changed(packs: Packs) -> None:
    before = dict(packs.current(ME, "compact").files)
    after = edited(packs, "compact") | {"sparks.md": "one"}
    del after["complicate_input.SQL.md"]
    found = {one.file: one for one in packs.difference(before, after)}
    assert found["deepen.md"].status == found["sparks.md"].status == "changed"
    assert found["complicate_input.SQL.md"].status == "removed"
    assert "".join(text for sign, text in found["deepen.md"].pieces if sign == "+").strip() == "Be brief."
    assert all(one.status == "same" and not one.pieces for one in packs.difference(before, before))


def test_a_run_keeps_the_version_that_it_asked_with(home: tuple[Studio, Project]) -> None:
    studio, project = home
    copied = studio.packs.copy(ME, "compact", "mine")
    with openai_server() as server:
        furnish(studio, project, server.base_url, n_seeds=2)
        asked = studio.packs.save(ME, "mine", edited(studio.packs, "mine"), from_hash=copied.hash)
        run = studio.runs.start(ME, project, settings(pack="mine", epochs=1))
        assert studio.live.wait(run, timeout_s=60)
        studio.packs.save(ME, "mine", edited(studio.packs, "mine"), from_hash=asked.hash)
        studio.packs.remove(ME, "mine")
    assert pack_reading.files_of_run(project.database, run) == asked.files
    (use,) = studio.packs.used(ME, project)
    assert (use.hash, use.run_id, use.instructions) == (asked.hash, run, 2)
    (kept,) = project.database.query("select name, from_hash from prompt_pack")
    assert kept == {"name": "mine", "from_hash": copied.hash}


def test_a_version_that_only_a_projects_run_kept_is_found_again(home: tuple[Studio, Project], tmp_path: Path) -> None:
    studio, project = home
    studio.packs.copy(ME, "compact", "mine")
    with openai_server() as server:
        furnish(studio, project, server.base_url, n_seeds=1)
        asked = studio.packs.save(
            ME, "mine", edited(studio.packs, "mine"), from_hash=studio.packs.current(ME, "mine").hash
        )
        assert studio.live.wait(studio.runs.start(ME, project, settings(pack="mine", epochs=1)), timeout_s=60)
    other, _ = studio_at(tmp_path / "another installation")
    try:
        with pytest.raises(NotFound):
            other.packs.version(ME, asked.hash)
        assert other.packs.version(ME, asked.hash, project).files == asked.files
    finally:
        other.close()
