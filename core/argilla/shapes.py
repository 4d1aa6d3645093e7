"""Our values as Argilla's server takes them, and what it gives as our values. What it gives is not trusted."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from core.domain.argilla_wire import (
    Asked,
    DatasetPlan,
    FieldPlan,
    InAnswer,
    InRecord,
    OutRecord,
    QuestionPlan,
    RemoteDataset,
)

Json = dict[str, Any]
_MOST_GUIDELINES = 10_000
_LEAST_OPTIONS_SHOWN = 3


def dataset(plan: DatasetPlan, name: str, workspace_id: str) -> Json:
    return {
        "name": name,
        "workspace_id": workspace_id,
        "guidelines": plan.guidelines[:_MOST_GUIDELINES] or None,
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": max(1, plan.people)},
    }


def field(plan: FieldPlan) -> Json:
    """Plain text, never Markdown: what a model wrote must do nothing there."""
    settings = {"type": "text", "use_markdown": False}
    return {"name": plan.name, "title": plan.title, "required": plan.required, "settings": settings}


def question(plan: QuestionPlan) -> Json:
    return {
        "name": plan.name,
        "title": plan.title,
        "description": plan.description or None,
        "required": plan.required,
        "settings": {"type": str(plan.asked), **_options(plan)},
    }


def _options(plan: QuestionPlan) -> Json:
    if plan.asked is Asked.TEXT:
        return {"use_markdown": False}
    if plan.asked is Asked.RATING:
        return {"options": [{"value": int(value)} for value, _ in plan.options]}
    options = [{"value": value, "text": words} for value, words in plan.options]
    if plan.asked is Asked.RANKING or len(options) < _LEAST_OPTIONS_SHOWN:
        return {"options": options}
    return {"options": options, "visible_options": len(options)}


def properties(plan: DatasetPlan) -> list[Json]:
    """The metadata that people filter and sort by."""
    kinds = {"integer": plan.integers, "float": plan.floats, "terms": plan.terms}
    return [
        {"name": name, "title": name.replace("_", " ").capitalize(), "settings": {"type": kind}}
        for kind, names in kinds.items()
        for name in names
    ]


def record(one: OutRecord, questions: Mapping[str, str]) -> Json:
    """`questions`: the name of each → its id there."""
    suggestions = [
        {"question_id": questions[each.question], "value": _value(each.value), "agent": each.agent, "type": "model"}
        for each in one.suggestions
        if each.question in questions
    ]
    return {
        "external_id": one.id,
        "fields": dict(one.fields),
        "metadata": dict(one.metadata),
        "suggestions": suggestions,
    }


def _value(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def remote_dataset(found: Json, fields: Sequence[Json], questions: Sequence[Json]) -> RemoteDataset:
    return RemoteDataset(
        id=str(found["id"]),
        name=str(found["name"]),
        is_ready=found.get("status") == "ready",
        fields=tuple(str(one["name"]) for one in fields),
        questions={str(one["name"]): _asked(one.get("settings") or {}) for one in questions},
    )


def _asked(settings: Json) -> tuple[str, tuple[str, ...]]:
    options = settings.get("options") or []
    return str(settings.get("type")), tuple(str(one.get("value")) for one in options)


def in_record(found: Json) -> InRecord:
    """A record without an id of ours has ""."""
    external, fields = found.get("external_id"), found.get("fields")
    return InRecord(
        id=external if isinstance(external, str) else "",
        remote_id=str(found["id"]),
        fields=fields if isinstance(fields, dict) else {},
        answers=tuple(_in_answer(one) for one in found.get("responses") or ()),
    )


def _in_answer(found: Json) -> InAnswer:
    values = found.get("values")
    plain = (
        {name: one.get("value") for name, one in values.items() if isinstance(one, dict)}
        if isinstance(values, dict)
        else {}
    )
    return InAnswer(
        id=str(found["id"]),
        user_id=str(found.get("user_id") or ""),
        status=str(found.get("status")),
        values=plain,
        said_at=_time(found.get("updated_at")),
    )


def _time(said: object) -> datetime | None:
    """Argilla writes times of UTC without saying so."""
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
