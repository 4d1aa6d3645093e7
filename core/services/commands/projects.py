"""`projects …`: list, new, rename, archive, restore, open, pack, unpack."""

import argparse
from dataclasses import asdict
from pathlib import Path

from core.domain.person import Actor
from core.domain.project import ProjectCard
from core.services.commands.verb import Answer, Noun, Tell, Verb, opened, printable, table, tell_nobody, whole_path
from core.services.exchanging import bundles
from core.services.projects import Project
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor) -> Answer:
    """Every project in numbers; those that were put away last."""
    return {"projects": [_said(card) for card in studio.shelf.cards(actor)]}


def _said(card: ProjectCard) -> Answer:
    return {
        "project": card.slug,
        "name": card.name,
        "archived": card.archived,
        "runs": card.runs,
        "going": card.going,
        "seeds": card.seeds,
        "last_used": card.last_used.isoformat() if card.last_used else None,
        "bytes": card.n_bytes,
        "file": str(card.path.resolve()),
        "problem": card.problem,
    }


def say_list(answer: Answer) -> str:
    rows = [
        row
        | {"name": row["name"] + (" (archived)" if row["archived"] else ""), "last used": (row["last_used"] or "")[:16]}
        for row in answer["projects"]
    ]
    said = table(
        rows,
        ("project", "name", "runs", "going", "seeds", "last used", "bytes"),
        empty="No projects yet. `python -m core projects new NAME` makes one.",
    )
    problems = [f"{row['project']}: {printable(row['problem'], most=300)}" for row in rows if row["problem"]]
    return "\n".join([said, *problems])


def new(studio: Studio, actor: Actor, *, name: str) -> Answer:
    """A new, empty project."""
    return _one(studio.shelf.create(actor, name))


def rename(studio: Studio, actor: Actor, *, name: str, to: str) -> Answer:
    """Another name for people; the file and the name in addresses stay."""
    return _one(studio.shelf.rename(actor, name, to))


def archive(studio: Studio, actor: Actor, *, name: str) -> Answer:
    """List it no more; its file stays as it is."""
    studio.shelf.archive(actor, name)
    return {"project": name, "archived": True}


def restore(studio: Studio, actor: Actor, *, name: str) -> Answer:
    """List it again."""
    studio.shelf.restore(actor, name)
    return {"project": name, "archived": False}


def open_(studio: Studio, actor: Actor, *, file: str) -> Answer:
    """List a file that lies elsewhere with the others."""
    return _one(studio.shelf.open_file(actor, file))


def pack(studio: Studio, actor: Actor, *, name: str, to: str, force: bool) -> Answer:
    """Everything in one file, while work goes on."""
    about = bundles.write(actor, opened(studio, actor, name), Path(to), force=force)
    return asdict(about) | {"file": to}


def _say_pack(answer: Answer) -> str:
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in answer["counts"].items() if n)
    return f"“{printable(answer['name'])}” as of {answer['as_of_seq']:,} in {printable(answer['file'], most=500)}: {counts}"


def unpack(studio: Studio, actor: Actor, *, file: str, name: str, tell: Tell = tell_nobody) -> Answer:
    """A whole project from its file, as a new one."""
    project = bundles.import_bundle(
        actor, studio.shelf, Path(file), project_name=name, tell=lambda words, share: tell(share, words)
    )
    return _one(project)


def _one(project: Project) -> Answer:
    return {"project": project.slug, "name": project.name, "file": str(project.path)}


def say_one(answer: Answer) -> str:
    return f"“{printable(answer['name'])}” is --project {answer['project']}, in {printable(answer['file'], most=500)}"


def _say_archive(answer: Answer) -> str:
    return f"{answer['project']} is archived. Its file is untouched; `projects restore {answer['project']}` lists it again."


def _say_restore(answer: Answer) -> str:
    return f"{answer['project']} is listed again."


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="PROJECT", help="as `projects list` shows it in its first column")


def _new_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what to call it")


def _renaming(parser: argparse.ArgumentParser) -> None:
    _name(parser)
    parser.add_argument("to", metavar="NAME", help="what to call it from now on")


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE", help="a project's file, anywhere")


def _packing(parser: argparse.ArgumentParser) -> None:
    _name(parser)
    parser.add_argument("--to", type=whole_path, required=True, metavar="FILE", help="such as mine.studio.zip")
    parser.add_argument("--force", action="store_true", help="write over a file of this name")


def _unpacking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=whole_path, metavar="FILE", help="as `projects pack` writes it")
    parser.add_argument("--name", default="", help="what to call it; default: the name it has, or one like it")


NOUN = Noun(
    name="projects",
    help="one file each",
    verbs=(
        Verb(name="list", help="list projects with their size", do=list_, say=say_list),
        Verb(name="new", help="make a new, empty project", do=new, options=_new_name, say=say_one),
        Verb(name="rename", help="give a project another name", do=rename, options=_renaming, say=say_one),
        Verb(name="archive", help="put a project away, untouched", do=archive, options=_name, say=_say_archive),
        Verb(name="restore", help="list an archived project again", do=restore, options=_name, say=_say_restore),
        Verb(name="open", help="list a file that lies elsewhere", do=open_, options=_file, say=say_one),
        Verb(name="pack", help="write everything of it into one file", do=pack, options=_packing, say=_say_pack),
        Verb(
            name="unpack",
            help="make a project from such a file",
            do=unpack,
            options=_unpacking,
            say=say_one,
            tells=True,
        ),
    ),
)
