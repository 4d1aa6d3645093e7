"""Signing in at a provider: who one is there is the issuer and the subject, and its word is good once, while it is fresh."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER, Role
from core.errors import NotSignedIn
from core.services.studio import Studio
from tests.services.signed import HERE, PASSWORD, said_by_provider, signed, who


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with signed(tmp_path / "home", "oidc") as opened:
        owner = said_by_provider("olga", name="Olga")
        opened.letting_in.accept_as(opened.letting_in.first_owner_link(), "", owner, HERE)
        yield opened


def test_the_first_owner_comes_by_the_link_and_is_known_by_issuer_and_subject(studio: Studio) -> None:
    word = studio.door.by_provider_word(said_by_provider("olga", name="Somebody else by now", nonce="2"), HERE)
    assert (who(studio, word).person_id, who(studio, word).name) == (LOCAL_OWNER.person_id, "Olga")
    assert studio.letting_in.first_owner_link() == ""


def test_who_was_not_invited_is_known_to_nobody_whatever_they_are_called(studio: Studio) -> None:
    for stranger in (
        said_by_provider("mallory", name="Olga"),
        said_by_provider("olga", issuer="https://other.example"),
    ):
        with pytest.raises(NotSignedIn, match="Nobody here is known"):
            studio.door.by_provider_word(stranger, HERE)
    (failed,) = studio.installation.query("select count(*) as n from deed where act = 'sign-in failed'")
    assert failed["n"] == 2


def test_an_invitation_is_followed_as_who_the_provider_says_one_is(studio: Studio) -> None:
    token = studio.accounts.invite(studio.people.owner(), Role.CURATOR)
    word = studio.letting_in.accept_as(token, "Cy", said_by_provider("cy", name="C. Y."), HERE)
    assert (who(studio, word).name, who(studio, word).role) == ("Cy", Role.CURATOR)
    again = studio.letting_in.accept_as(token, "Cy 2", said_by_provider("cy", nonce="2"), HERE)
    assert who(studio, again) == who(studio, word)  # known already: nobody new is made, and no link is needed


def test_a_providers_word_begins_one_session_and_an_old_one_none(studio: Studio) -> None:
    said = said_by_provider("olga", nonce="3")
    ticket = studio.door.ticket(said)
    assert studio.door.identity_of(ticket) == said
    with pytest.raises(NotSignedIn, match="took too long"):
        studio.door.identity_of(ticket)
    studio.door.by_provider_word(said, HERE)
    assert studio.door.ticket(said) == ""
    with pytest.raises(NotSignedIn, match="used already"):
        studio.door.by_provider_word(said, HERE)
    for ago_s in (3_600, -3_600):
        assert studio.door.ticket(said_by_provider("olga", ago_s=ago_s)) == ""


def test_no_password_lets_anybody_in_where_a_provider_is_asked(studio: Studio) -> None:
    token = studio.accounts.invite(studio.people.owner(), Role.CURATOR)
    with pytest.raises(NotSignedIn):
        studio.letting_in.accept(token, "Cy", PASSWORD, HERE)
    assert len(studio.accounts.links(studio.people.owner())) == 1


def test_a_new_way_in_takes_the_place_of_the_lost_one(studio: Studio) -> None:
    token = studio.accounts.invite(studio.people.owner(), Role.CURATOR)
    word = studio.letting_in.accept_as(token, "Cy", said_by_provider("cy", nonce="4"), HERE)
    cy = who(studio, word)
    way_in = studio.accounts.new_password_link(studio.people.owner(), cy.person_id)
    fresh = studio.letting_in.accept_as(way_in, "", said_by_provider("cy at home"), HERE)
    assert who(studio, fresh) == cy
    for refused in (lambda: who(studio, word), lambda: studio.door.by_provider_word(said_by_provider("cy"), HERE)):
        with pytest.raises(NotSignedIn):
            refused()
