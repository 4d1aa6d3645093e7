"""Trying another threshold on what a run has stored: who would flip, and whom people had decided otherwise."""

import streamlit as st

from core.domain.audit import DryRun, Flip
from core.domain.progress import RunSummary
from core.services.growing import presets
from core.services.projects import Project
from core.services.reviewing.dry_run import dry_run
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count


def card(project: Project, run: RunSummary) -> None:
    """Rule, threshold, what would come of it. Nothing is asked and nothing is changed."""
    tried = [rule for rule in run.settings.rules if rule in presets.THRESHOLDS]
    if not tried:
        return
    with st.container(border=True, key="rates_dry_card"):
        about = "on what is stored: no call is made, nothing is changed"
        kit.show("rates", h("div", {"class": "hd"}, h("span", {"class": "h"}, "Try another threshold"), h("span", {"class": "lab"}, about)), key="rates.dry.head")  # fmt: skip
        one, two, three = st.columns([1.2, 1, 0.6], vertical_alignment="bottom")
        rule = one.selectbox("Rule", tried, format_func=lambda rule: rule.label, key="rates.dry.rule")
        threshold = presets.THRESHOLDS[rule]
        value = two.number_input(
            threshold.words.capitalize(),
            0.0,
            threshold.most,
            run.settings.thresholds.get(rule, threshold.usual),
            threshold.step,
            key=f"rates.dry.{run.id}.{rule}",
        )
        if three.button("Try it", key="rates.dry.go", width="stretch"):
            with st.spinner("Holding the rule against what is stored"), shell.problems("rates.dry"):
                st.session_state["rates.dry.found"] = (run.id, dry_run(shell.actor(), project, run.id, rule, value))
        of, found = st.session_state.get("rates.dry.found", (None, None))
        if found is not None and of == run.id:
            kit.show("rates", *_found(project, found), key="rates.dry.result")


def _found(project: Project, found: DryRun) -> list[kit.Child]:
    at = f"{found.rule.label} at {found.threshold:g}"
    looked = f"of {found.looked_at:,} that it checked"
    if found.looked_at < found.checked:
        looked = f"of {found.looked_at:,} looked at, those that people decided first; it checked {found.checked:,}"
    said = [
        kit.stats(
            ("Would be eliminated", f"{found.falls:,}", "survive now"),
            ("Would pass it", f"{found.rises:,}", "eliminated by it alone now"),
            ("Against people", f"{found.against_people:,}", f"{found.with_people:,} with them"),
            ("As before", f"{found.kept:,}", looked),
        )
    ]
    if found.own_cut:
        said.append(kit.note("waiting", "Not moved", f"{count(found.own_cut, 'child', 'children')} were judged by what was named, which has a cut of its own."))  # fmt: skip
    if not found.flips:
        said.append(h("p", f"{at} flips nothing."))
    return [*said, *(_flip(project, one) for one in found.flips)]


def _flip(project: Project, one: Flip) -> kit.Element:
    now = "eliminated" if one.falls else "survived"
    return h(
        "a",
        {
            "class": "l",
            "key": one.id,
            "href": f"/trees?project={project.slug}&run={one.run_id}&seed={one.seed_id}&node={one.id}",
        },
        kit.mark(now, f"would be {now}"),
        kit.read(one.text or "(no text)", "one"),
        kit.mark(one.human),
        h("span", {"class": "lab"}, "against people" if one.contradicts else ""),
    )
