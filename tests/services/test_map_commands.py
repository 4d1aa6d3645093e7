"""`explore map`, `maps`, `clusters`, `embed`, `name`: plain values in and out, words for a terminal, problems in a person's words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.__main__ import main
from core.domain.person import LOCAL_OWNER as ME
from core.domain.system import Endpoint
from core.errors import StudioError
from core.services import commands
from core.services.commands import maps as verbs
from core.services.projects import FIRST
from core.services.studio import Studio
from tests.openai_server import openai_server
from tests.services.mapped import add, opened, texts

SAY = {verb.name: verb.say for verb in verbs.VERBS}
EMBEDDER = {"embedder": "packaged", "calls": None, "usd": None}
DRAWING = {"name": "By hand", "clusters": 3, "perplexity": 5.0, "rng_seed": 1, **EMBEDDER}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio, project = opened(tmp_path_factory.mktemp("commands"))
    add(project, texts(8))
    yield studio
    studio.close()


def do(studio: Studio, verb: str, **asked: Any) -> tuple[dict[str, Any], str]:
    """The answer, as it also goes to a script, and what a terminal shows of it."""
    answer = commands.run(studio, ME, f"explore {verb}", {"project": FIRST, **asked})
    return json.loads(json.dumps(answer)), SAY[verb](answer)


def test_a_map_is_drawn_listed_named_and_its_clusters_shown(studio: Studio) -> None:
    with pytest.raises(StudioError, match="No map was drawn yet"):
        do(studio, "clusters", map_="")
    told: list[tuple[float, str]] = []
    asked = {"project": FIRST, **DRAWING}
    drawn = commands.run(studio, ME, "explore map", asked, lambda share, words: told.append((share, words)))
    assert SAY["map"](drawn) == "By hand: 24 instructions in 3 clusters."
    assert all(0 <= share <= 1 and words for share, words in told)
    listed, said = do(studio, "maps")
    assert [one["map"] for one in listed["maps"]] == [drawn["map"]]
    assert "By hand" in said
    with openai_server() as server:
        studio.endpoints.save(ME, Endpoint(name="test", base_url=server.base_url, model="fake"))
        named, _ = do(studio, "name", map_="", endpoint="test", calls=2, usd=None)
    assert len(named["named"]) == 2
    assert named["reason"] == "The next call could pass the cap of 2 calls"
    clusters, said = do(studio, "clusters", map_=drawn["map"])
    assert [one["n"] for one in clusters["clusters"]] == [8, 8, 8]
    assert all(one["name"] in said and one["words"][0] in said for one in clusters["clusters"])


def test_embedding_again_embeds_nothing(studio: Studio) -> None:
    do(studio, "embed", **EMBEDDER)
    answer, said = do(studio, "embed", **EMBEDDER)
    assert (answer["texts"], answer["embedded"], answer["left"]) == (24, 0, 0)
    assert said.startswith("0 of 24 texts embedded by all-MiniLM-L6-v2 int8; the others were.")


def test_what_cannot_be_drawn_is_said(studio: Studio) -> None:
    studio.projects.create(ME, "Nothing here")
    with pytest.raises(StudioError, match="too few texts"):
        commands.run(studio, ME, "explore map", {"project": "nothing-here", **DRAWING})


def test_the_program_says_what_a_verb_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explore", "map", "--help"])
    assert ended.value.code == 0
    assert "--embedder" in capsys.readouterr().out
