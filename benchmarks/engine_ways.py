"""The ways of asking that benchmarks/engine.py compares; each runs in a process of its own and only asks.

python -m benchmarks.engine_ways ours http://127.0.0.1:8099/v1 20000
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

from core.domain.operation import Operation
from core.domain.person import LOCAL_OWNER
from core.domain.run import Caps, Difficulty, RunSettings, SeedChoice
from core.domain.system import Endpoint

IN_FLIGHT = 256
CALLS_A_CHILD = 3  # evolve, judge, respond
EPOCHS = 2
_WORDS = (
    "plan",
    "compare",
    "river",
    "budget",
    "city",
    "energy",
    "recipe",
    "table",
    "number",
    "history",
    "proof",
    "sensor",
)


def seeds(n: int) -> Iterator[str]:
    """Instructions of 12 to 40 words, all different."""
    rng = Random(7)
    for number in range(n):
        yield f"Explain item {number}: " + " ".join(rng.choices(_WORDS, k=rng.randint(10, 38))) + "."


def ours(url: str, calls: int, n_seeds: int = 0) -> None:
    """Our studio: a project file, a run with its log on, capped at so many calls."""
    from core.services.growing import seeds as seed_service
    from core.services.studio import open_studio
    from core.settings import Settings

    n_seeds = n_seeds or calls // CALLS_A_CHILD  # some children are eliminated early, and ask less
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / "seeds.jsonl"
        file.write_text("".join(json.dumps({"instruction": text}) + "\n" for text in seeds(n_seeds)), encoding="utf-8")
        studio = open_studio(Settings(home=home))
        project = studio.projects.open_file(LOCAL_OWNER, home / "project.duckdb")
        endpoint = Endpoint(name="bench", base_url=url, model="fake", in_flight=IN_FLIGHT)
        studio.endpoints.save(LOCAL_OWNER, endpoint)
        say("idle")
        seed_service.import_file(LOCAL_OWNER, project, file, name="seeds", licence="")
        say("imported")
        run = studio.runs.start(LOCAL_OWNER, project, _settings(calls))
        say("planned")
        studio.live.wait(run)
        now = studio.runs.progress(LOCAL_OWNER, project, run)
        if now.spending.calls != calls or now.spending.failed:
            sys.exit(f"{now.spending.calls} of {calls} calls, {now.spending.failed} failed: {now.run.reason}")
        studio.close()


def _settings(calls: int) -> RunSettings:
    return RunSettings(
        name="benchmark", endpoint="bench", epochs=EPOCHS, difficulty=Difficulty.NONE, seeds=SeedChoice(),
        caps=Caps(calls=calls),
    )  # fmt: skip


def bodies() -> list[dict[str, Any]]:
    """Requests as our engine sends them, in the same shares, for the ways that have no engine."""
    import core.evolution
    from core.evolution.asking import evolve_request, judge_request, respond_request
    from core.evolution.pack import load_pack
    from core.models.endpoint import body_of

    endpoint, settings = Endpoint(name="bench", base_url="http://127.0.0.1", model="fake"), _settings(1)
    pack = load_pack(Path(core.evolution.__file__).parent / "prompts" / settings.pack)
    requests = []
    for number, (text, operation) in enumerate(zip(seeds(600), cycle(Operation), strict=False)):
        evolve = evolve_request(
            pack, operation=operation, instruction=text, data_format=None, sampling=settings.evolving, seed=number
        )
        judge = judge_request(pack, parent=text, child=text + " Add one more thing.")
        requests += [evolve, judge, respond_request(instruction=text, sampling=settings.responding, seed=number)]
    return [json.loads(body_of(request, endpoint)) for request in requests]


def bare(url: str, calls: int) -> None:
    """The least that one can write with the same client: so many loops around one call, nothing read, nothing kept."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    async def ask(client: AsyncOpenAI, todo: Iterator[dict[str, Any]]) -> None:
        for body in todo:
            await client.chat.completions.with_raw_response.create(**body)

    async def main() -> None:
        todo = islice(cycle(bodies()), calls)
        async with (
            AsyncOpenAI(base_url=url, api_key="none", max_retries=0, http_client=DefaultAioHttpClient()) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(IN_FLIGHT):
                group.create_task(ask(client, todo))

    asyncio.run(main())


def serial(url: str, calls: int) -> None:
    """The released scripts' way: one call after another."""
    from openai import OpenAI

    with OpenAI(base_url=url, api_key="none", max_retries=0) as client:
        for body in islice(cycle(bodies()), calls):
            client.chat.completions.create(**body)


def say(what: str) -> None:
    """Tell the measuring process how far this one is."""
    print(what, flush=True)


WAYS = {"ours": ours, "bare": bare, "serial": serial}

if __name__ == "__main__":
    WAYS[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
