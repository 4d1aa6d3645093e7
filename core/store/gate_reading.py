"""How a run stands that waits for people: what they have not decided, and whose next epoch may be drawn."""

from core.domain.instruction import HumanStatus, RunStatus
from core.domain.run import Gate
from core.domain.work import Judged, Pending
from core.store.database import Database
from core.store.instruction_rows import instruction_from

_COUNTS = """select
  coalesce(sum(undecided), 0)::bigint as undecided, coalesce(sum(open), 0)::bigint as open,
  count(*) filter (undecided > 0 and newest < $epochs) as seeds
from gate_seed where run_id = $run"""
_PLANNED = "select count(*) as n from task where run_id = ? and state = 'waiting' and kind = 'evolve'"
_OPENED = """select seed_id as id from gate_seed
where run_id = $run and newest < $epochs and open = 0 and (undecided = 0 or $passes)
and seed_id not in (select id from instruction_state where human_status = 'rejected') order by seed_id limit 500"""
_ACCEPTED = """select count(*) filter (human_status = 'accepted') as accepted, count(*) as decided
from instruction_state where run_status = 'survived' and human_status in ('accepted', 'rejected')"""
_TREES = "select * exclude (seq) from instruction where seed_id in (:listed) and (run_id is null or run_id = ?) order by depth, epoch, child_number"
_STATES = "select id, run_status, human_status, revision_id from instruction_state where id in (:ids)"


def pending(database: Database, run_id: str, epochs: int) -> Pending:
    """Counts only: one scan of the run."""
    found = database.query(_COUNTS, {"run": run_id, "epochs": epochs})[0]
    planned = int(database.query(_PLANNED, [run_id])[0]["n"])
    return Pending(
        undecided=found["undecided"], under_way=max(0, found["open"] - planned), planned=planned, seeds=found["seeds"]
    )


def accepted_survivors(database: Database) -> tuple[int, int]:
    """Of a project's survivors: how many people accepted, and how many they accepted or rejected."""
    found = database.query(_ACCEPTED)[0]
    return int(found["accepted"]), int(found["decided"])


def has_opened(database: Database, run_id: str, gate: Gate, epochs: int) -> bool:
    """Whether there is any such seed."""
    asked = {"run": run_id, "epochs": epochs, "passes": gate is Gate.NOT_REJECTED}
    return bool(database.query(_OPENED, asked))


def opened(database: Database, run_id: str, gate: Gate, epochs: int) -> list[list[Judged]]:
    """Whole trees (the seed first) of seeds of which all is decided that this gate asks for, with epochs left."""
    asked = {"run": run_id, "epochs": epochs, "passes": gate is Gate.NOT_REJECTED}
    seeds = [row["id"] for row in database.query(_OPENED, asked)]
    nodes = [instruction_from(row) for row in database.query_ids(_TREES, seeds, [run_id])]
    states = {row["id"]: row for row in database.query_ids(_STATES, [node.id for node in nodes])}
    trees: dict[str, list[Judged]] = {seed: [] for seed in seeds}
    for node in nodes:
        state = states[node.id]
        status = RunStatus(state["run_status"]) if state["run_status"] else None
        trees[node.seed_id].append(
            Judged(
                instruction=node,
                status=status,
                human=HumanStatus(state["human_status"]),
                revision_id=state["revision_id"],
            )
        )
    return list(trees.values())
