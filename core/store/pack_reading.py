"""Prompt packs as runs kept them."""

import json

from core.store.database import Database

_OF_RUN = """select p.files from prompt_pack p
where p.hash = (select pack_hash from instruction where run_id = ? and pack_hash is not null limit 1)"""


def files_of_run(database: Database, run_id: str) -> dict[str, str]:
    """File name → text of the pack that a run began with; {} if it has made nothing yet."""
    found = database.query(_OF_RUN, [run_id])
    return dict(json.loads(found[0]["files"])) if found else {}
