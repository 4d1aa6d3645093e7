"""`explore survival`: the funnel, rates, money, difficulty and length, of a project or of one run."""

from core.domain.person import Actor
from core.domain.survival import Funnel, Graded, Long, Money, Part, Price, Rates, Told
from core.services.commands.coverage import of_run
from core.services.commands.runs import one_run
from core.services.commands.verb import Answer, Verb, opened, table
from core.services.studio import Studio

_PRICES = (("In all", "usd"), ("a survivor", "usd_per_survivor"), ("an accepted one", "usd_per_accepted"))


def survival(studio: Studio, actor: Actor, *, project: str, run: str = "") -> Answer:
    """All numbers of Explore's first view."""
    opened_ = opened(studio, actor, project)
    scope = of_run(studio, actor, opened_, run)
    asked = (actor, opened_, scope)
    hardness, length = studio.survival.hardness(*asked), studio.survival.length(*asked)
    return {
        "scope": scope.title,
        **_funnel(studio.survival.funnel(*asked)),
        "rates": list(_rates(studio.survival.rates(*asked))),
        "money": _money(studio.survival.money(*asked)),
        "difficulty": [_graded(one) for one in hardness.epochs],
        "people_against_model": {
            "n": hardness.agreement.more.n,
            "more": hardness.agreement.more.value,
            "spearman": hardness.agreement.spearman.value,
            "kappa": hardness.agreement.kappa.value,
        },
        "words": [_long(one) for one in length.epochs],
    }


def _funnel(found: Funnel) -> Answer:
    steps = [
        {"step": one.name, "n": one.n, "of_the_step_before": found.share(at)} for at, one in enumerate(found.steps)
    ]
    return {"funnel": steps, "failed": found.failed, "waiting": found.waiting, "overridden": found.overridden.n}


def _rates(found: Rates) -> list[Answer]:
    survived = [("passed" if one.part is Part.RULE else "survived", one) for one in (*found.survived, *found.rules)]
    return [_told(what, one) for what, one in (*survived, *(("accepted", one) for one in found.accepted))]


def _told(what: str, one: Told) -> Answer:
    share = one.share
    said = {"of": one.part, "name": one.label, "what": what, "k": share.k, "n": share.n}
    return {**said, "value": share.value, "low": share.low, "high": share.high, "unclear": one.unclear}


def _money(found: Money) -> Answer:
    total = _price(found.total)
    return total | {"operations": [_price(one) for one in found.operations]}


def _price(one: Price) -> Answer:
    """Unknown prices stay unknown: None, and how many calls have none."""
    return {
        "operation": one.operation,
        "calls": one.spent.calls,
        "tokens": one.spent.tokens,
        "usd": one.spent.total_usd,
        "calls_without_a_price": one.spent.unpriced,
        "survived": one.survived,
        "accepted": one.accepted,
        "usd_per_survivor": one.usd_each(one.survived),
        "usd_per_accepted": one.usd_each(one.accepted),
        "tokens_per_survivor": one.tokens_each(one.survived),
        "tokens_per_accepted": one.tokens_each(one.accepted),
    }


def _graded(one: Graded) -> Answer:
    model = {"n": one.model.n, "model": one.model.value, "low": one.model.low, "high": one.model.high}
    return {"epoch": one.epoch, **model, "people": one.people.value, "people_n": one.people.n, "paper": one.paper}


def _long(one: Long) -> Answer:
    return {
        "epoch": one.epoch,
        "n": one.words.n if one.words else 0,
        "words": one.words.mean if one.words else None,
        "median": one.words.quantiles[2] if one.words else None,
        "added": one.added.mean if one.added else None,
        "added_median": one.added.quantiles[2] if one.added else None,
    }


def say_survival(answer: Answer) -> str:
    steps = [
        {"step": one["step"], "n": one["n"], "of the step before": _percent(one["of_the_step_before"])}
        for one in answer["funnel"]
    ]
    rates = [one | {"rate": _percent(one["value"])} for one in answer["rates"] if one["n"]]
    money = answer["money"]
    each = ", ".join(f"{name} {_usd(money[key])}" for name, key in _PRICES)
    unknown = f"; {money['calls_without_a_price']:,} calls without a price" if money["calls_without_a_price"] else ""
    cost = f"{money['calls']:,} calls, {money['tokens']:,} tokens. {each}{unknown}."
    hard = [{**one, "model": _short(one["model"]), "people": _short(one["people"])} for one in answer["difficulty"]]
    return "\n\n".join(
        [
            f"{answer['scope']}\n" + table(steps, ("step", "n", "of the step before"), empty=""),
            table(rates, ("of", "name", "what", "rate", "n"), empty="Nothing was decided yet."),
            cost,
            table(hard, ("epoch", "n", "model", "people", "paper"), empty="Nothing was scored."),
        ]
    )


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.0f} %"


def _short(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _usd(value: float | None) -> str:
    return "–" if value is None else f"${value:,.4f}"


VERBS = (Verb(name="survival", help="what survived, at what cost", do=survival, options=one_run, say=say_survival),)
