"""People from the command line: in, out, roles, and who did what; a link is said once and kept nowhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.domain.person import Role
from core.errors import BadInput, NotFound, NotSignedIn
from core.services import commands
from core.services.studio import Studio
from tests.services.signed import HERE, PASSWORD, first_owner, joined, signed, who


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with signed(tmp_path_factory.mktemp("home")) as opened:
        first_owner(opened)
        yield opened


def ask(studio: Studio, name: str, **options: Any) -> dict[str, Any]:
    """As `python -m core people NAME …` asks it."""
    return commands.run(studio, studio.people.owner(), f"people {name}", options)


def token(answer: dict[str, Any]) -> str:
    return str(answer["path"]).removeprefix("/sign-in#")


def test_somebody_is_invited_given_a_role_and_removed(studio: Studio) -> None:
    link = token(ask(studio, "invite", role="annotator", note="Mira"))
    word = studio.letting_in.accept(link, "Mira", PASSWORD, HERE)
    assert ask(studio, "role", person="mira", role="curator") == {"person": "Mira", "role": "curator"}
    assert who(studio, word).role is Role.CURATOR
    (line,) = [one for one in ask(studio, "list")["people"] if one["name"] == "Mira"]
    assert (line["can_sign_in"], line["sessions"]) == (True, 1)
    assert ask(studio, "sign-out", person="Mira") == {"signed_out": 1}
    assert ask(studio, "remove", person="Mira") == {"removed": "Mira"}
    with pytest.raises(NotSignedIn):
        studio.door.by_password("Mira", PASSWORD, HERE)


def test_a_lost_password_and_a_lost_owner_find_a_way_back_in(studio: Studio) -> None:
    joined(studio, "Noor")
    back = studio.letting_in.accept(token(ask(studio, "way-in", person="Noor")), "", "quite other words", HERE)
    assert who(studio, back).name == "Noor"
    owner = studio.letting_in.accept(token(ask(studio, "owner-link")), "Olga", "again other words", HERE)
    assert who(studio, owner) == studio.people.owner()


def test_who_did_what_is_written_to_a_file_and_says_no_token(studio: Studio, tmp_path: Path) -> None:
    link = token(ask(studio, "invite", role="curator"))
    answer = ask(studio, "log", kind="jsonl", to=str(tmp_path / "log.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert answer["lines"] == len(lines)
    assert {"invited", "signed in", "role changed", "set inactive"} <= {one["act"] for one in lines}
    assert link not in json.dumps(lines)
    assert ask(studio, "log", kind="csv")["text"].startswith("time,person_id,person,act")


def test_what_cannot_be_is_said(studio: Studio) -> None:
    with pytest.raises(NotFound, match="Nobody here is called"):
        ask(studio, "remove", person="nobody at all")
    with pytest.raises(BadInput, match="only owner"):
        ask(studio, "role", person="Olga", role="curator")
