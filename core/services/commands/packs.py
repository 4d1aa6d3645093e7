"""`packs …`: list, export, import."""

import argparse
from pathlib import Path

from core.domain.person import Actor
from core.services.commands.verb import Answer, Noun, Verb, table, whole_path
from core.services.growing.pack_files import export_folder, import_folder
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor) -> Answer:
    """The prompt packs that a run can ask with."""
    return {
        "packs": [
            {
                "name": pack.name,
                "hash": pack.hash,
                "files": pack.n_files,
                "own": pack.is_own,
                "versions": pack.n_versions,
            }
            for pack in studio.packs.list(actor)
        ]
    }


def say_list(answer: Answer) -> str:
    rows = [pack | {"origin": "own" if pack["own"] else "shipped"} for pack in answer["packs"]]
    return table(rows, ("name", "origin", "versions", "files", "hash"), empty="No packs.")


def export(studio: Studio, actor: Actor, *, name: str, folder: str) -> Answer:
    """Write a pack's newest version into a new folder."""
    written = export_folder(studio.packs, actor, name, Path(folder))
    return {"pack": name, "folder": folder, "files": len(written)}


def say_export(answer: Answer) -> str:
    return f"{answer['pack']}: {answer['files']} files in {answer['folder']}"


def _exporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the pack")
    parser.add_argument("folder", type=whole_path, metavar="FOLDER", help="a new one, or an empty one")


def import_(studio: Studio, actor: Actor, *, folder: str, name: str) -> Answer:
    """Make a pack of one's own from a folder of .md files."""
    made = import_folder(studio.packs, actor, Path(folder), name=name)
    return {"pack": made.name, "hash": made.hash, "files": len(made.files)}


def say_import(answer: Answer) -> str:
    return f"{answer['pack']}: {answer['files']} files, version {answer['hash'][:12]}"


def _importing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=whole_path, metavar="FOLDER", help="of .md files")
    parser.add_argument("--name", default="", help="default: the folder's")


NOUN = Noun(
    name="packs",
    help="prompt packs: the words that a run asks with",
    verbs=(
        Verb(name="list", help="list prompt packs", do=list_, say=say_list),
        Verb(name="export", help="write a pack into a folder", do=export, options=_exporting, say=say_export),
        Verb(name="import", help="make a pack from a folder", do=import_, options=_importing, say=say_import),
    ),
)
