"""`rates …`: what people accept, draws that follow it, the automatic rules against people, another threshold."""

import argparse

from core.domain.audit import RuleAudit
from core.domain.check import Rule
from core.domain.overview import Share
from core.domain.person import Actor
from core.domain.steering import SteerMode
from core.services.commands.runs import named, one_run
from core.services.commands.verb import Answer, Noun, Verb, opened, table
from core.services.growing import presets
from core.services.reviewing import difficulty as said_difficulty
from core.services.reviewing import rates as service
from core.services.reviewing.audits import audits
from core.services.reviewing.dry_run import dry_run
from core.services.studio import Studio


def list_(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """Shares accepted, of one run or of all."""
    opened_ = opened(studio, actor, project)
    found = service.accept_rates(actor, opened_, named(studio, actor, opened_, run) if run else None)
    parts = (("operation", found.operations), ("epoch", found.epochs), ("skill", found.skills))
    return {
        "overall": _share(found.overall),
        "rates": [{"of": part, "name": one.name, **_share(one.share)} for part, ones in parts for one in ones],
    }


def say_list(answer: Answer) -> str:
    rows = [{"of": "all", "name": "", **answer["overall"]}, *answer["rates"]]
    return table(
        [_in_percent(row) for row in rows if row["n"]],
        ("of", "name", "accepted", "95 %", "n"),
        empty="Nobody has decided yet.",
    )


def steer(studio: Studio, actor: Actor, *, project: str, run: str = "", mode: str | None = None) -> Answer:
    """How a run's next draws are weighed; with `mode`, from now on so."""
    opened_ = opened(studio, actor, project)
    run_id = named(studio, actor, opened_, run)
    if mode is not None:
        service.steer(actor, opened_, run_id, SteerMode(mode))
    now = service.steered(actor, opened_, run_id)
    return {"run": run_id, "mode": now.mode, "shares": {one.value: share for one, share in now.shares.items()}}


def say_steer(answer: Answer) -> str:
    rows = [{"operation": name, "drawn": f"{100 * share:.0f} %"} for name, share in answer["shares"].items()]
    return f"The next draws: {answer['mode']}.\n" + table(rows, ("operation", "drawn"), empty="")


def rules(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """Precision and recall of every automatic rule against people."""
    opened_ = opened(studio, actor, project)
    found = audits(actor, opened_, named(studio, actor, opened_, run) if run else None)
    return {"rules": [_rule(one) for one in found]}


def _rule(one: RuleAudit) -> Answer:
    recall = {"value": one.recall.value, "low": one.recall.low, "high": one.recall.high}
    return {
        "rule": one.rule,
        "eliminated": one.eliminated,
        "passed": one.passed,
        "precision": _share(one.precision),
        "recall": recall,
        "overrides": _share(one.overrides),
        "missed": _share(one.missed),
    }


def try_(studio: Studio, actor: Actor, *, project: str, run: str = "", rule: str, threshold: float) -> Answer:
    """What another threshold would do to what a run has stored; no call is made, nothing is changed."""
    opened_ = opened(studio, actor, project)
    found = dry_run(actor, opened_, named(studio, actor, opened_, run), Rule(rule), threshold)
    return {
        "rule": found.rule,
        "threshold": found.threshold,
        "checked": found.checked,
        "looked_at": found.looked_at,
        "would_be_eliminated": found.falls,
        "would_pass": found.rises,
        "against_people": found.against_people,
        "with_people": found.with_people,
        "own_cut": found.own_cut,
    }


def difficulty(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """How difficult people find instructions, by epoch, beside the model."""
    opened_ = opened(studio, actor, project)
    found = said_difficulty.by_epoch(actor, opened_, named(studio, actor, opened_, run) if run else None)
    return {
        "epochs": [
            {
                "epoch": "all" if one.epoch is None else one.epoch,
                "instructions": one.texts,
                "answers": one.scores,
                "people": one.people.value,
                "model": one.model.value,
                "more": one.more.value,
                "low": one.more.low,
                "high": one.more.high,
            }
            for one in found
        ]
    }


def say_difficulty(answer: Answer) -> str:
    means = ("people", "model", "more", "low", "high")
    rows = [
        {**row, **{name: "" if row[name] is None else f"{row[name]:.1f}" for name in means}} for row in answer["epochs"]
    ]
    return table(rows, ("epoch", "instructions", "answers", *means), empty="Nobody was asked yet.")


def _share(share: Share) -> Answer:
    return {"k": share.k, "n": share.n, "value": share.value, "low": share.low, "high": share.high}


def _in_percent(row: Answer) -> Answer:
    between = f"{100 * row['low']:.0f}-{100 * row['high']:.0f}"
    return {**row, "accepted": f"{100 * row['value']:.0f} %", "95 %": between}


def _steer_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument(
        "--mode", choices=[one.value for one in SteerMode], help="off, follow what people accept, or frozen"
    )


def _try_options(parser: argparse.ArgumentParser) -> None:
    one_run(parser)
    parser.add_argument("--rule", required=True, choices=[one.value for one in presets.THRESHOLDS])
    parser.add_argument("--threshold", required=True, type=float)


NOUN = Noun(
    name="rates",
    help="what people accept",
    verbs=(
        Verb(name="list", help="shares accepted, with n", do=list_, options=one_run, say=say_list),
        Verb(name="steer", help="whether a run's draws follow them", do=steer, options=_steer_options, say=say_steer),
        Verb(name="rules", help="each automatic rule against people", do=rules, options=one_run),
        Verb(
            name="difficulty", help="what people say, and the model", do=difficulty, options=one_run, say=say_difficulty
        ),
        Verb(name="try", help="another threshold, on what is stored", do=try_, options=_try_options),
    ),
)
