"""Signing in by accounts of our own: the first owner, invitations, passwords, sessions, and what is never kept."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from core.domain.account import LinkKind, Visitor, Way
from core.domain.person import LOCAL_OWNER, Actor, Role
from core.errors import BadInput, NotAllowed, NotFound, NotSignedIn
from core.services.signing.links import Links
from core.services.signing.sessions import Sessions, hashed, now
from core.services.signing.throttle import TooMany
from core.services.studio import Studio
from tests.services.signed import HERE, OTHER, PASSWORD, first_owner, joined, signed, who

DAY_S = 24 * 3600


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with signed(tmp_path / "home") as opened:
        yield opened


def acts(studio: Studio) -> list[str]:
    return [str(row["act"]) for row in studio.installation.query("select act from deed order by seq")]


def test_nobody_is_the_owner_by_default(studio: Studio) -> None:
    chosen = studio.people.choose(LOCAL_OWNER.person_id)
    for cookies in ({}, {studio.people.cookie: chosen}, {studio.door.sessions.cookie: chosen}):
        with pytest.raises(NotSignedIn):
            studio.door.actor_of(cookies)


def test_the_first_owner_comes_by_a_link_that_works_once_and_takes_over_what_was_done_alone(studio: Studio) -> None:
    token = studio.letting_in.first_owner_link()
    assert studio.letting_in.look(token, HERE).kind is LinkKind.FIRST_OWNER
    owner = who(studio, studio.letting_in.accept(token, "Olga", PASSWORD, HERE))
    assert owner == Actor(person_id=LOCAL_OWNER.person_id, name="Olga", role=Role.OWNER)
    assert studio.letting_in.first_owner_link() == ""
    with pytest.raises(BadInput, match="leads nowhere"):
        studio.letting_in.accept(token, "Mallory", PASSWORD, HERE)


def test_a_new_start_makes_a_new_link_for_the_first_owner_and_the_one_before_leads_nowhere(studio: Studio) -> None:
    first, second = studio.letting_in.first_owner_link(), studio.letting_in.first_owner_link()
    with pytest.raises(BadInput):
        studio.letting_in.look(first, HERE)
    assert studio.letting_in.look(second, HERE).role is Role.OWNER


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "Olga Olga Olga", "x" * 257])
def test_a_password_that_is_guessed_first_is_refused_and_burns_no_link(studio: Studio, password: str) -> None:
    token = studio.letting_in.first_owner_link()
    with pytest.raises(BadInput) as refused:
        studio.letting_in.accept(token, "Olga Olga", password, HERE)
    assert refused.value.to_do
    assert studio.letting_in.look(token, HERE).kind is LinkKind.FIRST_OWNER


def test_an_invitation_makes_one_person_in_its_role(studio: Studio) -> None:
    first_owner(studio)
    token = studio.accounts.invite(studio.people.owner(), Role.CURATOR, note="Cy from the lab")
    assert [one.note for one in studio.accounts.links(studio.people.owner())] == ["Cy from the lab"]
    with pytest.raises(BadInput, match="is called"):
        studio.letting_in.accept(token, "OLGA", PASSWORD, HERE)
    curator = who(studio, studio.letting_in.accept(token, "Cy", PASSWORD, HERE))
    assert (curator.name, curator.role) == ("Cy", Role.CURATOR)
    with pytest.raises(BadInput, match="leads nowhere"):
        studio.letting_in.accept(token, "Dora", PASSWORD, HERE)
    assert studio.accounts.links(studio.people.owner()) == ()


def test_a_link_that_is_old_or_called_back_leads_nowhere(studio: Studio) -> None:
    owner = studio.people.owner()
    called_back = studio.accounts.invite(owner, Role.ANNOTATOR)
    (link,) = studio.accounts.links(owner)
    studio.accounts.call_back(owner, link.id)
    with pytest.raises(NotFound):
        studio.accounts.call_back(owner, link.id)
    at = now()
    old = Links(studio.installation, lambda: at.replace(year=at.year - 1)).make(LinkKind.INVITATION, "local", hours=1)
    for token in (called_back, old, "", "guessed"):
        with pytest.raises(BadInput, match="leads nowhere"):
            studio.letting_in.accept(token, "Mallory", PASSWORD, HERE)


def test_one_signs_in_by_name_and_password_however_the_name_is_written(studio: Studio) -> None:
    first_owner(studio)
    assert who(studio, studio.door.by_password(" oLGA ", PASSWORD, HERE)).person_id == LOCAL_OWNER.person_id


def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words_and_logged(studio: Studio) -> None:
    first_owner(studio)
    studio.people.add(LOCAL_OWNER, "Nadia")  # listed, and without a password
    said = set()
    for name, password in (("Olga", OTHER), ("Nobody", PASSWORD), ("Nadia", PASSWORD), ("Nadia", ""), ("", "")):
        with pytest.raises(NotSignedIn) as refused:
            studio.door.by_password(name, password, Visitor(address=f"10.1.1.{len(name)}"))
        said.add(str(refused.value))
    assert len(said) == 1
    failed = studio.installation.query("select person_id, detail from deed where act = 'sign-in failed'")
    assert {(row["person_id"] != "", row["detail"]) for row in failed} == {(True, ""), (False, "unknown")}
    assert len(failed) == 5


def test_too_many_tries_at_a_name_are_refused_for_a_while_and_logged_once(studio: Studio) -> None:
    first_owner(studio)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            studio.door.by_password("Olga", OTHER, HERE)
    for _ in range(3):
        with pytest.raises(TooMany, match=r"Try again in \d+ s"):
            studio.door.by_password("Olga", PASSWORD, HERE)
    assert acts(studio).count("sign-in refused: too many tries") == 1
    assert studio.door.by_password("Olga", PASSWORD, Visitor(address="10.0.0.8"))  # who guesses locks nobody else out


def test_one_address_cannot_try_many_names(studio: Studio) -> None:
    for number in range(30):
        studio.door.admit(f"name {number}", None, HERE)
    with pytest.raises(TooMany):
        studio.door.by_password("one more", PASSWORD, HERE)


def test_all_addresses_of_one_network_of_the_new_kind_count_as_one(studio: Studio) -> None:
    for number in range(30):
        studio.door.admit(f"name {number}", None, Visitor(address=f"2001:db8::{number:x}"))
    with pytest.raises(TooMany):
        studio.door.admit("one more", None, Visitor(address="2001:db8::ffff"))
    studio.door.admit("one more", None, Visitor(address="2001:db8:0:1::1"))
    studio.door.admit("one more", None, Visitor(address="::ffff:10.0.0.1"))


def test_signing_out_ends_one_session_and_signing_out_everywhere_all_at_once(studio: Studio) -> None:
    first, second = first_owner(studio), studio.door.by_password("Olga", PASSWORD, HERE)
    studio.door.leave({studio.door.sessions.cookie: first}, HERE)
    with pytest.raises(NotSignedIn):
        who(studio, first)
    third = studio.door.by_password("Olga", PASSWORD, HERE)
    assert studio.accounts.sign_out_everywhere(who(studio, second)) == 2
    for word in (second, third):
        with pytest.raises(NotSignedIn):
            who(studio, word)


def test_sessions_outlive_the_process_and_their_end_does_too(tmp_path: Path) -> None:
    with signed(tmp_path) as studio:
        kept, ended = first_owner(studio), studio.door.by_password("Olga", PASSWORD, HERE)
        studio.door.leave({studio.door.sessions.cookie: ended}, HERE)
    with signed(tmp_path) as again:
        assert who(again, kept).name == "Olga"
        with pytest.raises(NotSignedIn):
            who(again, ended)


def test_a_session_ends_by_itself(studio: Studio, tmp_path: Path) -> None:
    first_owner(studio)
    at = now()
    old = Sessions(studio.installation, tmp_path / "home" / "signing.key", 14, lambda: at.replace(year=at.year - 1))
    word = old.begin(LOCAL_OWNER.person_id, Way.PASSWORD, HERE)
    later = Sessions(studio.installation, tmp_path / "home" / "signing.key", 14)
    assert old.find(word) is not None
    assert later.find(word) is None


def test_a_word_that_was_not_signed_here_is_nobodys(studio: Studio, tmp_path: Path) -> None:
    word = first_owner(studio)
    key = (tmp_path / "home" / "signing.key").read_bytes()
    forged = (
        str(URLSafeSerializer("guessed", salt="session").dumps("x")),
        str(URLSafeSerializer(key, salt="session").dumps("a token that was never given")),
        str(URLSafeSerializer(key, salt="session").dumps(["x"])),
        studio.people.choose(LOCAL_OWNER.person_id),
        word[:-1],
        "ünsigned",
    )
    for said in forged:
        with pytest.raises(NotSignedIn):
            who(studio, said)


def test_a_new_password_ends_every_other_session_and_the_old_one_lets_nobody_in(studio: Studio) -> None:
    here, elsewhere = first_owner(studio), studio.door.by_password("Olga", PASSWORD, HERE)
    session = studio.door.session_of({studio.door.sessions.cookie: here})
    with pytest.raises(NotAllowed, match="another one"):
        studio.accounts.change_password(who(studio, here), OTHER, OTHER, HERE, session)
    studio.accounts.change_password(who(studio, here), PASSWORD, OTHER, HERE, session)
    assert who(studio, here).name == "Olga"
    with pytest.raises(NotSignedIn):
        who(studio, elsewhere)
    with pytest.raises(NotSignedIn):
        studio.door.by_password("Olga", PASSWORD, Visitor(address="10.0.0.9"))
    assert studio.door.by_password("Olga", OTHER, HERE)


def test_a_link_to_a_new_password_lets_its_person_back_in_and_everybody_else_out(studio: Studio) -> None:
    first_owner(studio)
    lost = joined(studio, "Mira")
    mira = who(studio, lost)
    token = studio.accounts.new_password_link(studio.people.owner(), mira.person_id)
    assert studio.letting_in.look(token, HERE).name == "Mira"
    assert who(studio, studio.letting_in.accept(token, "somebody else", OTHER, HERE)) == mira
    with pytest.raises(NotSignedIn):
        who(studio, lost)


def test_the_last_owner_who_can_sign_in_stays_one(studio: Studio) -> None:
    owner = who(studio, first_owner(studio))
    for ask in (
        lambda: studio.accounts.set_role(owner, owner.person_id, Role.CURATOR),
        lambda: studio.accounts.take_ways(owner, owner.person_id),
    ):
        with pytest.raises(BadInput, match="only owner who can sign in"):
            ask()
    second = who(studio, joined(studio, "Pia", Role.OWNER))
    assert studio.accounts.set_role(second, second.person_id, Role.CURATOR).role is Role.CURATOR


def test_a_role_that_is_changed_holds_for_sessions_that_are_open(studio: Studio) -> None:
    first_owner(studio)
    word = joined(studio, "Mira")
    studio.accounts.set_role(studio.people.owner(), who(studio, word).person_id, Role.CURATOR)
    assert who(studio, word).role is Role.CURATOR


def test_everybody_sees_their_own_sessions_and_owners_all(studio: Studio) -> None:
    owner = who(studio, first_owner(studio))
    mira = who(studio, joined(studio, "Mira"))
    (session,) = studio.accounts.sessions(mira)
    assert studio.accounts.sessions(owner, mira.person_id) == (session,)
    for ask in (
        lambda: studio.accounts.sessions(mira, owner.person_id),
        lambda: studio.accounts.sign_out_everywhere(mira, owner.person_id),
    ):
        with pytest.raises(NotAllowed):
            ask()
    with pytest.raises(NotFound):
        studio.accounts.end_session(owner, session.id)
    studio.accounts.end_session(mira, session.id)
    assert studio.accounts.sessions(mira) == ()


def test_neither_passwords_nor_tokens_are_kept(studio: Studio, tmp_path: Path) -> None:
    link = studio.letting_in.first_owner_link()
    word = studio.letting_in.accept(link, "Olga", PASSWORD, HERE)
    key = (tmp_path / "home" / "signing.key").read_bytes()
    token = URLSafeSerializer(key, salt="session").loads(word)
    (kept,) = studio.installation.query("select hash from password")
    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", kept["hash"])
    studio.installation.writer.run(lambda connection: connection.execute("checkpoint"))
    on_disk = b"".join(one.read_bytes() for one in (tmp_path / "home").glob("studio.duckdb*"))
    assert hashed(token).encode() in on_disk
    for secret in (PASSWORD, link, token, word):
        assert secret.encode() not in on_disk


def test_without_sign_in_nobody_is_invited(tmp_path: Path, alone: Callable[[], Studio]) -> None:
    studio = alone()
    with pytest.raises(BadInput, match="Nobody signs in here"):
        studio.accounts.invite(LOCAL_OWNER, Role.CURATOR)
    with pytest.raises(NotAllowed):
        studio.door.by_password("You", PASSWORD, HERE)
    assert studio.door.actor_of({}) == LOCAL_OWNER


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Callable[[], Studio]]:
    from core.services.studio import open_studio
    from core.settings import Settings

    opened = open_studio(Settings(home=tmp_path / "alone"))
    yield lambda: opened
    opened.close()
