"""A run without the studio around it: a real project file, a real server, one engine. Every id follows from its name."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import core.evolution
from core.domain.call import CallFailure, Prices
from core.domain.instruction import Instruction
from core.domain.operation import Operation
from core.domain.reach import Reach
from core.domain.run import Caps, Difficulty, RunSettings
from core.domain.system import Endpoint
from core.domain.task import TaskKind
from core.evolution.budget import Budget
from core.evolution.engine import Engine
from core.evolution.method import Method
from core.evolution.pack import load_pack
from core.models.endpoint import EndpointModel
from core.models.limits import AdaptiveLimit
from core.models.pool import Ensemble, Part
from core.models.retry import wait_before_retry
from core.ports import Voice
from core.services.growing.live import WallClock
from core.store import run_reading
from core.store.database import Database
from core.store.run_log import ProjectRunLog
from tests import builders
from tests.openai_server import OpenAIServer

PACK = load_pack(Path(core.evolution.__file__).parent / "prompts" / "compact")
SEEDS = (
    "Name three uses of vinegar in cleaning.", "Explain how a bicycle stays upright.", "Write a haiku about rain.",
    "Sort these numbers: 4, 1, 9, 2.", "Describe the water cycle to a child.", "Plan a week of cheap lunches.",
    "Translate “good morning” into Italian.", "What is the boiling point of water on a mountain?",
)  # fmt: skip


def settings(**more: Any) -> RunSettings:
    """Two epochs, no difficulty: the least that shows a tree."""
    return RunSettings(
        **{"name": "a run", "endpoint": "test", "epochs": 2, "rng_seed": 3, "difficulty": Difficulty.NONE, **more}
    )


def quickly(failure: CallFailure, attempt: int, rng: Random) -> float | None:
    """The real rule for whether to ask again, without its waits."""
    return None if wait_before_retry(failure, attempt, rng) is None else 0.01


@dataclass(frozen=True, kw_only=True)
class Field:
    """One project with seeds and a run that has not begun."""

    database: Database
    method: Method
    seeds: tuple[Instruction, ...]

    def engine(self, model: EndpointModel, *, workers: int, prices: Prices, backoff: Any = quickly) -> Engine:
        spent = run_reading.spending(self.database, self.method.run_id)
        voice = Voice(
            name="test", system_id=self.method.system_id, model=model, limiter=AdaptiveLimit(workers), prices=prices
        )
        return Engine(
            self.method,
            cast=Ensemble({kind: (Part(voice=voice),) for kind in TaskKind}),
            log=ProjectRunLog(self.database, self.method.run_id),
            clock=WallClock(),
            budget=Budget(self.method.settings.caps, calls=spent.calls, tokens=spent.tokens, usd=spent.usd or 0.0),
            workers=workers,
            backoff=backoff,
        )

    def grow(
        self, server: OpenAIServer, *, workers: int = 8, timeout_s: float = 5.0, pause_after_s: float | None = None,
        prices: Prices | None = None, backoff: Any = quickly,
    ) -> bool:  # fmt: skip
        """Run the engine once, as the studio does at start and after a restart; what `Engine.grow` says or raises."""

        async def once() -> bool:
            await ProjectRunLog(self.database, self.method.run_id).take_back()
            endpoint = Endpoint(
                name="test", base_url=server.base_url, model="fake", timeout_s=timeout_s, reach=Reach.ANYWHERE
            )
            model = EndpointModel(endpoint, None, in_flight=workers)
            engine = self.engine(model, workers=workers, prices=prices or Prices(), backoff=backoff)
            if pause_after_s is not None:
                asyncio.get_running_loop().call_later(pause_after_s, engine.pause)
            try:
                async with asyncio.timeout(60):
                    return await engine.grow()
            finally:
                await model.close()

        return asyncio.run(once())

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        return self.database.query(sql, list(parameters))

    def count(self, table_and_where: str) -> int:
        return int(self.rows("select count(*) as n from " + table_and_where)[0]["n"])  # noqa: S608

    def tree(self) -> list[dict[str, Any]]:
        """Everything that chance and replies decide, in an order that no reply's arrival can change."""
        return self.rows("""
            select i.id, i.parent_id, i.epoch, i.depth, i.child_number, i.operation, i.data_format, o.status, o.rule,
                   o.words_added, t.text, a.text as response,
                   (select list(k.rule || k.verdict order by k.rule) from rule_check k where k.instruction_id = i.id) as checks
            from instruction i
            left join outcome o on o.instruction_id = i.id
            left join revision t on t.of_id = i.id
            left join response r on r.instruction_id = i.id
            left join revision a on a.of_id = r.id
            where i.kind = 'evolved' order by i.id""")

    def requests(self) -> list[dict[str, Any]]:
        """The requests that the log says were made."""
        return [json.loads(row["request"]) for row in self.rows("select request from call order by seq")]


@contextmanager
def field_at(path: Path, texts: Sequence[str] = SEEDS, **more: Any) -> Iterator[Field]:
    """Seeds, a run and its first epoch, planted in a fresh file; or as they stand, if the file is there."""
    with builders.project_at(path) as database:
        chosen = settings(**more)
        method = Method(builders.RUN, chosen, PACK, builders.SYSTEM)
        seeds = tuple(builders.seed(text, number) for number, text in enumerate(texts))
        facts: list[object] = [builders.run(**vars_of(chosen)), builders.system(), builders.source("a file")]
        for seed, text in zip(seeds, texts, strict=True):
            facts += [seed, builders.revision(seed, text), *method.children([seed], 1)]
        if not database.query("select 1 as one from run"):
            database.writer.append_now([*facts, *method.seed_scores(seeds)])
        yield Field(database=database, method=method, seeds=seeds)


def vars_of(chosen: RunSettings) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in RunSettings.__dataclass_fields__}


def recapped(field: Field, caps: Caps) -> Field:
    """The same run under other caps."""
    method = Method(field.method.run_id, replace(field.method.settings, caps=caps), PACK, field.method.system_id)
    return replace(field, method=method)


def only(operation: Operation) -> dict[Operation, float]:
    """Weights under which chance has no choice."""
    return {one: float(one is operation) for one in Operation}
