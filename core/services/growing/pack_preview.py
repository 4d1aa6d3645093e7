"""What a prompt would send for a seed, word for word; and, if asked, one live call with what the rules say of its reply."""

from collections.abc import Mapping
from dataclasses import replace

from core.domain.call import CallFailure, ChatReply, ChatRequest, Sampling
from core.domain.check import Rule
from core.domain.operation import Operation
from core.domain.person import Actor
from core.domain.prompt_pack import Attempt, Preview, Question, RuleWord
from core.domain.run import Caps, SeedChoice
from core.domain.system import Endpoint
from core.domain.words import count_words
from core.errors import BadInput
from core.evolution.asking import evolve_request, judge_request, score_request
from core.evolution.budget import Budget, worst_case
from core.evolution.difference import difference
from core.evolution.elimination import Finding, check_equality, check_instruction, default_threshold
from core.evolution.pack import Pack, pack_from_files
from core.evolution.reply import read_evolution
from core.evolution.template import JUDGE, SCORE, Template
from core.evolution.verdicts import read_difficulty, read_equality
from core.ports import ChatModel, Limiter
from core.services.access import may_grow, may_read
from core.services.growing import presets
from core.services.studio import Studio

_OPERATIONS = frozenset(operation.value for operation in Operation)
_MOST_CHARACTERS = 20_000


def can_show(file: str) -> bool:
    """Whether a file is a prompt that is sent, rather than a list of words."""
    return file.partition(".")[0] in {*_OPERATIONS, JUDGE, SCORE}


def preview(studio: Studio, actor: Actor, files: Mapping[str, str], question: Question, endpoint: str) -> Preview:
    """The exact turns. BadInput for files that are no pack, and for a text that no run would send."""
    may_read(actor)
    chosen = studio.endpoints.get(actor, endpoint)
    pack = pack_from_files("draft", files)
    request = _request(pack, question, _sampling(endpoint))
    worst = worst_case(request, chosen.prices)
    return Preview(
        messages=request.messages,
        reply=pack.templates[question.file.removesuffix(".md")].reply,
        max_tokens=request.sampling.max_tokens,
        temperature=request.sampling.temperature,
        worst_tokens=worst.tokens,
        worst_usd=worst.usd,
    )


def ask_once(studio: Studio, actor: Actor, files: Mapping[str, str], question: Question, endpoint: str) -> Attempt:
    """One live call, in the endpoint's turn beside all runs. It is shown, and kept nowhere.

    BadInput or EndpointError before the call; then nothing was spent. A call that fails is an Attempt that says so.
    """
    may_grow(actor)
    chosen = studio.endpoints.get(actor, endpoint)
    pack = pack_from_files("draft", files)
    request = _request(pack, question, _sampling(endpoint))
    studio.endpoints.check(actor, endpoint)
    model = studio.endpoints.open(chosen)

    async def ask(limiter: Limiter, _: Budget) -> ChatReply | CallFailure:
        try:
            return await _chat(model, limiter, request)
        finally:
            await model.close()

    outcome = studio.live.once("preview", chosen, Budget(Caps()), ask)
    if isinstance(outcome, CallFailure):
        detail = f" ({outcome.detail[:300]})" if outcome.detail else ""
        problem = f"{outcome.kind.cause}{detail}. {outcome.kind.remedy}."
        return Attempt(text=None, raw=outcome.raw, problem=problem, latency_ms=outcome.latency_ms)
    return _read(pack, question, outcome, chosen)


async def _chat(model: ChatModel, limiter: Limiter, request: ChatRequest) -> ChatReply | CallFailure:
    async with limiter.slot():
        outcome = await model.chat(request)
    limiter.observe(outcome)
    return outcome


def _request(pack: Pack, question: Question, sampling: Sampling) -> ChatRequest:
    text = question.text.strip()
    if not text:
        raise BadInput("There is no seed to show it with", to_do="Choose one, or write one.")
    if len(text) + len(question.child) > _MOST_CHARACTERS:
        raise BadInput(f"The text is longer than {_MOST_CHARACTERS:,} characters", to_do="Choose a shorter one.")
    part, _, data_format = question.file.removesuffix(".md").partition(".")
    if part == JUDGE:
        return judge_request(pack, parent=text, child=question.child.strip() or text)
    if part == SCORE:
        return score_request(pack, instruction=text)
    if part not in _OPERATIONS or question.file.removesuffix(".md") not in pack.templates:
        raise BadInput("This file is no prompt: it holds words that the others use", where=question.file[:80])
    if not data_format:
        pack = replace(pack, templates=_general_only(pack, part))
    return evolve_request(
        pack,
        operation=Operation(part),
        instruction=text,
        data_format=data_format or question.data_format,
        sampling=sampling,
        seed=question.seed,
    )


def _general_only(pack: Pack, part: str) -> dict[str, Template]:
    """Without the demonstrations of single formats, which would be asked in the general prompt's place."""
    return {name: template for name, template in pack.templates.items() if not name.startswith(f"{part}.")}


def _sampling(endpoint: str) -> Sampling:
    """As a new run would draw from this endpoint."""
    return presets.settings(presets.QUICK, name="", endpoint=endpoint, seeds=SeedChoice(), rng_seed=0).evolving


def _read(pack: Pack, question: Question, reply: ChatReply, endpoint: Endpoint) -> Attempt:
    part = question.file.partition(".")[0]
    attempt = Attempt(
        text=None,
        raw=reply.text,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        cost_usd=endpoint.prices.cost_usd(reply.tokens_in, reply.tokens_out),
        latency_ms=reply.latency_ms,
    )
    if part in (JUDGE, SCORE):
        return _judged(reply, attempt) if part == JUDGE else _scored(reply, attempt)
    text = read_evolution(pack, Operation(part), reply, parent=question.text.strip())
    if text is None:
        return replace(attempt, problem="The reply was not what was asked for. A run would ask again.")
    return _checked(pack, Operation(part), question.text.strip(), text, reply, attempt)


def _judged(reply: ChatReply, attempt: Attempt) -> Attempt:
    cut = default_threshold(Rule.NO_INFORMATION_GAIN)
    assert cut is not None
    finding = check_equality(read_equality(reply, cut=cut))
    sure = "" if finding.score is None else f", {finding.score:.0%} for not equal"
    return replace(attempt, text=f"“{reply.text.strip()[:200]}”{sure}", rules=(_word(finding),))


def _scored(reply: ChatReply, attempt: Attempt) -> Attempt:
    value = read_difficulty(reply)
    if value is None:
        return replace(attempt, problem="No number from 1 to 10 can be read in the reply. A run would leave a gap.")
    return replace(attempt, text=f"Difficulty {value:.1f}")


def _word(finding: Finding) -> RuleWord:
    return RuleWord(rule=finding.rule, verdict=finding.verdict, evidence=finding.evidence)


def _checked(pack: Pack, operation: Operation, parent: str, text: str, reply: ChatReply, attempt: Attempt) -> Attempt:
    findings = check_instruction(
        tuple(Rule),
        {},
        pack=pack,
        operation=operation,
        parent=parent,
        child=text,
        seed_text=parent,
        ancestors=(),
        finish_reason=reply.finish_reason,
    )
    return replace(
        attempt,
        text=text,
        words_added=count_words(text) - count_words(parent),
        pieces=difference(parent, text).pieces,
        rules=tuple(map(_word, findings)),
    )
