"""What belongs to the installation: endpoints, pools, and settings."""

from dataclasses import asdict
from typing import Any

import duckdb
from pydantic import TypeAdapter

from core.domain.call import Prices
from core.domain.system import Endpoint, EndpointReport, Member, Pool, SamplingDefaults
from core.store.database import Database

_ENDPOINTS = "select * from endpoint order by name"
_SAVE_ENDPOINT = """insert or replace into endpoint
(name, base_url, model, key_env, key_secret, input_usd, output_usd, in_flight, requests_per_min, tokens_per_min, timeout_s,
 temperature, top_p, max_tokens, supports_schema, supports_logprobs, supports_seed, batch_share)
values ($name, $base_url, $model, $key_env, $key_secret, $input_usd, $output_usd, $in_flight, $requests_per_min,
 $tokens_per_min, $timeout_s, $temperature, $top_p, $max_tokens, $supports_schema, $supports_logprobs, $supports_seed,
 $batch_share)"""
_REMOVE = ("delete from endpoint where name = ?", "delete from endpoint_report where endpoint = ?")
_REPORT = "select report from endpoint_report where endpoint = ?"
_SAVE_REPORT = "insert or replace into endpoint_report values (?, ?)"
_POOLS = "select * from pool order by name, position"
_REMOVE_POOL = "delete from pool where name = ?"
_SAVE_MEMBER = "insert into pool values (?, ?, ?, ?)"
_SETTING = "select value from setting where name = ?"
_SAVE_SETTING = "insert or replace into setting values (?, ?)"
_SAMPLING = ("temperature", "top_p", "max_tokens")
_REPORTS = TypeAdapter(EndpointReport)


def endpoints(database: Database) -> list[Endpoint]:
    return [_endpoint(row) for row in database.query(_ENDPOINTS)]


def save_endpoint(database: Database, endpoint: Endpoint) -> None:
    row = asdict(endpoint)
    del row["reach"]  # follows from what owners allow
    row |= row.pop("prices") | row.pop("sampling")
    database.writer.run(lambda connection: connection.execute(_SAVE_ENDPOINT, row))


def remove_endpoint(database: Database, name: str) -> None:
    """With what a test found of it. Pools that name it are the caller's to look at first."""

    def remove(connection: duckdb.DuckDBPyConnection) -> None:
        for statement in _REMOVE:
            connection.execute(statement, [name])

    database.writer.run(remove)


def report(database: Database, endpoint: str) -> EndpointReport | None:
    """What the last test of this name found."""
    found = database.query(_REPORT, [endpoint])
    return _REPORTS.validate_json(found[0]["report"]) if found else None


def save_report(database: Database, found: EndpointReport) -> None:
    kept = [found.endpoint, _REPORTS.dump_json(found).decode()]
    database.writer.run(lambda connection: connection.execute(_SAVE_REPORT, kept))


def pools(database: Database) -> list[Pool]:
    members: dict[str, list[Member]] = {}
    for row in database.query(_POOLS):
        members.setdefault(row["name"], []).append(Member(endpoint=row["endpoint"], weight=row["weight"]))
    return [Pool(name=name, members=tuple(of_it)) for name, of_it in members.items()]


def save_pool(database: Database, pool: Pool) -> None:
    """Put it in the place of the one of this name."""

    def save(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(_REMOVE_POOL, [pool.name])
        for position, member in enumerate(pool.members):
            connection.execute(_SAVE_MEMBER, [pool.name, position, member.endpoint, member.weight])

    database.writer.run(save)


def remove_pool(database: Database, name: str) -> None:
    database.writer.run(lambda connection: connection.execute(_REMOVE_POOL, [name]))


def setting(database: Database, name: str) -> str | None:
    found = database.query(_SETTING, [name])
    return str(found[0]["value"]) if found else None


def save_setting(database: Database, name: str, value: str) -> None:
    database.writer.run(lambda connection: connection.execute(_SAVE_SETTING, [name, value]))


def _endpoint(row: dict[str, Any]) -> Endpoint:
    prices = Prices(input_usd=row.pop("input_usd"), output_usd=row.pop("output_usd"))
    sampling = SamplingDefaults(**{name: row.pop(name) for name in _SAMPLING})
    return Endpoint(**row, prices=prices, sampling=sampling)
