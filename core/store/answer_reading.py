"""Accepted instructions without an answer to their present text, and what is asked of one."""

from dataclasses import dataclass

from core.domain import ids
from core.store.database import Database

_WAITING = """select s.id, i.seq from instruction_state s join instruction i on i.id = s.id
where s.human_status = 'accepted' and s.revision_id is not null and (s.response_id is null or s.response_stale)
  and i.kind = 'evolved' and ($after = 0 or i.seq > $after) order by i.seq limit $most"""
_COUNT = """select count(*) as n from instruction_state s join instruction i on i.id = s.id
where s.human_status = 'accepted' and s.revision_id is not null and (s.response_id is null or s.response_stale) and i.kind = 'evolved'"""
_PLACES = "select id, seed_id, run_id, epoch, position, kind, seq from instruction where id in (:ids)"
_STATES = "select id, run_status, revision_id, response_id, response_stale from instruction_state where id in (:ids)"
_TEXTS = "select id, text from revision where id in (:ids)"
_RUNS = "select id from run order by number desc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One instruction as it would be answered. `run_id` is the run whose cast is asked; None if the project has none."""

    id: str
    seed_id: str
    run_id: str | None
    own_run_id: str | None
    epoch: int
    position: int
    seq: int
    status: str | None
    revision_id: str
    text: str
    has_answer: bool
    stale: bool


def count_waiting(database: Database) -> int:
    return int(database.query(_COUNT)[0]["n"])


def waiting(database: Database, *, most: int, after: int = 0) -> list[Asked]:
    """Those that wait for an answer, the oldest first; `after` is a `seq`."""
    found = database.query(_WAITING, {"after": after, "most": most})
    return asked(database, [row["id"] for row in found])


def asked(database: Database, instruction_ids: list[str]) -> list[Asked]:
    """These instructions, in this order, without those that are not known or have no text."""
    places = {row["id"]: row for row in database.query_ids(_PLACES, instruction_ids)}
    states = {row["id"]: row for row in database.query_ids(_STATES, places) if row["revision_id"]}
    texts = {
        row["id"]: row["text"] for row in database.query_ids(_TEXTS, [one["revision_id"] for one in states.values()])
    }
    runs = [row["id"] for row in database.query(_RUNS)]
    by_hand = {ids.by_hand_id(run): run for run in runs}
    found: list[Asked] = []
    for id_ in (one for one in instruction_ids if one in states):
        place, state = places[id_], states[id_]
        own = by_hand.get(place["run_id"], place["run_id"])
        found.append(
            Asked(
                id=id_, seed_id=place["seed_id"], run_id=own if own in runs else next(iter(runs), None), own_run_id=own,
                epoch=place["epoch"], position=place["position"], seq=place["seq"], status=state["run_status"],
                revision_id=state["revision_id"], text=texts[state["revision_id"]],
                has_answer=state["response_id"] is not None, stale=state["response_stale"],
            )
        )  # fmt: skip
    return found
