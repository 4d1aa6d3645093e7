"""`studies …`; `study-answers` and `study-judge`: let endpoints answer a study's prompts, and models judge its responses."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from core.domain.call import Sampling
from core.domain.model_judge import JudgeMode, JudgeReading, JudgeState, JudgeVariant, JudgeWish
from core.domain.person import Actor
from core.domain.progress import Estimate
from core.domain.run import Caps
from core.domain.study_answers import AnswersState, AnswerWish
from core.domain.study_now import StudyNow
from core.errors import BadInput
from core.services.commands import study_links, study_out
from core.services.commands.verb import Answer, Noun, Tell, Verb, opened, table, tell_nobody, whole_path, with_project
from core.services.evaluating import study_making
from core.services.studio import Studio

_LOOK_S = 0.5
_PATIENCE_S = 300.0  # where nobody is told how far it is, the running app does it and goes on with it anyway


def list_(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """Every version of every study, the newest first."""
    found = study_making.every(actor, opened(studio, actor, project))
    return {
        "studies": [
            {"name": one.name, "version": one.version, "state": one.state, "prompts": one.prompts, "study": one.id}
            for one in found
        ]
    }


def say_list(answer: Answer) -> str:
    columns = ("name", "version", "state", "prompts", "study")
    return table(answer["studies"], columns, empty="No studies yet. They are made on the page Studies.")


def answers(
    studio: Studio, actor: Actor, *, project: str, study: str, endpoint: str, name: str, temperature: float | None,
    top_p: float | None, max_tokens: int | None, calls: int | None, tokens: int | None, usd: float | None, estimate: bool,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Ask an endpoint for the responses of it that are missing, and wait; with `estimate` only say what that takes."""
    project_ = opened(studio, actor, project)
    of, service = study_making.named(actor, project_, study), studio.study_answers
    usual = studio.endpoints.get(actor, endpoint).sampling.over(Sampling(max_tokens=1_024))
    sampling = Sampling(
        temperature=usual.temperature if temperature is None else temperature,
        top_p=usual.top_p if top_p is None else top_p,
        max_tokens=max_tokens or usual.max_tokens,
    )
    wish = AnswerWish(endpoint=endpoint, sampling=sampling, name=name)
    if estimate:
        return _estimated(of, service.estimate(actor, project_, of.id, wish))
    system = service.start(actor, project_, of.id, wish, Caps(calls=calls, tokens=tokens, usd=usd))

    def now() -> AnswersState:
        return next(one for one in service.states(actor, project_, of.id, system_id=system))

    _wait(lambda: service.wait(actor, project_, of.id, system, _LOOK_S), now, tell)
    end = now()
    return {
        "study": of.id,
        "name": end.name,
        "answered": end.answered,
        "prompts": end.total,
        "cut": end.cut,
        "failed": [{"prompt": one.key, "tries": one.tries, "why": one.why} for one in end.unanswered],
        **_how_it_stands(end),
    }


def say_answers(answer: Answer) -> str:
    """What came, in words."""
    if "estimate" in answer:
        return _say_estimate(answer)
    cut = f", {answer['cut']} of them cut at the most tokens" if answer["cut"] else ""
    lines = [
        f"{answer['name']}: {answer['answered']:,} of {answer['prompts']:,} prompts answered{cut}. {_say_end(answer)}"
    ]
    lines += [f"  prompt {one['prompt']}, asked {one['tries']} times: {one['why']}" for one in answer["failed"][:20]]
    return "\n".join(lines)


