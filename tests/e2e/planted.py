"""A home in which every text that a table holds is hostile: the demo, with rows in the tables that it leaves empty, and text planted in all.

Every column of text is either in FREE, and planted, or in BOUND: then its words are the studio's own (ids, kinds, JSON), which no
importer, reply or person can choose. A new column belongs to one of them.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import duckdb

from core.domain.person import LOCAL_OWNER
from core.domain.system import Endpoint
from core.services.studio import open_studio
from core.settings import Settings
from tests.e2e.running import ROOT

FAR = "http://192.0.2.1"
_NAMESPACE = UUID("00000000-0000-0000-0000-00000000abcd")
FREE = {
    "argilla_answer": ("user_id", "why"), "argilla_event": ("detail",), "argilla_link": ("workspace", "dataset", "url", "key_env"), "audit": ("subject", "origin"),
    "call": ("reply", "error_detail"), "call_batch": ("endpoint",), "call_batch_event": ("status", "detail"), "cluster_name": ("name",),
    "decision": ("note",), "export": ("software",), "judgment": ("note",), "label": ("value",), "map": ("name",), "person": ("name",),
    "project": ("name",), "prompt_pack": ("name",), "queue": ("name",), "rater": ("name",), "revision": ("text",), "rule_check": ("evidence",),
    "run": ("name",), "run_event": ("reason",), "selection": ("name",), "source": ("name", "licence"), "study": ("name",),
    "study_event": ("reason",), "study_prompt": ("skill", "key"), "system": ("name", "endpoint", "model", "sampling"),
    "map_cluster": ("words",), "study_design": ("design",),
    # The installation's:
    "deed": ("subject", "detail", "address"), "destination": ("origin",), "endpoint": ("model",), "link": ("note",), "project_place": ("name",),
    "session": ("browser", "address"),
}  # fmt: skip
BOUND = {
    "argilla_answer": ("response_id", "came", "said", "hash", "became"), "argilla_event": ("kind", "by"),
    "argilla_link": ("what", "key_secret", "by"), "argilla_sent": ("remote_id", "hash"), "audit": ("person_id", "act"),
    "bulk": ("filter", "by"), "call": ("kind", "request", "finish_reason", "error_kind"), "call_batch": ("what",),
    "call_batch_event": ("kind", "remote_id", "output_id", "error_id"), "call_batch_item": ("text_hash",), "candidate": ("operation",),
    "cluster_name": ("by",), "decision": ("person_id", "act", "verdict", "reason", "origin"), "embedding": ("text_hash", "model"),
    "export": ("format", "filter", "sha256", "by", "options"), "instruction": ("kind", "operation", "data_format", "weights", "pack_hash"),
    "instruction_state": ("run_status", "human_status", "rule"), "judgment": ("outcome",), "judgment_value": ("criterion", "verdict"),
    "label": ("kind", "by"), "map": ("filter", "model", "set_hash", "by"), "migration": ("kind",), "outcome": ("operation", "status", "rule"),
    "person": ("id", "kind", "role"), "project": ("consensus_rule", "settings", "origin"), "prompt_pack": ("hash", "files", "from_hash"),
    "queue": ("filter", "sort", "asks"), "rater": ("person_id", "kind", "details"), "revision": ("of", "text_hash", "by"),
    "rule_check": ("operation", "rule", "verdict"), "run": ("settings", "by"), "run_event": ("kind", "by"), "score": ("kind", "by"),
    "selection": ("by",), "source": ("kind", "file_sha256", "by"), "source_event": ("kind", "by"),
    "standing": ("person_id", "kind", "verdict", "reason"), "study": ("by",), "study_design": ("by",), "study_event": ("kind", "subject", "by"),
    "study_prompt": ("operation",), "task": ("kind", "state"), "trial": ("kind", "person_id", "origin"),
    "deed": ("person_id", "act"), "destination": ("what", "by"), "endpoint": ("name", "base_url", "key_env", "key_secret"),
    "endpoint_report": ("endpoint", "report"), "identity": ("issuer", "subject", "person_id"), "link": ("id", "kind", "role", "person_id", "by"),
    "link_end": ("link_id", "how", "by"), "password": ("person_id", "hash"), "pool": ("name", "endpoint"), "project_place": ("slug", "path"),
    "prompt_pack_event": ("name", "act", "hash", "from_hash", "by"), "session": ("id", "person_id", "way", "proof"),
    "session_end": ("session_id", "by"), "setting": ("name", "value"),
}  # fmt: skip
_COLUMNS = """select table_name, column_name from duckdb_columns() where not internal and data_type like '%VARCHAR%'
and table_name in (select table_name from duckdb_tables()) order by table_name, column_index"""


def hostile(where: str) -> str:
    """What would do something if it were let, and say of which column it came."""
    hurt = f"window.hurt=(window.hurt||'')+'{where} '"
    return (
        f'<img src="{FAR}/{where}.png" onerror="{hurt}"><script>{hurt}</script>![m]({FAR}/{where}.md.png)[l](javascript:{hurt})'
        f'<svg onload="{hurt}"></svg>"\'></textarea></style><iframe src="{FAR}"></iframe>$\\href{{{FAR}}}{{x}}$ :red[r] :material/home: \u202e'
    )


def texts(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Every column of text of a file."""
    yield from connection.execute(_COLUMNS).fetchall()


