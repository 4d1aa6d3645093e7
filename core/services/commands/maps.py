"""`explore map`, `maps`, `clusters`, `embed`, `name`: embeddings and maps of a project's texts."""

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict

from core.domain.map import PACKAGED, MapProgress
from core.domain.person import Actor
from core.domain.run import Caps
from core.domain.system import EMBEDDED
from core.errors import StudioError
from core.services.commands.verb import Answer, Tell, Verb, opened, printable, table, tell_nobody, with_project
from core.services.exploring import maps as service
from core.services.studio import Studio

_PATIENCE_S = 540.0  # the app answers a command within ten minutes


def map_(
    studio: Studio, actor: Actor, *, project: str, name: str, clusters: int, perplexity: float, rng_seed: int, embedder: str,
    calls: int | None, usd: float | None, tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Draw a map of everything, with the reference sets. Ends after a while; asked again, it goes on with what is left."""
    project_ = opened(studio, actor, project)
    studio.maps.begin(
        actor, project_, None, name=name, clusters=clusters, perplexity=perplexity, rng_seed=rng_seed, embedder=embedder,
        caps=Caps(calls=calls, usd=usd),
    )  # fmt: skip
    now = followed(lambda: studio.maps.progress(actor, project_), lambda: studio.maps.stop(actor, project_), tell)
    drawn = service.one(actor, project_, now.map_id).map
    return {
        "map": drawn.id, "name": drawn.name, "points": drawn.n, "laid_out": drawn.drawn, "left_out": drawn.left_out,
        "clusters": drawn.clusters, "model": drawn.model, "usd": now.usd,
    }  # fmt: skip


def say_map(answer: Answer) -> str:
    left_out = f" {answer['left_out']:,} have no embedding and are left out." if answer["left_out"] else ""
    return f"{answer['name']}: {answer['points']:,} instructions in {answer['clusters']} clusters.{left_out}"


def embed(
    studio: Studio, actor: Actor, *, project: str, embedder: str, calls: int | None, usd: float | None,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Embed every text that has no embedding yet, the reference sets' too."""
    project_ = opened(studio, actor, project)
    before = studio.embeddings.estimate(actor, project_, None, embedder=embedder)
    studio.embeddings.begin(actor, project_, None, embedder=embedder, caps=Caps(calls=calls, usd=usd))
    now = followed(
        lambda: studio.embeddings.progress(actor, project_), lambda: studio.embeddings.stop(actor, project_), tell
    )
    after = studio.embeddings.estimate(actor, project_, None, embedder=embedder)
    return {
        "texts": after.texts, "embedded": before.to_embed - after.to_embed, "left": after.to_embed,
        "model": studio.embeddings.model(actor, embedder), "usd": now.usd,
    }  # fmt: skip


def say_embed(answer: Answer) -> str:
    left = f" {answer['left']:,} could not be embedded: ask again." if answer["left"] else ""
    return f"{answer['embedded']:,} of {answer['texts']:,} texts embedded by {printable(answer['model'])}; the others were.{left}"


def maps(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """The maps that were drawn, the newest first."""
    found = service.every(actor, opened(studio, actor, project))
    rows = [
        {
            "map": one.map.id, "name": one.map.name, "points": one.map.n, "clusters": one.map.clusters, "model": one.map.model,
            "by": one.by_name, "made_at": one.map.made_at.isoformat(timespec="seconds"),
        }
        for one in found
    ]  # fmt: skip
    return {"maps": rows}


def say_maps(answer: Answer) -> str:
    columns = ("map", "name", "points", "clusters", "model", "by", "made_at")
    return table(answer["maps"], columns, empty="No map was drawn yet: explore map.")


def clusters(studio: Studio, actor: Actor, *, project: str, map_: str) -> Answer:
    """The clusters of a map (the newest), with what is in them by now."""
    project_ = opened(studio, actor, project)
    map_id = map_ or _newest(studio, actor, project)
    return {"map": map_id, "clusters": [asdict(one) for one in service.clusters(actor, project_, map_id)]}


def say_clusters(answer: Answer) -> str:
    rows = [
        {
            "cluster": one["cluster"], "n": one["n"], "seeds": one["kinds"].get("seed", 0),
            "survived": one["statuses"].get("survived", 0), "accepted": one["people"].get("accepted", 0),
            "name": one["name"], "words": ", ".join(one["words"][:6]),
        }
        for one in answer["clusters"]
    ]  # fmt: skip
    return table(
        rows, ("cluster", "n", "seeds", "survived", "accepted", "name", "words"), empty="The map has no clusters."
    )


def name_(
    studio: Studio, actor: Actor, *, project: str, map_: str, endpoint: str, calls: int | None, usd: float | None
) -> Answer:
    """Let a model name the clusters that have no name yet."""
    project_ = opened(studio, actor, project)
    map_id = map_ or _newest(studio, actor, project)
    studio.cluster_names.start(actor, project_, map_id, endpoint, caps=Caps(calls=calls, usd=usd))
    if not studio.cluster_names.wait(actor, project_, _PATIENCE_S):
        studio.cluster_names.stop(actor, project_)
        studio.cluster_names.wait(actor, project_)
    now = studio.cluster_names.progress(actor, project_)
    assert now is not None
    named = {one.cluster: one.name for one in service.clusters(actor, project_, map_id) if one.name}
    return {
        "map": map_id,
        "named": named,
        "unclear": now.unclear,
        "failed": now.failed,
        "usd": now.usd,
        "reason": now.reason,
    }


def followed(progress: Callable[[], MapProgress | None], stop: Callable[[], None], tell: Tell) -> MapProgress:
    """Tell how far it is, to its end. StudioError if it found none, or took too long: then it is stopped."""
    until = time.monotonic() + _PATIENCE_S
    while (now := progress()) is not None and now.is_going:
        tell(now.done / now.total if now.total else 0.0, now.phase.label)
        if time.monotonic() > until:
            stop()
        time.sleep(0.1)
    assert now is not None
    if now.problem:
        late = " Ask again: it goes on with what is left." if time.monotonic() > until else ""
        raise StudioError(now.problem + late)
    return now


def _newest(studio: Studio, actor: Actor, project: str) -> str:
    found = service.every(actor, opened(studio, actor, project))
    if not found:
        raise StudioError("No map was drawn yet", to_do="Draw one first: explore map.")
    return found[0].map.id


def _asked(parser: argparse.ArgumentParser) -> None:
    with_project(parser)
    parser.add_argument("--embedder", default=PACKAGED, help="packaged (on this machine, free), or an endpoint's name")
    with_caps(parser)


def with_caps(parser: argparse.ArgumentParser) -> None:
    """Ask how much an endpoint may take."""
    parser.add_argument("--calls", type=int, help="cap on calls to the endpoint")
    parser.add_argument("--usd", type=float, help="cap on money, in US dollars")


def _map_options(parser: argparse.ArgumentParser) -> None:
    _asked(parser)
    parser.add_argument("--name", default="", help="what the map is called")
    parser.add_argument("--clusters", type=int, default=20)
    parser.add_argument("--perplexity", type=float, default=30.0)
    parser.add_argument("--rng-seed", type=int, default=7, help="the same seed and texts give the same map")


def _of_map(parser: argparse.ArgumentParser) -> None:
    with_project(parser)
    parser.add_argument("--map", dest="map_", default="", metavar="ID", help="the newest if left out")


def _name_options(parser: argparse.ArgumentParser) -> None:
    _of_map(parser)
    parser.add_argument("--endpoint", default=EMBEDDED, help="who is asked")
    with_caps(parser)


VERBS = (
    Verb(name="map", help="draw a map of what the texts say", do=map_, options=_map_options, say=say_map, tells=True),
    Verb(name="maps", help="the maps that were drawn", do=maps, options=with_project, say=say_maps),
    Verb(name="clusters", help="a map's clusters with their words", do=clusters, options=_of_map, say=say_clusters),
    Verb(name="name", help="let a model name a map's clusters", do=name_, options=_name_options),
    Verb(
        name="embed", help="embed the texts that have no embedding", do=embed, options=_asked, say=say_embed, tells=True
    ),
)
