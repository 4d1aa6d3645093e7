"""Workers of a cluster: processes on other machines that make a run's calls."""

from dataclasses import dataclass
from enum import StrEnum

MOST_WORKERS = 256


class WorkerState(StrEnum):
    """How a worker stands. `COMING`: the cluster has not placed it yet. `OPENING`: it starts what it will ask."""

    COMING = "coming"
    OPENING = "opening"
    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerNow:
    """One worker of a run, by its number from 1. `words`: why it is not there, if it is not."""

    number: int
    state: WorkerState = WorkerState.COMING
    node: str = ""
    pid: int = 0
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One machine of a cluster, and what of it is free for workers."""

    name: str
    address: str
    cpus: float
    free_cpus: float
    gpus: float
    free_gpus: float
