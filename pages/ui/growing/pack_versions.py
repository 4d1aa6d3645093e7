"""The versions of a pack: which there were, which runs asked with them, and how two of them differ, prompt by prompt."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import streamlit as st

from core.domain.prompt_pack import FileDifference, PackUse, PackVersion
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import pack_list
from pages.ui.kit import h
from pages.ui.words import count

_AROUND = 160  # characters of what is alike that stay beside a change


Restore = Callable[[PackVersion, Mapping[str, str]], None]


def show(project: Project, current: PackVersion, restore: Restore) -> None:
    """All versions, then the difference of two. `restore` makes old texts the newest version: nothing is taken back."""
    packs, actor = shell.studio().packs, shell.actor()
    versions = packs.versions(actor, current.name, project)
    used = packs.used(actor, project)
    rows = (_row(one, [use for use in used if use.hash == one.hash]) for one in versions)
    kit.show("packs", *rows, key="packs.versions")
    others = [packs.current(actor, name) for name in packs.names(actor) if name != current.name]
    _difference([*versions, *others], current, restore)


def _row(version: PackVersion, uses: Sequence[PackUse]) -> kit.Element:
    made = sum(use.instructions for use in uses)
    runs = ", ".join(str(use.run_number) for use in reversed(uses))
    when = pack_list.day(version.saved_at) or ("comes with the studio" if version.is_current else "kept by a run")
    return h(
        "div",
        {"class": "l", "key": version.hash},
        h("b", {"class": "code"}, version.hash[:10]),
        h("span", {"class": "dim"}, when),
        h("span", {"class": "dim"}, "the newest" if version.is_current else ""),
        h(
            "span",
            {"class": "dim one"},
            f"{count(made, 'instruction')} of run {runs}" if uses else "made nothing in this project",
        ),
        h("span", {"class": "code dim r"}, _origin(version)),
    )


def _origin(version: PackVersion) -> str:
    """Which version it was made from; a copy is its own."""
    return "" if version.from_hash in (None, version.hash) else f"from {version.from_hash:.10}"


def _difference(versions: Sequence[PackVersion], current: PackVersion, restore: Restore) -> None:
    if len(versions) < 2:
        return
    by_place = range(len(versions))

    def words(place: int) -> str:
        one = versions[place]
        return f"{one.name} · {one.hash[:10]}{' · newest' if one.is_current else ''}"

    one, two, three = st.columns([1, 1, 0.8], vertical_alignment="bottom")
    before = one.selectbox("Before", by_place, index=1, format_func=words, key=f"packs.before.{current.hash[:8]}")
    after = two.selectbox("After", by_place, index=0, format_func=words, key=f"packs.after.{current.hash[:8]}")
    old, new = versions[before], versions[after]
    if current.is_own and old.name == current.name and old.hash != current.hash:
        three.button(f"Go back to {old.hash[:10]}", key="packs.restore", on_click=restore, args=(current, old.files))
    files = shell.studio().packs.difference(old.files, new.files)
    changed = [file for file in files if file.status != "same"]
    kit.show("packdiff", *(_file(file) for file in changed), _alike(len(files) - len(changed)), key="packs.difference")


def _alike(n: int) -> kit.Element | None:
    return h("p", {"class": "lab"}, f"{count(n, 'file')} alike.") if n else None


def _file(file: FileDifference) -> kit.Element:
    return h(
        "div",
        {"class": "card", "key": file.file},
        h("div", {"class": "row"}, h("b", file.file), h("span", {"class": "lab push"}, file.status)),
        h("div", {"class": "code"}, kit.diff_nodes(_shortened(file.pieces))),
    )


def _shortened(pieces: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Long stretches that are alike are cut in their middle."""
    for sign, text in pieces:
        is_long = sign == "=" and len(text) > 3 * _AROUND
        yield sign, f"{text[:_AROUND]} […] {text[-_AROUND:]}" if is_long else text