def planted_home(folder: Path) -> dict[str, str]:
    """Make it; what its pages are opened with: run, seed, node, study, open_study, queue, map, source."""
    studio = open_studio(Settings(home=folder, shipped=ROOT / "data"))
    path = studio.demo(LOCAL_OWNER).path
    studio.endpoints.save(LOCAL_OWNER, Endpoint(name="hostile", base_url="http://127.0.0.1:9/v1", model="model"))
    studio.people.add(LOCAL_OWNER, "Somebody")
    studio.shelf.create(LOCAL_OWNER, "Another")
    studio.close()
    with duckdb.connect(str(path)) as connection:
        about = _filled(connection)
        _plant_all(connection)
    with duckdb.connect(str(folder / "studio.duckdb")) as connection:
        connection.execute("insert or replace into project_place values ('another', null, 'Another', now())")
        _plant_all(connection)
    return about


def _plant_all(connection: duckdb.DuckDBPyConnection) -> None:
    for table, column in list(texts(connection)):
        if column in FREE.get(table, ()):
            _plant(connection, table, column)


def _plant(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    text = hostile(f"{table}.{column}")
    if column == "design":
        for seq, design in connection.execute("select seq, design from study_design").fetchall():
            said = json.loads(design) | {
                "title": text,
                "guidelines": text,
                "criteria": [{"key": "a", "label": text, "description": text}],
            }
            connection.execute("update study_design set design = ? where seq = ?", [json.dumps(said), seq])
    elif column == "words":
        connection.execute("update map_cluster set words = ?", [[text, text]])
    elif table == "revision":
        connection.execute("update revision set text = ? || text", [text])
    else:
        sql = f'update "{table}" set "{column}" = ? || left("{column}", 12) where "{column}" is not null'  # noqa: S608  # names of ours
        connection.execute(sql, [text])


def _filled(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Rows in the tables that the demo leaves empty."""
    connection.execute("create temp sequence fresh start 1000000")

    def one(sql: str, *parameters: object) -> Any:
        row = connection.execute(sql, list(parameters)).fetchone()
        assert row is not None, sql
        return row[0]

    def insert(table: str, **values: object) -> str:
        known = [
            name
            for (name,) in connection.execute(
                "select column_name from duckdb_columns() where table_name = ?", [table]
            ).fetchall()
        ]
        id_ = str(uuid5(_NAMESPACE, f"{table}{sorted(values.items(), key=str)}"))
        whole = {
            "id": id_,
            "seq": one("select nextval('fresh')"),
            "by": "local",
            "received_at": now,
            "made_at": now,
        } | values
        named = [name for name in whole if name in known]
        columns, marks = ", ".join(f'"{name}"' for name in named), ", ".join("?" for _ in named)
        sql = f'insert into "{table}" ({columns}) values ({marks})'  # noqa: S608  # names of ours
        connection.execute(sql, [whole[name] for name in named])
        return id_

    now = datetime.now(UTC)
    run = one("select id::varchar from run order by number limit 1")
    node = one(
        "select instruction_id::varchar from rule_check where run_id = ? and verdict = 'fail' order by seq limit 1", run
    )
    revision = one("select id::varchar from revision where of_id = ? order by seq limit 1", node)
    seed = one("select seed_id::varchar from instruction where id = ?", node)
    queue = insert(
        "queue", name="queue", filter="{}", sort="lineage", overlap=1, overlap_share=1.0, blind=False, audit_share=0.0, repeat_share=0.0,
        adjudicates=False, archived=False, asks="verdict",
    )  # fmt: skip
    map_ = insert(
        "map",
        name="map",
        filter="{}",
        model="all-MiniLM-L6-v2",
        n=1,
        drawn=1,
        left_out=0,
        clusters=1,
        perplexity=5.0,
        rng_seed=1,
        set_hash="x",
    )
    connection.execute(
        "insert into map_point select ?, of_id, id, random() * 10, random() * 10, 0 from revision where \"of\" = 'instruction' and number = 0",
        [map_],
    )
    insert("map_cluster", map_id=map_, cluster=0, n=1, words=["a"], typical=[node], x=5.0, y=5.0)
    insert("cluster_name", map_id=map_, cluster=0, name="cluster")
    selection = insert("selection", name="selection", map_id=map_, n=1)
    insert("selection_member", selection_id=selection, instruction_id=node)
    insert("label", instruction_id=node, kind="skill", value="skill")
    insert("export", format="csv", filter="{}", as_of_seq=1, sha256="0" * 64, rows=3, options="{}", software="{}")
    link = insert(
        "argilla_link",
        what="queue",
        subject_id=queue,
        url=f"{FAR}:6900",
        workspace="w",
        dataset="d",
        key_env="ARGILLA_API_KEY",
    )
    insert("argilla_event", link_id=link, kind="made", detail="made")
    insert("argilla_event", link_id=link, kind="failed", detail="failed")
    record = insert("argilla_record", link_id=link, subject_id=node, revision_id=revision, shown=[], pilot=False)
    insert("argilla_sent", record_id=record, remote_id="r", hash="h")
    insert(
        "argilla_answer", record_id=record, response_id="r", number=0, user_id="u", came="new", said="{}", hash="h", said_at=now,
        became="unusable", why="why",
    )  # fmt: skip
    batch = insert("call_batch", run_id=run, endpoint="e", n=1, what='{"evolve": 1}', worst_tokens=1, worst_usd=0.1)
    insert(
        "call_batch_event",
        batch_id=batch,
        kind="ended",
        remote_id="",
        status="s",
        done=0,
        failed=1,
        output_id="",
        error_id="",
        detail="d",
    )
    insert("run_event", run_id=run, kind="blocked", reason="because")
    connection.execute('update run set settings = json_merge_patch(settings, \'{"by_batch": ["embedded"]}\')')
    connection.execute("update decision set note = 'note'")
    studies = connection.execute("select id::varchar from study order by version").fetchall()
    return {
        "run": run, "seed": seed, "node": node, "queue": queue, "map": map_, "study": studies[0][0], "open_study": studies[1][0],
        "source": one("select id::varchar from source limit 1"), "selection": selection,
        "decision": one("select id::varchar from decision order by seq desc limit 1"),
    }  # fmt: skip
