"""An order in an address and back, so that a link downloads what the page showed."""

from collections.abc import Mapping

from core.domain.export import ExportFormat, Order
from core.domain.person import Actor
from core.domain.shaping import NGRAM, Licences, Repeats, Shaping
from core.errors import BadInput
from core.services.access import may_read
from core.services.exchanging.wanted import wanted
from core.services.projects import Project

_MOST = 300  # characters of a licence


def to_query(order: Order, which: str) -> dict[str, str]:
    """What stands in the address, and only what differs from the usual. `which` says what is taken, as `wanted` reads it."""
    shaping, licences = order.shaping, order.licences
    said = {
        "format": str(order.format),
        "which": which,
        "names": "1" if order.with_names else "",
        "unready": "1" if order.with_unready else "",
        "repeats": "" if shaping.repeats is Repeats.KEPT else str(shaping.repeats),
        "against": ",".join(shaping.against),
        "ngram": str(shaping.ngram) if shaping.ngram != NGRAM else "",
        "cosine": "" if shaping.cosine is None else repr(shaping.cosine),
        "sample": "" if shaping.sample is None else str(shaping.sample),
        "test": repr(shaping.test_share) if shaping.test_share else "",
        "shuffle": "1" if shaping.shuffle else "",
        "seed": str(shaping.seed) if shaping.seed != Shaping().seed else "",
        "licence": licences.dataset,
        "seeds_licence": licences.seeds,
    }
    return {name: value for name, value in said.items() if value}


def from_query(actor: Actor, project: Project, asked: Mapping[str, str]) -> Order:
    """The order that an address names. BadInput for what cannot be one."""
    may_read(actor)
    try:
        format_, shaping = ExportFormat(asked.get("format", "")), _shaping(asked)
    except ValueError:
        raise BadInput("There is no such format, or no such option", to_do="Choose on the page Data.") from None
    return Order(
        format=format_,
        wanted=wanted(actor, project, asked.get("which", "")),
        with_names=asked.get("names") == "1",
        with_unready=asked.get("unready") == "1",
        shaping=shaping,
        licences=Licences(dataset=asked.get("licence", "")[:_MOST], seeds=asked.get("seeds_licence", "")[:_MOST]),
    )


def _shaping(asked: Mapping[str, str]) -> Shaping:
    return Shaping(
        repeats=Repeats(asked.get("repeats") or Repeats.KEPT),
        against=tuple(one for one in asked.get("against", "").split(",") if one),
        ngram=int(asked.get("ngram") or NGRAM),
        cosine=float(asked["cosine"]) if asked.get("cosine") else None,
        sample=int(asked["sample"]) if asked.get("sample") else None,
        test_share=float(asked.get("test") or 0),
        shuffle=asked.get("shuffle") == "1",
        seed=int(asked.get("seed") or Shaping().seed),
    )
