"""The card beside the form: what the run will take, what that assumes, and what to know before it starts."""

from core.domain.progress import Estimate
from core.domain.run import RunSettings
from core.domain.system import EMBEDDED
from core.domain.task import TaskKind
from core.services.growing import seeds
from core.services.growing.cautions import cautions
from core.services.growing.estimate import estimate
from core.services.projects import Project
from pages.ui import kit, shell
from pages.ui.kit import h
from pages.ui.words import count, duration, money

_KINDS = {
    TaskKind.EVOLVE: "evolving",
    TaskKind.JUDGE: "judging",
    TaskKind.RESPOND: "answering",
    TaskKind.SCORE: "scoring",
}


def card(project: Project, settings: RunSettings) -> None:
    """Drawn anew with every change of the form."""
    actor = shell.actor()
    total, n_seeds = seeds.count(actor, project), seeds.count_of(actor, project, settings.seeds)
    cast = shell.studio().endpoints.cast(actor, settings)
    said = estimate(actor, project, settings, cast, n_seeds)
    free = {player.name for player in cast.values()} == {EMBEDDED}
    rows = (
        ("Seeds", f"{n_seeds:,} of {total:,}"),
        ("Children", f"about {said.children:,}"),
        ("Calls", f"about {said.calls:,}"),
        ("Tokens", f"about {said.tokens:,}"),
        ("Money", "nothing" if free else "price unknown" if said.usd is None else f"about {money(said.usd)}"),
        ("Time", _time(said)),
    )
    kit.show(
        "estimate",
        h("div", {"class": "h"}, "What it will take"),
        (
            h("div", {"class": "row"}, h("span", {"class": "dim"}, name), h("b", {"class": "push num"}, value))
            for name, value in rows
        ),
        h("p", {"class": "lab"}, f"For {count(n_seeds, 'seed')} and {count(settings.epochs, 'epoch')}. Nothing is spent yet."),
        h("p", {"class": "lab"}, _assumed(said)),
        *(kit.note("error", "Note", one) for one in cautions(settings, said, cast, n_seeds)),
        key="runs.estimate",
    )  # fmt: skip


def _time(said: Estimate) -> str:
    """A batch may take a day; nobody knows how much less."""
    live = f"about {duration(said.duration_s)}" if said.duration_s else ""
    batches = f"{count(said.batches, 'batch', 'batches')}, up to 24 h each" if said.batches else ""
    return " and ".join(filter(None, (batches, live))) or "not known"


def _assumed(said: Estimate) -> str:
    """Where the figures come from."""
    if said.survival_of:
        survive = f"{100 * said.survival:.0f} % survive, as of {said.survival_of:,} decided here under the same rules"
    else:
        survive = f"{100 * said.survival:.0f} % survive, assumed until this project has outcomes like these"
    measured = ", ".join(_KINDS[kind] for kind in said.measured)
    if not measured:
        return f"{survive}. Tokens and time a call are guesses until the endpoint has answered here."
    return f"{survive}. Tokens and time a call as measured here for {measured}."
