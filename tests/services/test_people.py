"""People: added by a name, believed only with a word that was signed here, and never turned into somebody else."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from core.domain.person import LOCAL_OWNER, Role
from core.errors import BadInput, NotAllowed, NotFound
from core.services.people import People
from core.services.studio import Studio, open_studio
from core.settings import Settings
from core.store import people as people_of


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str], Studio]]:
    """Open the installation in this folder; another of the same name finds it as it was left."""
    studios: dict[str, Studio] = {}

    def again(name: str = "home") -> Studio:
        if name in studios:
            studios.pop(name).close()
        studios[name] = open_studio(Settings(home=tmp_path / name))
        return studios[name]

    yield again
    for studio in studios.values():
        studio.close()


@pytest.fixture
def people(opened: Callable[[str], Studio]) -> People:
    return opened("home").people


def test_one_owner_is_there_from_the_start(people: People) -> None:
    assert [one.actor for one in people.list(LOCAL_OWNER)] == [LOCAL_OWNER]
    assert people.owner() == LOCAL_OWNER


def test_somebody_new_gives_a_name_and_may_review_until_an_owner_says_more(people: People) -> None:
    mira = people.add(LOCAL_OWNER, "  Mira   Nowak ")
    assert (mira.name, mira.role) == ("Mira Nowak", Role.ANNOTATOR)
    with pytest.raises(NotAllowed):
        people.set_role(mira.actor, mira.id, Role.OWNER)
    assert people.set_role(LOCAL_OWNER, mira.id, Role.CURATOR).role is Role.CURATOR
    assert people.actor_of(people.choose(mira.id)).role is Role.CURATOR


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "bell\x07", "YOU", " you "])
def test_what_can_be_no_name_or_is_taken_is_refused_in_words(people: People, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        people.add(LOCAL_OWNER, name)
    assert caught.value.to_do
    assert len(people.list(LOCAL_OWNER)) == 1


def test_a_word_that_was_not_signed_here_counts_as_none(
    people: People, opened: Callable[[str], Studio], tmp_path: Path
) -> None:
    mira = people.add(LOCAL_OWNER, "Mira")
    word = people.choose(mira.id)
    assert people.actor_of(word) == mira.actor
    foreign = opened("elsewhere").people
    forged = URLSafeSerializer("guessed", salt="who").dumps(mira.id)
    listed = URLSafeSerializer((tmp_path / "home" / "signing.key").read_bytes(), salt="who").dumps(["mira"])
    for said in (
        None,
        "",
        mira.id,
        word[:-1],
        word + "x",
        forged,
        foreign.choose("local") + "a",
        str(listed),
        "ünsigned",
        "." * 9_000,
    ):
        assert people.actor_of(said) == LOCAL_OWNER
    assert foreign.actor_of(word) == LOCAL_OWNER
    assert foreign.cookie != people.cookie


def test_people_and_their_words_outlive_the_process(opened: Callable[[str], Studio], tmp_path: Path) -> None:
    people = opened("home").people
    mira = people.add(LOCAL_OWNER, "Mira")
    word, name = people.choose(mira.id), people.cookie
    later = opened("home").people
    assert later.list(LOCAL_OWNER)[1] == mira
    assert (later.actor_of(word), later.cookie) == (mira.actor, name)
    assert stat.S_IMODE((tmp_path / "home" / "signing.key").stat().st_mode) == 0o600


def test_who_is_not_active_any_more_is_told_so_and_is_not_taken_for_the_owner(people: People) -> None:
    mira = people.add(LOCAL_OWNER, "Mira")
    word = people.choose(mira.id)
    people.set_active(LOCAL_OWNER, mira.id, False)
    for ask in (lambda: people.actor_of(word), lambda: people.choose(mira.id)):
        with pytest.raises(NotAllowed, match="Mira is not active here any more"):
            ask()
    people.set_active(LOCAL_OWNER, mira.id, True)
    assert people.actor_of(word) == mira.actor


def test_the_owner_of_the_machine_stays_one(people: People) -> None:
    for ask in (
        lambda: people.set_active(LOCAL_OWNER, "local", False),
        lambda: people.set_role(LOCAL_OWNER, "local", Role.ANNOTATOR),
    ):
        with pytest.raises(BadInput, match="owns this installation"):
            ask()


def test_one_renames_oneself_and_an_owner_anybody(people: People) -> None:
    mira, noor = (people.add(LOCAL_OWNER, name) for name in ("Mira", "Noor"))
    assert people.rename(mira.actor, mira.id, "Mira N.").name == "Mira N."
    assert people.rename(LOCAL_OWNER, mira.id, "mira n.").name == "mira n."
    assert people.rename(LOCAL_OWNER, "local", "Gunnar").actor.name == people.owner().name == "Gunnar"
    with pytest.raises(NotAllowed):
        people.rename(mira.actor, noor.id, "Nobody")
    with pytest.raises(BadInput, match="is called “MIRA"):
        people.rename(noor.actor, noor.id, "MIRA N.")


def test_nobody_unknown_is_chosen(people: People) -> None:
    with pytest.raises(NotFound):
        people.choose("nobody")


def test_a_project_keeps_who_worked_in_it(opened: Callable[[str], Studio]) -> None:
    studio = opened("home")
    mira = studio.people.add(LOCAL_OWNER, "Mira")
    project = studio.projects.open(LOCAL_OWNER, "my-project")
    studio.projects.open(mira.actor, "my-project")
    studio.projects.open(studio.people.rename(mira.actor, mira.id, "Mira N.").actor, "my-project")
    kept = project.database.query("select name, kind, role from person order by name")
    assert kept == [
        {"name": "Mira N.", "kind": "human", "role": "annotator"},
        {"name": "You", "kind": "human", "role": "owner"},
    ]


def test_the_owner_is_you_to_nobody_else(opened: Callable[[str], Studio]) -> None:
    studio = opened("home")
    mira = studio.people.add(LOCAL_OWNER, "Mira").actor
    project = studio.projects.open(LOCAL_OWNER, "my-project")
    assert people_of.names(project.database, LOCAL_OWNER) == {"local": "You"}
    assert people_of.names(project.database, mira) == {"local": "The owner"}
    named = studio.people.rename(LOCAL_OWNER, "local", "Gunnar").actor
    studio.projects.open(named, "my-project")
    assert people_of.names(project.database, mira) == {"local": "Gunnar"}
