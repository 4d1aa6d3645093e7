"""An Argilla 2 server: workspaces, datasets, records and answers, as our values. Every failure is an ArgillaError."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.argilla import shapes
from core.argilla.calls import Line
from core.domain.argilla_wire import DatasetPlan, InRecord, OutRecord, RemoteDataset
from core.domain.reach import Reach
from core.errors import ArgillaError, ArgillaGone

MOST_AT_ONCE = 500  # records a call, the server's own limit
_PAGE = 500  # records
_MAKES_WORKSPACES = "owner"
_MAJOR = "2."


class Server:
    """Connected as one user, until `close`. `me` is that user's name, `role` what they may do there."""

    def __init__(self, url: str, token: str, reach: Reach) -> None:
        self._line = Line(url, token, reach)
        me, version = self._line.get("me"), self._line.get("version")
        self.me, self.role = str(me.get("username")), str(me.get("role"))
        self.version = str(version.get("version")) if isinstance(version, dict) else ""
        if not self.version.startswith(_MAJOR):
            raise ArgillaError(
                f"The server is of version {self.version[:20] or 'unknown'}", where=self._line.url,
                to_do="The studio works with Argilla 2 (tested with 2.8).",
            )  # fmt: skip

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    def workspaces(self) -> dict[str, str]:
        """Those that this user may see: name → id."""
        return {str(one["name"]): str(one["id"]) for one in _items(self._line.get("me/workspaces"))}

    def workspace(self, name: str) -> str:
        """The id of a workspace; an owner of the server makes it if it is not there."""
        found = self.workspaces()
        if name in found:
            return found[name]
        if self.role != _MAKES_WORKSPACES:
            names = ", ".join(f"“{one}”" for one in found) or "none"
            raise ArgillaGone(
                f"There is no workspace “{name}” for {self.me}", where=self._line.url,
                to_do=f"Choose one of these: {names}; or let an owner of the server make it.",
            )  # fmt: skip
        return str(self._line.post("workspaces", {"name": name})["id"])

    def find(self, workspace_id: str, name: str) -> RemoteDataset | None:
        """A dataset by its name, finished or not."""
        for one in _items(self._line.get("me/datasets")):
            if one["name"] == name and str(one["workspace_id"]) == workspace_id:
                return self.dataset(str(one["id"]))
        return None

    def dataset(self, dataset_id: str) -> RemoteDataset:
        """ArgillaGone if it is not there any more."""
        found = self._line.get(f"datasets/{dataset_id}")
        fields = _items(self._line.get(f"datasets/{dataset_id}/fields"))
        return shapes.remote_dataset(found, fields, self._questions(dataset_id))

    def make(self, workspace_id: str, name: str, plan: DatasetPlan) -> str:
        """A new dataset, open to annotators only once it is whole. → its id."""
        made = self._line.post("datasets", shapes.dataset(plan, name, workspace_id))
        path = f"datasets/{made['id']}"
        for field in plan.fields:
            self._line.post(f"{path}/fields", shapes.field(field))
        for question in plan.questions:
            self._line.post(f"{path}/questions", shapes.question(question))
        for one in shapes.properties(plan):
            self._line.post(f"{path}/metadata-properties", one)
        self._line.put(f"{path}/publish")
        return str(made["id"])

    def remove(self, dataset_id: str) -> None:
        """Take a dataset away with all that is in it: for one that was not finished."""
        self._line.delete(f"datasets/{dataset_id}")

    def send(self, dataset_id: str, records: Sequence[OutRecord]) -> dict[str, str]:
        """At most MOST_AT_ONCE records, all or none: new ones are made, those that are there become as said. → our id → theirs."""
        questions = {str(one["name"]): str(one["id"]) for one in self._questions(dataset_id)}
        items = [shapes.record(one, questions) for one in records]
        taken = _items(self._line.put(f"datasets/{dataset_id}/records/bulk", {"items": items}))
        return {str(one["external_id"]): str(one["id"]) for one in taken}

    def records(self, dataset_id: str) -> Iterator[tuple[int, list[InRecord]]]:
        """Every record with all users' answers, a page at a time, each with how many there are in all."""
        done = 0
        while True:
            asked = {"offset": done, "limit": _PAGE, "include": "responses"}
            page = self._line.get(f"datasets/{dataset_id}/records", asked)
            items = _items(page)
            if items:
                yield int(page.get("total") or len(items)), [shapes.in_record(one) for one in items]
            done += len(items)
            if len(items) < _PAGE:
                return

    def record(self, remote_id: str) -> InRecord | None:
        """One record with its answers; None if it is not there any more."""
        try:
            return shapes.in_record(self._line.get(f"records/{remote_id}"))
        except ArgillaGone:
            return None

    def users(self, workspace_id: str) -> Mapping[str, str]:
        """Who is there: id → name. An owner sees everybody, an admin the workspace's people."""
        path = "users" if self.role == _MAKES_WORKSPACES else f"workspaces/{workspace_id}/users"
        return {str(one["id"]): str(one["username"]) for one in _items(self._line.get(path))}

    def _questions(self, dataset_id: str) -> list[dict[str, Any]]:
        return _items(self._line.get(f"datasets/{dataset_id}/questions"))


def _items(reply: Any) -> list[dict[str, Any]]:
    found = reply.get("items") if isinstance(reply, dict) else None
    if not isinstance(found, list):
        raise ArgillaError(
            "The server says something that cannot be understood",
            to_do="See that it is an Argilla server of version 2.",
        )
    return found