def judge(
    studio: Studio, actor: Actor, *, project: str, study: str, endpoint: str, mode: str, words: str, reading: str | None,
    own: str | None, temperature: float, calls: int | None, tokens: int | None, usd: float | None, estimate: bool,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Let a model judge what it has not judged yet, and wait; with `estimate` only say what that takes."""
    project_ = opened(studio, actor, project)
    of, service = study_making.named(actor, project_, study), studio.model_judges
    wish = JudgeWish(
        endpoint=endpoint,
        mode=JudgeMode(mode),
        variant=JudgeVariant(words),
        reading=JudgeReading(reading) if reading else None,
        own=_text_of(own) if own else "",
        temperature=temperature,
    )
    if estimate:
        return _estimated(of, service.estimate(actor, project_, of.id, wish))
    rater = service.start(actor, project_, of.id, wish, Caps(calls=calls, tokens=tokens, usd=usd))

    def now() -> JudgeState:
        return next(one for one in service.states(actor, project_, of.id, judge_id=rater))

    _wait(lambda: service.wait(actor, project_, of.id, rater, _LOOK_S), now, tell)
    end = now()
    return {
        "study": of.id,
        "judge": end.id,
        "name": end.name,
        "prompt_hash": end.prompt_hash,
        "judged": end.judged,
        "trials": end.total,
        "unclear": end.unclear,
        "failed": end.failed,
        "pairs_in_both_orders": end.orders.pairs,
        "flip_rate": end.orders.flip_rate,
        **_how_it_stands(end),
    }


def say_judge(answer: Answer) -> str:
    """How far it came, in words; never who wins."""
    if "estimate" in answer:
        return _say_estimate(answer)
    said = f"{answer['name']}: {answer['judged']:,} of {answer['trials']:,} trials judged, {answer['unclear']:,} unclear, {answer['failed']:,} failed."
    flips = answer["flip_rate"]
    orders = (
        ""
        if flips is None
        else f" Judged differently in the other order: {100 * flips:.0f} % of {answer['pairs_in_both_orders']:,} pairs."
    )
    return f"{said}{orders} {_say_end(answer)}"


def _wait(has_ended: Callable[[], bool], now: Callable[[], AnswersState | JudgeState], tell: Tell) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not has_ended() and (tell is not tell_nobody or time.monotonic() < until):
        progress = now().progress
        if progress is not None:
            tell(progress.done / max(1, progress.total), f"{progress.done:,} of {progress.total:,}")


def _how_it_stands(end: AnswersState | JudgeState) -> Answer:
    spent = end.spending
    return {
        "going": end.is_going,
        "reason": end.progress.reason if end.progress else "",
        "calls": spent.calls,
        "tokens": spent.tokens,
        "usd": spent.usd,
        "failures": [{"kind": one.kind, "n": one.n, "last": one.last} for one in end.failures],
    }


def _say_end(answer: Answer) -> str:
    dollars = "" if answer["usd"] is None else f", ${answer['usd']:.4f}"
    going = "The running app goes on with it. " if answer["going"] else ""
    return f"{going}{answer['calls']:,} calls, {answer['tokens']:,} tokens{dollars}. {answer['reason']}".rstrip()


def _estimated(study: StudyNow, said: Estimate) -> Answer:
    return {
        "study": study.id,
        "estimate": {"calls": said.calls, "tokens": said.tokens, "usd": said.usd, "duration_s": said.duration_s},
    }


def _say_estimate(answer: Answer) -> str:
    said = answer["estimate"]
    price = "price unknown" if said["usd"] is None else f"${said['usd']:.4f}"
    return f"About {said['calls']:,} calls, {said['tokens']:,} tokens, {price}, {max(1, round((said['duration_s'] or 0) / 60)):,} min. Nothing was spent."


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("The judge's words cannot be read", where=file, to_do="Name a text file in UTF-8.") from error


def _both(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("study", metavar="STUDY", help="its name (then the newest version) or its id")
    add("--endpoint", required=True, metavar="NAME", help="whom to ask; “embedded” is the embedded model")
    add("--calls", type=int, help="cap on calls, in all that it was ever asked here")
    add("--tokens", type=int, help="cap on tokens")
    add("--usd", type=float, help="cap on money")
    add("--estimate", action="store_true", help="only say what it will take")
    with_project(parser)


def _answers_options(parser: argparse.ArgumentParser) -> None:
    _both(parser)
    parser.add_argument("--name", default="", help="what results call this system; default: the endpoint's name")
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--top-p", type=float)
    parser.add_argument("--max-tokens", type=int)


def _judge_options(parser: argparse.ArgumentParser) -> None:
    _both(parser)
    add = parser.add_argument
    add(
        "--mode", choices=tuple(JudgeMode), default=JudgeMode.PAIR, help="pairs in both orders, or responses one by one"
    )
    add("--words", choices=tuple(JudgeVariant), default=JudgeVariant.BY_SKILL, help="by which words it judges")
    add("--own", type=whole_path, metavar="FILE", help="own words in place of these")
    add(
        "--reading",
        choices=tuple(JudgeReading),
        help="how its verdict is told; default: the best that the endpoint can",
    )
    add("--temperature", type=float, default=0.0)


NOUN = Noun(
    name="studies",
    help="a project's studies",
    verbs=(
        Verb(name="list", help="list studies, newest first", do=list_, options=with_project, say=say_list),
        *study_links.VERBS,
    ),
)
VERBS = (
    Verb(
        name="study-answers", help="let an endpoint answer a study's prompts", do=answers, options=_answers_options,
        say=say_answers, tells=True,
    ),
    Verb(
        name="study-judge", help="let a model judge a study's responses", do=judge, options=_judge_options, say=say_judge,
        tells=True,
    ),
    *study_out.VERBS,
)  # fmt: skip
