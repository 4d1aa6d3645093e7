"""The Argilla server of a test: makes the database and its people, then serves on the given port until it is ended.

Usage: python serve.py PORT PEOPLE, PEOPLE is JSON: [{"username", "role", "api_key", "password", "workspaces"}].
One process for what are three commands otherwise, because each of them loads the whole server first.
"""

import asyncio
import json
import sys
from functools import cache

import bcrypt

_salt = bcrypt.gensalt
bcrypt.gensalt = cache(lambda *_: _salt(4))  # four people's passwords need no half a second each

import sql_engine  # noqa: E402, F401  (registers itself)
import uvicorn  # noqa: E402
from alembic.command import upgrade  # noqa: E402
from alembic.config import Config  # noqa: E402
from argilla_server.cli.database.users.create import _create  # noqa: E402
from argilla_server.database import ALEMBIC_CONFIG_FILE  # noqa: E402
from argilla_server.models import UserRole  # noqa: E402


async def people(wanted):
    for one in wanted:
        await _create(
            first_name=one["username"].capitalize(),
            username=one["username"],
            role=UserRole(one["role"]),
            password=one["password"],
            api_key=one["api_key"],
            workspace=one["workspaces"],
        )


if __name__ == "__main__":
    port, wanted = int(sys.argv[1]), json.loads(sys.argv[2])
    upgrade(Config(ALEMBIC_CONFIG_FILE), "head")
    asyncio.run(people(wanted))
    from argilla_server import app

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
