"""`runs …`: list, pause, resume, change the caps, overview."""

import argparse
from typing import Any

from core.domain.overview import Difference, Mean, Overview, Rate, Share
from core.domain.person import Actor
from core.domain.run import Caps
from core.errors import BadInput, NotFound
from core.services.commands.verb import Answer, Noun, Verb, opened, table, with_project
from core.services.growing import overview as overview_service
from core.services.projects import Project
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """The project's runs, newest first."""
    listed = studio.runs.list(actor, opened(studio, actor, project))
    return {
        "runs": [
            {"run": one.id, "number": one.number, "name": one.name, "state": one.state, "seeds": one.n_seeds}
            for one in listed
        ]
    }


def say_list(answer: Answer) -> str:
    return table(
        answer["runs"],
        ("number", "name", "state", "seeds", "run"),
        empty="No runs yet. `python -m core grow` begins one.",
    )


def pause(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """Start no more calls; those in flight are finished and kept."""
    opened_ = opened(studio, actor, project)
    run_id = named(studio, actor, opened_, run)
    studio.runs.pause(actor, opened_, run_id)
    return {"run": run_id}


def resume(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """Go on where the run stands."""
    opened_ = opened(studio, actor, project)
    run_id = named(studio, actor, opened_, run)
    studio.runs.resume(actor, opened_, run_id)
    return {"run": run_id}


def cap(
    studio: Studio,
    actor: Actor,
    *,
    project: str,
    run: str = "",
    calls: int | None,
    tokens: int | None,
    usd: float | None,
    none: bool,
) -> Answer:
    """Change what a run that stands may spend; what is not named stays as it is, `none` takes all caps away."""
    opened_ = opened(studio, actor, project)
    run_id = named(studio, actor, opened_, run)
    if not none and (calls, tokens, usd) == (None, None, None):
        raise BadInput("No cap was named", to_do="Give --calls, --tokens, --usd or --none.")
    now = Caps() if none else studio.runs.get(actor, opened_, run_id).settings.caps
    caps = Caps(
        calls=now.calls if calls is None else calls,
        tokens=now.tokens if tokens is None else tokens,
        usd=now.usd if usd is None else usd,
    )
    studio.runs.change_caps(actor, opened_, run_id, caps)
    return {"run": run_id, "calls": caps.calls, "tokens": caps.tokens, "usd": caps.usd}


def say_cap(answer: Answer) -> str:
    said = [f"{name}: {'no cap' if answer[name] is None else answer[name]}" for name in ("calls", "tokens", "usd")]
    return f"{', '.join(said)}. Go on with `runs resume`."


def overview(studio: Studio, actor: Actor, *, project: str, run: str = "", beside: str | None) -> Answer:
    """What a run amounts to; with `beside`, how another run differs from it."""
    opened_ = opened(studio, actor, project)
    now = overview_service.overview(actor, opened_, named(studio, actor, opened_, run))
    answer = _overview(now)
    if beside:
        other = overview_service.overview(actor, opened_, named(studio, actor, opened_, beside))
        answer["beside"] = {"run": other.run.id, "number": other.run.number, "name": other.run.name}
        answer["differences"] = [
            {
                "of": one.part,
                "name": one.name,
                "first": _figure(one.first),
                "second": _figure(one.second),
                "difference": _difference(one.difference),
            }
            for one in overview_service.compared(now, other)
        ]
    return answer


def _overview(now: Overview) -> Answer:
    return {
        "run": now.run.id,
        "number": now.run.number,
        "name": now.run.name,
        "state": now.run.state,
        "survived": _figure(now.survival),
        "errors": now.errors,
        "epochs": [_rate(rate) for rate in now.epochs],
        "operations": [_rate(rate) for rate in now.operations],
        "rules": [_rate(rate) for rate in now.rules],
        "eliminated": [{"operation": one.operation, "rule": one.rule, "n": one.n} for one in now.eliminated],
        "words_added": {"median": now.words.median, "within_budget": _figure(now.words.within)},
        "difficulty": [{"epoch": grade.epoch, **_figure(grade.mean)} for grade in now.grades],
        "tokens": now.tokens,
        "usd": now.usd,
        "tokens_per_survivor": now.of_survivor(now.tokens),
        "usd_per_survivor": now.of_survivor(now.usd),
    }


def _rate(rate: Rate) -> Answer:
    return {"name": rate.name, **_figure(rate.share), "unclear": rate.unclear, "failed": rate.failed}


def _figure(figure: Share | Mean) -> Answer:
    own: dict[str, Any] = {"k": figure.k} if isinstance(figure, Share) else {}
    return {**own, "n": figure.n, "value": figure.value, "low": figure.low, "high": figure.high}


def _difference(moved: Difference | None) -> Answer | None:
    return None if moved is None else {"value": moved.value, "low": moved.low, "high": moved.high}


def say_overview(answer: Answer) -> str:
    """Rates with their 95 % intervals, one a line; then the differences, if there are any."""
    head = f"Run {answer['number']}, {answer['name']}: {answer['state']}."
    rows = [{"of": "all", **answer["survived"]}]
    rows += [{"of": f"epoch {one['name']}", **one} for one in answer["epochs"]]
    rows += [{"of": one["name"], **one} for one in answer["operations"]]
    rows += [{"of": f"passed {one['name']}", **one} for one in answer["rules"]]
    rows += [{"of": "within 10-20 words", **answer["words_added"]["within_budget"]}]
    shares = table([_in_percent(row) for row in rows], ("of", "share", "95 %", "n"), empty="")
    each = answer["tokens_per_survivor"]
    cost = f"Tokens a survivor: {'–' if each is None else f'{each:,.0f}'}; dollars: {_or_unknown(answer['usd_per_survivor'])}."
    moved = [{"of": f"{one['of']} {one['name']}".strip(), **_moved(one)} for one in answer.get("differences", ())]
    beside = table(moved, ("of", "difference", "95 %"), empty="") if moved else ""
    return "\n".join(filter(None, (head, shares, cost, beside)))


def _in_percent(row: Answer) -> Answer:
    if row["value"] is None:
        return {"of": row["of"], "share": None, "95 %": None, "n": 0}
    between = f"{100 * row['low']:.0f}-{100 * row['high']:.0f}"
    return {"of": row["of"], "share": f"{100 * row['value']:.0f} %", "95 %": between, "n": row["n"]}


def _moved(one: Answer) -> Answer:
    moved = one["difference"]
    if moved is None:
        return {"difference": None, "95 %": None}
    return {"difference": f"{moved['value']:+.2f}", "95 %": f"{moved['low']:+.2f} … {moved['high']:+.2f}"}


def _or_unknown(usd: float | None) -> str:
    return "unknown" if usd is None else f"{usd:.4f}"


def named(studio: Studio, actor: Actor, project: Project, run: str) -> str:
    """A run's id, from its id or its number. BadInput for none, NotFound for an unknown one."""
    if not run:
        raise BadInput("No run was named", to_do="Give its number or its id: `runs list` says them.")
    for one in studio.runs.list(actor, project):
        if run in (one.id, str(one.number)):
            return one.id
    raise NotFound("There is no such run in this project", to_do="`runs list` says which there are.")


def one_run(parser: argparse.ArgumentParser) -> None:
    """Ask for a run by its id or its number."""
    parser.add_argument("run", nargs="?", default=argparse.SUPPRESS, metavar="RUN", help="its number or its id")
    parser.add_argument("--run", dest="run", default=argparse.SUPPRESS, metavar="RUN", help=argparse.SUPPRESS)
    with_project(parser)


def _cap_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument("--calls", type=int, help="at most so many calls")
    parser.add_argument("--tokens", type=int, help="at most so many tokens")
    parser.add_argument("--usd", type=float, help="at most so many dollars")
    parser.add_argument("--none", action="store_true", help="take all caps away first")


def _overview_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument("--beside", metavar="RUN", help="another run: how it differs")


PAUSE = Verb(name="pause", help="pause a run; what is in flight is kept", do=pause, options=one_run)
RESUME = Verb(name="resume", help="go on with a run, and watch it", do=resume, options=one_run, follows=True)
NOUN = Noun(
    name="runs",
    help="a project's runs",
    verbs=(
        Verb(name="list", help="list runs, newest first", do=list_, options=with_project, say=say_list),
        PAUSE,
        RESUME,
        Verb(name="cap", help="change what a run may spend", do=cap, options=_cap_options, say=say_cap),
        Verb(name="overview", help="rates, words, cost", do=overview, options=_overview_options, say=say_overview),
    ),
)
