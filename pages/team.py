"""Team: who decided, or scored, how much at what pace, how far people agree, and by which rule they decide together."""

import streamlit as st

from core.domain.decision import ConsensusRule
from core.domain.queue import Queue
from core.services.projects import Project
from core.services.reviewing import queues
from core.services.reviewing import team as service
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.reviewing import team_view
from pages.ui.reviewing.review_queues import midnight
from pages.ui.words import count


def chosen_queue(project: Project) -> Queue:
    """Of which queue it is said what is left."""
    listed = {one.id: one for one in queues.every(shell.actor(), project) if not one.archived and not one.adjudicates}
    id_ = st.selectbox(
        "Left of the queue",
        list(listed),
        format_func=lambda one: f"Left of {listed[one].name}",
        key="team.queue",
        label_visibility="collapsed",
        width=260,
    )
    return listed[id_]


@st.dialog("Another rule")
def confirm(project: Project, wanted: ConsensusRule) -> None:
    with shell.problems("team.rule"):
        title, about = team_view.RULES[wanted]
        turns = service.turns(shell.actor(), project, wanted)
        kit.show("turns", h("p", h("b", title), ": ", about), team_view.turned(turns), key="team.turns")
        yes, no = st.columns(2)
        if yes.button("Decide by it", type="primary", key="team.rule.go", width="stretch"):
            service.change_rule(shell.actor(), project, wanted)
            st.rerun()
        if no.button("Leave it", key="team.rule.leave", width="stretch"):
            st.session_state["team.rule"] = service.rule(shell.actor(), project)
            st.rerun()


def rule_part(project: Project) -> None:
    """The rule as it is, and the others to choose from; choosing asks first."""
    now = service.rule(shell.actor(), project)
    with st.container(border=True, key="team_rule_card"):
        kit.show("rule", h("div", {"class": "h"}, "How several verdicts become one"), key="team.rule.head")
        st.session_state.setdefault("team.rule", now)
        st.radio(
            "Rule",
            list(ConsensusRule),
            format_func=lambda one: team_view.RULES[one][0],
            captions=[team_view.RULES[one][1] for one in ConsensusRule],
            key="team.rule",
            label_visibility="collapsed",
        )
        wanted = ConsensusRule(st.session_state["team.rule"])
        if wanted is not now and st.button("See what changes", key="team.rule.ask"):
            confirm(project, wanted)


def settle(project: Project) -> None:
    """Open the adjudicator's queue in the deck."""
    queue = service.disputed_queue(shell.actor(), project)
    st.switch_page("../review.py", query_params={"project": project.slug, "queue": queue.id})


with st.container(horizontal=True, vertical_alignment="center", key="team_head"):
    st.title("Team", width="stretch", anchor=False)
    bar = st.container(horizontal=True, vertical_alignment="center", width="content")
with shell.problems("team"):
    project = shell.project()
    with bar:
        queue = chosen_queue(project)
        st.page_link(
            "../history.py", label="History", icon=":material/history:", query_params={"project": project.slug}
        )
        team = service.team(shell.actor(), project, queue, midnight())
        words = f"Settle {count(team.disputed, 'disagreement')}"
        if team.disputed and st.button(words, type="primary", key="team.settle"):
            settle(project)
    if team.members:
        team_view.people(team, queue.name)
        left, right = st.columns(2, gap="small")
        with left:
            with st.container(border=True, key="team_alpha_card"):
                team_view.alpha(team)
            rule_part(project)
        with right:
            with st.container(border=True, key="team_pairs_card"):
                team_view.pairs(team)
            if any(one.scores for one in team.members):
                with st.container(border=True, key="team_difficulty_card"):
                    team_view.difficulty(team)
    else:
        empty = "Nobody has decided anything in this project yet. Whoever reviews says who they are at the foot of the sidebar."
        kit.show("empty", h("p", empty), key="team.empty")
        rule_part(project)
