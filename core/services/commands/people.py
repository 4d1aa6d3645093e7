"""`people …`: who works here, letting them in and out, and who did what when."""

import argparse
from pathlib import Path

from core.domain.person import Actor, Person, Role
from core.errors import NotFound, ProjectError
from core.services.commands.verb import Answer, Noun, Verb, table, whole_path
from core.services.signing import log, removal
from core.services.studio import Studio

_INVITED = tuple(str(role) for role in (Role.ANNOTATOR, Role.CURATOR, Role.OWNER))
_COLUMNS = ("name", "role", "active", "can_sign_in", "sessions", "id")


def list_(studio: Studio, actor: Actor) -> Answer:
    """Everybody, with what they may do and whether they can sign in."""
    standing = studio.accounts.standing(actor)
    rows = [
        {
            "name": one.name, "role": str(one.role), "active": one.active, "can_sign_in": standing[one.id].can_sign_in,
            "sessions": standing[one.id].sessions, "id": one.id,
        }
        for one in studio.people.list(actor)
    ]  # fmt: skip
    return {"people": rows}


def invite(studio: Studio, actor: Actor, *, role: str, note: str = "", days: float = 7.0) -> Answer:
    """A link for one new person, shown this once."""
    return _link(studio.accounts.invite(actor, Role(role), note=note, days=days))


def way_in(studio: Studio, actor: Actor, *, person: str) -> Answer:
    """A link by which somebody chooses a new password, or signs in at the provider anew."""
    return _link(studio.accounts.new_password_link(actor, _named(studio, person).id))


def owner_link(studio: Studio, actor: Actor) -> Answer:
    """A link by which whoever has it becomes this installation's owner: when no owner can come in any more."""
    return _link(studio.accounts.owner_link(actor))


def role(studio: Studio, actor: Actor, *, person: str, role: str) -> Answer:
    """What somebody may do from now on."""
    changed = studio.accounts.set_role(actor, _named(studio, person).id, Role(role))
    return {"person": changed.name, "role": str(changed.role)}


def remove(studio: Studio, actor: Actor, *, person: str, heir: str = "") -> Answer:
    """Out at once; what they did stays. Their reserved items go to the heir first, or back to their queues."""
    removed = removal.remove(studio, actor, _named(studio, person).id, _named(studio, heir).id if heir else "")
    return {"removed": removed.name}


def hand_over(studio: Studio, actor: Actor, *, person: str, heir: str = "") -> Answer:
    """What somebody has in front of them, without removing them; in studies that are going they count as having left."""
    to = _named(studio, heir).id if heir else ""
    return {"handed_over": removal.hand_over(studio, actor, _named(studio, person).id, to)}


def sign_out(studio: Studio, actor: Actor, *, person: str) -> Answer:
    """Every browser that is signed in as somebody."""
    return {"signed_out": studio.accounts.sign_out_everywhere(actor, _named(studio, person).id)}


def log_(studio: Studio, actor: Actor, *, kind: str, to: str = "") -> Answer:
    """Who did what when, all of it."""
    text = log.written(studio, actor, kind)
    if not to:
        return {"text": text}
    try:
        Path(to).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ProjectError("The log cannot be written there", where=to, to_do="Name another file.") from error
    return {"file": to, "lines": text.count("\n")}


def _named(studio: Studio, person: str) -> Person:
    """Somebody by name or id."""
    found = studio.people.named(person) or studio.people.known(person)
    if found is None:
        raise NotFound(f"Nobody here is called “{person}”", to_do="See `python -m core people`.")
    return found


def _link(token: str) -> Answer:
    return {"path": f"/sign-in#{token}"}


def say_link(answer: Answer) -> str:
    """The studio's address is the caller's to know."""
    return f"{answer['path']}\n(behind the studio's address; it is shown this once, and lets one person in, once)"


def _role(parser: argparse.ArgumentParser) -> None:
    _person(parser)
    parser.add_argument("role", choices=[str(one) for one in Role])


def _invite(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("role", choices=_INVITED)
    parser.add_argument("--note", default="", help="for whom; owners see it")
    parser.add_argument("--days", type=float, default=7.0, help="how long it holds (7)")


def _person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="NAME", help="a person's name or id")


def _remove(parser: argparse.ArgumentParser) -> None:
    _person(parser)
    parser.add_argument("--heir", default="", metavar="NAME", help="who gets their reserved items first")


def _log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", dest="kind", choices=("csv", "jsonl"), default="csv")
    parser.add_argument("--to", type=whole_path, default="", metavar="FILE", help="a file, instead of the terminal")


NOUN = Noun(
    name="people",
    help="who works here, and who did what",
    verbs=(
        Verb(
            name="list", help="everybody, and whether they can sign in", do=list_,
            say=lambda answer: table(answer["people"], _COLUMNS, empty="Nobody is listed."),
        ),
        Verb(name="invite", help="a link for one new person", do=invite, options=_invite, say=say_link),
        Verb(name="way-in", help="a link to a new password for somebody", do=way_in, options=_person, say=say_link),
        Verb(name="owner-link", help="a link that makes an owner, when none can come in", do=owner_link, say=say_link),
        Verb(name="role", help="what somebody may do from now on", do=role, options=_role),
        Verb(name="remove", help="out at once; what they did stays", do=remove, options=_remove),
        Verb(name="hand-over", help="what somebody has in front of them", do=hand_over, options=_remove),
        Verb(name="sign-out", help="every browser of somebody", do=sign_out, options=_person),
        Verb(
            name="log", help="who did what when, as CSV or JSON lines", do=log_, options=_log,
            say=lambda answer: str(answer.get("text", "")).rstrip() or f"{answer['lines']:,} lines in {answer['file']}",
        ),
    ),
)  # fmt: skip
