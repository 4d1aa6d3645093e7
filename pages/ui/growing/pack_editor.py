"""One prompt pack: its prompts to read or edit, each checked as it is typed, and beside them what would be sent."""

from collections.abc import Mapping

import streamlit as st

from core.domain.prompt_pack import PackVersion
from core.errors import BadInput, StudioError
from core.services.growing import pack_files
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.growing import pack_list, pack_preview, pack_versions
from pages.ui.kit import h
from pages.ui.words import count

_PROMPTS, _VERSIONS = "Prompts", "Versions"


def page(project: Project, name: str) -> None:
    """The pack called `name`, in its newest version."""
    version = shell.studio().packs.current(shell.actor(), name)
    draft = drafted(version)
    faults = shell.studio().packs.faults(draft)
    _head(version)
    _said(version, draft)
    part = st.segmented_control(
        "Part", [_PROMPTS, _VERSIONS], default=_PROMPTS, key="packs.part", required=True, label_visibility="collapsed"
    )
    if part == _VERSIONS:
        pack_versions.show(project, version, keep)
        return
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        file = _file(version, draft, faults)
        _text(version, file)
        _state(version, draft, faults)
    with right:
        pack_preview.show(project, draft, file, is_usable=not faults)


def drafted(version: PackVersion) -> dict[str, str]:
    """The pack's files as they stand in the text areas of this visit."""
    return {file: st.session_state.get(_key(version, file), text) for file, text in version.files.items()}


def _key(version: PackVersion, file: str) -> str:
    return f"packs.text.{version.name}.{version.hash[:12]}.{file}"


def _head(version: PackVersion) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="packs_head"):
        st.title(version.name, width="stretch", anchor=False)
        st.button("All packs", key="packs.back", on_click=pack_list.go)
        st.download_button(
            "Export",
            pack_files.as_zip(version.name, version.files),
            file_name=f"{version.name}.zip",
            mime="application/zip",
            on_click="ignore",
            key="packs.export",
        )
        if version.is_own and st.button("Remove…", key="packs.remove"):
            _remove_dialog(version)
        if st.button("Copy…", key="packs.copy", type="secondary" if version.is_own else "primary"):
            _copy_dialog(version)
        if version.is_own:
            st.button("Save", type="primary", key="packs.save", on_click=_save, args=(version,))


def _save(version: PackVersion) -> None:
    """A callback: what the text areas say is newer than what the page was drawn with."""
    keep(version, drafted(version))


def keep(version: PackVersion, files: Mapping[str, str]) -> None:
    """Save these files as the pack's newest version, and have the page say what became of it."""
    try:
        kept = shell.studio().packs.save(shell.actor(), version.name, files, from_hash=version.hash)
    except StudioError as error:
        said = ("error", "Not saved", f"{error}")
    else:
        if kept.hash == version.hash:
            said = ("waiting", "Nothing has changed", "So no version was made.")
        else:
            said = ("saved", "Saved", f"as version {kept.hash[:10]}. Runs that start now ask with it.")
            for file, text in files.items():  # gone back to, it shall not show what was once typed over it
                st.session_state[_key(kept, file)] = text
    st.session_state["packs.said"] = (version.name, dict(files), said)


def _said(version: PackVersion, draft: Mapping[str, str]) -> None:
    """What became of the last save, until something else is typed."""
    name, files, said = st.session_state.get("packs.said", ("", {}, ("", "", "")))
    if (name, files) == (version.name, dict(draft)):
        kit.show("said", kit.note(*said), key="packs.said.view")


def _file(version: PackVersion, draft: Mapping[str, str], faults: tuple[BadInput, ...]) -> str:
    broken = {fault.where for fault in faults}

    def words(file: str) -> str:
        return f"{file} · {'cannot be used' if file in broken else 'changed'}" if _is_marked(file) else file

    def _is_marked(file: str) -> bool:
        return file in broken or draft[file] != version.files[file]

    return st.selectbox("Prompt", list(version.files), format_func=words, key=f"packs.file.{version.name}")


def _text(version: PackVersion, file: str) -> None:
    if not version.is_own:
        kit.show("packmsg", h("div", {"class": "m code"}, version.files[file]), key="packs.text")
        return
    key = _key(version, file)
    st.session_state.setdefault(key, version.files[file])
    st.text_area(
        file,
        height=430,
        key=key,
        label_visibility="collapsed",
        persist_state="page",
    )


def _state(version: PackVersion, draft: Mapping[str, str], faults: tuple[BadInput, ...]) -> None:
    """Whether it could be saved, and if not, why, file by file."""
    if not version.is_own:
        kit.show(
            "said", kit.note("waiting", "Read only", "It comes with the studio. Copy it to edit it."), key="packs.state"
        )
        return
    changed = [file for file, text in draft.items() if text != version.files[file]]
    notes = [kit.note("error", fault.where, f"{fault.what} {fault.to_do}") for fault in faults]
    if not notes and changed:
        notes = [
            kit.note("saved", "It can be saved", f"{count(len(changed), 'prompt')} changed: {', '.join(changed)}.")
        ]
    if not notes:
        notes = [kit.note("waiting", "As saved", f"Version {version.hash[:10]}, {pack_list.day(version.saved_at)}.")]
    kit.show("said", *notes, key="packs.state")


@st.dialog("Copy this pack")
def _copy_dialog(version: PackVersion) -> None:
    with shell.problems("packs.copy"):
        kit.show(
            "hint",
            h("p", {"class": "lab"}, "The copy is yours to edit. Small letters, digits, hyphens."),
            key="packs.copy.about",
        )
        name = st.text_input("Name of the copy", value=f"{version.name}-mine"[:40], max_chars=40, key="packs.copy.name")
        if st.button("Make the copy", type="primary", key="packs.copy.go"):
            made = shell.studio().packs.copy(shell.actor(), version.name, name.strip())
            pack_list.go(pack=made.name)
            st.rerun()


@st.dialog("Remove this pack?")
def _remove_dialog(version: PackVersion) -> None:
    with shell.problems("packs.remove"):
        about = f"The name “{version.name}” becomes free. Every version stays with the instructions that it made, and runs go on."
        if kit.is_removal_meant(about, key="packs.remove"):
            shell.studio().packs.remove(shell.actor(), version.name)
            pack_list.go()
            st.rerun()
