"""A key is used and kept nowhere: not in a file of ours, not in a log, not in an answer, whatever servers do with it."""

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from core.domain.person import LOCAL_OWNER
from core.domain.system import Endpoint, Member, Pool
from core.errors import StudioError
from core.services import commands
from core.store.database import Database
from tests.openai_server import openai_server
from tests.services.alone import ME
from tests.services.test_runs_live import House

IN_ENVIRONMENT, IN_SECRETS = "sk-planted-in-the-environment-4711", "sk-planted-in-the-secrets-0815"
PLANTED = (IN_ENVIRONMENT, IN_SECRETS)


def holders(folder: Path) -> list[str]:
    """Files below a folder that hold a planted key, or its middle: what is packed in a database is not text alone."""
    wanted = [key.encode() for key in PLANTED] + [b"planted-in-the-"]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [str(file) for file in files if any(one in file.read_bytes() for one in wanted)]


def everything(database: Database) -> str:
    """All rows of all tables, as text: what is packed in the file can be read here."""
    tables = database.query("select table_name as name from information_schema.tables where table_type = 'BASE TABLE'")
    return "\n".join(str(database.query(f'select * from "{table["name"]}"')) for table in tables)  # noqa: S608


@pytest.mark.parametrize("faults", [{}, {"wrong_key": 0.3}])
def test_planted_keys_are_found_nowhere_after_everything_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, faults: dict[str, float]
) -> None:
    caplog.set_level(logging.DEBUG)
    person = tmp_path / "person"
    (person / ".streamlit").mkdir(parents=True)
    (person / ".streamlit" / "secrets.toml").write_text(f'[other]\nkey = "{IN_SECRETS}"\n')
    monkeypatch.setenv("HOME", str(person))
    monkeypatch.setenv("PLANTED", IN_ENVIRONMENT)
    answers: list[Any] = []
    with openai_server(key=IN_ENVIRONMENT) as one, openai_server(key=IN_SECRETS) as two:
        house = House(tmp_path / "home", one, key_env="PLANTED")
        endpoints = house.studio.endpoints
        endpoints.save(ME, Endpoint(name="second", base_url=two.base_url, model="fake", key_secret="other.key"))
        endpoints.save_pool(ME, Pool(name="both", members=(Member(endpoint="test"), Member(endpoint="second"))))
        answers += [
            endpoints.models(ME, one.base_url, "PLANTED"),
            endpoints.models(ME, two.base_url, None, "other.key"),
        ]
        answers += [asdict(endpoints.test(ME, name)) for name in ("test", "second")]
        for server in (one, two):  # from now on some answers echo the key that they were sent
            server.change(rates=faults)
        run = house.start(endpoint="both", answering="second", judging="test")
        answers.append(asdict(house.finish(run)))
        for server in (one, two):  # a key that is refused is echoed by careless servers
            server.change(rates={}, key="changed")
        for name in ("test", "second"):
            answers.append(asdict(endpoints.test(ME, name)))
            with pytest.raises(StudioError) as refused:
                endpoints.check(ME, name)
            answers.append(str(refused.value))
        answers.append(commands.run(house.studio, LOCAL_OWNER, "endpoints list", {}))
        house.project.database.backup(tmp_path / "home" / "copy.duckdb")
        assert [row["name"] for row in house.project.database.query("select distinct name from system")]
        said = [everything(house.project.database), everything(house.studio.installation)]
        house.studio.close()
        sent = {request["headers"].get("authorization") for server in (one, two) for request in server.requests}
    assert sent == {f"Bearer {key}" for key in PLANTED}, "the keys were not used at all"
    assert holders(tmp_path / "home") == []
    said += [json.dumps(answers, default=str), caplog.text]
    assert "PLANTED" in said[1], "the databases were not read"
    assert not any(key in text for key in PLANTED for text in said)
    assert holders(person), "the search finds nothing"
