"""What belongs to the installation: endpoints and settings."""

from dataclasses import asdict
from typing import Any

from core.domain.call import Prices
from core.domain.system import Endpoint
from core.store.database import Database

_ENDPOINTS = "select * from endpoint order by name"
_SAVE_ENDPOINT = """insert or replace into endpoint values
($name, $base_url, $model, $key_env, $input_usd, $output_usd, $in_flight, $timeout_s, $supports_schema, $supports_logprobs)"""
_SETTING = "select value from setting where name = ?"
_SAVE_SETTING = "insert or replace into setting values (?, ?)"


def endpoints(database: Database) -> list[Endpoint]:
    return [_endpoint(row) for row in database.query(_ENDPOINTS)]


def save_endpoint(database: Database, endpoint: Endpoint) -> None:
    row = asdict(endpoint) | {"input_usd": endpoint.prices.input_usd, "output_usd": endpoint.prices.output_usd}
    del row["prices"]
    database.writer.run(lambda connection: connection.execute(_SAVE_ENDPOINT, row))


def setting(database: Database, name: str) -> str | None:
    found = database.query(_SETTING, [name])
    return str(found[0]["value"]) if found else None


def save_setting(database: Database, name: str, value: str) -> None:
    database.writer.run(lambda connection: connection.execute(_SAVE_SETTING, [name, value]))


def _endpoint(row: dict[str, Any]) -> Endpoint:
    prices = Prices(input_usd=row.pop("input_usd"), output_usd=row.pop("output_usd"))
    return Endpoint(**row, prices=prices)
