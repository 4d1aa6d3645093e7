"""The columns of a lineage: what each fact says, in which type. Both file formats and the reader go by this table."""

import pyarrow as pa

_TEXT, _INT, _LONG, _NUMBER, _YES = pa.string(), pa.int32(), pa.int64(), pa.float64(), pa.bool_()


def _struct(**columns: pa.DataType) -> pa.StructType:
    return pa.struct(list(columns.items()))


REVISION = _struct(
    id=_TEXT, of=_TEXT, of_id=_TEXT, number=_INT, text=_TEXT, text_hash=_TEXT, words=_INT, by=_TEXT
)  # fmt: skip
RESPONSE = _struct(id=_TEXT, instruction_revision_id=_TEXT, system_id=_TEXT, call_id=_TEXT, source_id=_TEXT)
TASK = _struct(id=_TEXT, run_id=_TEXT, kind=_TEXT, epoch=_INT, state=_TEXT, tries=_INT)
CALL = _struct(
    id=_TEXT, task_id=_TEXT, run_id=_TEXT, system_id=_TEXT, kind=_TEXT, request=_TEXT, reply=_TEXT, finish_reason=_TEXT,
    tokens_in=_INT, tokens_out=_INT, cost_usd=_NUMBER, worst_cost_usd=_NUMBER, worst_tokens=_INT, latency_ms=_NUMBER,
    error_kind=_TEXT, error_detail=_TEXT, started_at=_TEXT,
)  # fmt: skip
CHECK = _struct(
    id=_TEXT, revision_id=_TEXT, response_id=_TEXT, run_id=_TEXT, rule=_TEXT, version=_INT, verdict=_TEXT, score=_NUMBER,
    evidence=_TEXT, call_id=_TEXT,
)  # fmt: skip
OUTCOME = _struct(run_id=_TEXT, status=_TEXT, rule=_TEXT, words_added=_INT, received_at=_TEXT)
SCORE = _struct(
    id=_TEXT, subject_id=_TEXT, run_id=_TEXT, epoch=_INT, kind=_TEXT, value=_NUMBER, by=_TEXT, call_id=_TEXT
)  # fmt: skip
LABEL = _struct(id=_TEXT, kind=_TEXT, value=_TEXT, by=_TEXT)
DECISION = _struct(
    id=_TEXT, person_id=_TEXT, act=_TEXT, instruction_id=_TEXT, bulk_id=_TEXT, revision_id=_TEXT, verdict=_TEXT, reason=_TEXT,
    note=_TEXT, undoes_id=_TEXT, origin=_TEXT, active_ms=_LONG, decided_at_browser=_TEXT, received_at=_TEXT, trial_id=_TEXT,
    trial_kind=_TEXT, queue_id=_TEXT, shown_revision_id=_TEXT,
)  # fmt: skip
_NUMBERS = pa.list_(_LONG)
PLACE = _struct(
    position=_INT, seq=_LONG, outcome=_LONG, revisions=_NUMBERS, responses=_NUMBERS, calls=_NUMBERS, checks=_NUMBERS,
    scores=_NUMBERS, labels=_NUMBERS, decisions=_NUMBERS,
)  # fmt: skip

_INSTRUCTION = [
    ("id", _TEXT), ("kind", _TEXT), ("seed_id", _TEXT), ("source_id", _TEXT), ("run_id", _TEXT), ("parent_id", _TEXT),
    ("parent_revision_id", _TEXT), ("ancestors", pa.list_(_TEXT)), ("epoch", _INT), ("depth", _INT), ("child_number", _INT),
    ("operation", _TEXT), ("data_format", _TEXT), ("weights", _TEXT), ("made_by", _TEXT), ("pack_hash", _TEXT),
]  # fmt: skip
_PARTS = [
    ("revisions", pa.list_(REVISION)), ("responses", pa.list_(RESPONSE)), ("tasks", pa.list_(TASK)), ("calls", pa.list_(CALL)),
    ("checks", pa.list_(CHECK)), ("outcome", OUTCOME), ("scores", pa.list_(SCORE)), ("labels", pa.list_(LABEL)),
    ("decisions", pa.list_(DECISION)),
]  # fmt: skip
# What follows from facts, for whoever reads the file: an import makes it again.
_READABLE = [
    ("row", _TEXT), ("sha256", _TEXT), ("instruction", _TEXT), ("response", _TEXT), ("seed", _TEXT), ("source", _TEXT),
    ("path", pa.list_(_struct(id=_TEXT, operation=_TEXT, epoch=_INT))), ("run_status", _TEXT), ("rule", _TEXT),
    ("human_status", _TEXT), ("set_aside", _YES), ("flagged", _YES), ("difficulty", _NUMBER), ("words_added", _INT),
    ("unready", _TEXT), ("tokens", _LONG), ("cost_usd", _NUMBER),
]  # fmt: skip
ROWS = pa.schema([*_READABLE, *_INSTRUCTION, *_PARTS, ("place", PLACE)])
FACTS = tuple(name for name, _ in (*_INSTRUCTION, *_PARTS))
BESIDE = tuple(name for name in ROWS.names if name not in FACTS)
# The lists of facts, each with its columns.
PARTS = {name: [one.name for one in kind.value_type] for name, kind in _PARTS if pa.types.is_list(kind)}
