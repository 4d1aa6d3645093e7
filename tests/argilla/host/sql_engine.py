"""A search engine for the real Argilla server that looks into Argilla's own SQL database: tests need no search cluster.

Runs in the server's own environment (requirements-argilla-server.txt). Writing an index is nothing, since records, responses and
suggestions stand in the database already; a text is found by LIKE, and there are no vectors.
"""

from argilla_server.database import AsyncSessionLocal
from argilla_server.models import Question, Record, Response, Suggestion
from argilla_server.search_engine.base import (
    AndFilter,
    FloatMetadataMetrics,
    IntegerMetadataMetrics,
    MetadataFilterScope,
    RecordFilterScope,
    ResponseFilterScope,
    SearchEngine,
    SearchResponseItem,
    SearchResponses,
    SuggestionFilterScope,
    TermsFilter,
    TermsMetrics,
)
from sqlalchemy import String, and_, cast, exists, func, not_, or_, select, true


def _plain(value):
    return str(getattr(value, "value", value))


def _fits(text, number, wanted):
    """A column against the values or the range of a filter."""
    if isinstance(wanted, TermsFilter):
        return text.in_([str(one) for one in wanted.values])
    bounds = []
    if wanted.ge is not None:
        bounds.append(number >= wanted.ge)
    if wanted.le is not None:
        bounds.append(number <= wanted.le)
    return and_(true(), *bounds)


def _of_record(wanted):
    column = getattr(Record, wanted.scope.property)
    return column.in_(wanted.values) if isinstance(wanted, TermsFilter) else _fits(None, column, wanted)


def _of_metadata(wanted):
    value = Record.metadata_[wanted.scope.metadata_property]
    return _fits(value.as_string(), value.as_float(), wanted)


def _of_suggestion(wanted):
    scope = wanted.scope
    where = [Suggestion.record_id == Record.id, Suggestion.question_id == Question.id, Question.name == scope.question]
    if scope.property == "value":
        value = cast(Suggestion.value, String)
        where.append(or_(*[value == f'"{one}"' for one in wanted.values]))
    else:
        column = getattr(Suggestion, scope.property)
        where.append(_fits(column, column, wanted))
    return exists().where(*where)


def _of_response(wanted):
    scope = wanted.scope
    mine = [Response.record_id == Record.id]
    if scope.user:
        mine.append(Response.user_id == scope.user.id)
    if scope.question:
        value = Response.values[scope.question]["value"]
        return exists().where(*mine, _fits(value.as_string(), value.as_float(), wanted))
    statuses = [_plain(one) for one in wanted.values]
    parts = [exists().where(*mine, Response.status.in_([one for one in statuses if one != "pending"]))]
    if "pending" in statuses:
        parts.append(not_(exists().where(*mine)))
    return or_(*parts)


_WHERE = {
    RecordFilterScope: _of_record,
    MetadataFilterScope: _of_metadata,
    SuggestionFilterScope: _of_suggestion,
    ResponseFilterScope: _of_response,
}


def _where(wanted):
    if isinstance(wanted, AndFilter):
        return and_(true(), *[_where(one) for one in wanted.filters])
    return _WHERE[type(wanted.scope)](wanted)


def _ordered(order):
    scope = order.scope
    if isinstance(scope, RecordFilterScope):
        column = getattr(Record, scope.property)
    elif isinstance(scope, MetadataFilterScope):
        column = Record.metadata_[scope.metadata_property]
    else:
        column = select(func.max(Response.updated_at)).where(Response.record_id == Record.id).scalar_subquery()
    return column.desc() if _plain(order.order) == "desc" else column.asc()


def _searched(query):
    """Conditions for the words of a query."""
    if not query:
        return []
    words, field = (query, None) if isinstance(query, str) else (query.q, query.field)
    text = Record.fields[field].as_string() if field else cast(Record.fields, String)
    return [text.ilike(f"%{word}%") for word in words.split()]


async def _counts(statement):
    async with AsyncSessionLocal() as session:
        rows = (await session.execute(statement)).all()
    counts = {_plain(key): n for key, n in rows}
    return {"total": sum(counts.values()), **counts}


@SearchEngine.register("sql")
class SqlEngine(SearchEngine):
    """What the server asks of a search engine, asked of its database."""

    @classmethod
    async def new_instance(cls):
        return cls()

    async def ping(self):
        return True

    async def info(self):
        return {"name": "sql"}

    async def _nothing(self, *_, **__):
        return None

    close = create_index = delete_index = configure_metadata_property = index_records = partial_record_update = _nothing
    delete_records = update_record_response = delete_record_response = update_record_suggestion = _nothing
    delete_record_suggestion = set_records_vectors = configure_index_vectors = _nothing

    async def similarity_search(self, *_, **__):
        raise NotImplementedError("the SQL engine has no vectors")

    async def search(self, dataset, query=None, filter=None, sort=None, offset=0, limit=100, user_id=None):  # noqa: A002
        where = [Record.dataset_id == dataset.id, *_searched(query)]
        if filter is not None:
            where.append(_where(filter))
        order = [_ordered(one) for one in sort or []] or [Record.inserted_at.asc()]
        async with AsyncSessionLocal() as session:
            total = (await session.execute(select(func.count()).select_from(Record).where(*where))).scalar()
            page = select(Record.id).where(*where).order_by(*order, Record.id).offset(offset).limit(limit)
            found = (await session.execute(page)).scalars().all()
        return SearchResponses(items=[SearchResponseItem(record_id=one, score=1.0) for one in found], total=total)

    async def get_dataset_progress(self, dataset):
        where = Record.dataset_id == dataset.id
        return await _counts(select(Record.status, func.count()).where(where).group_by(Record.status))

    async def get_dataset_user_progress(self, dataset, user):
        of_dataset = select(Response.status, func.count()).join(Record, Record.id == Response.record_id)
        where = (Record.dataset_id == dataset.id, Response.user_id == user.id)
        return await _counts(of_dataset.where(*where).group_by(Response.status))

    async def compute_metrics_for(self, metadata_property):
        value, where = Record.metadata_[metadata_property.name], Record.dataset_id == metadata_property.dataset_id
        kind = _plain(metadata_property.type)
        async with AsyncSessionLocal() as session:
            if kind == "terms":
                term = value.as_string()
                rows = (await session.execute(select(term, func.count()).where(where).group_by(term))).all()
                counts = [TermsMetrics.TermCount(term=one, count=n) for one, n in rows if one is not None]
                return TermsMetrics(total=sum(n for _, n in rows), values=counts)
            number = value.as_float()
            least, most = (await session.execute(select(func.min(number), func.max(number)).where(where))).one()
        return (IntegerMetadataMetrics if kind == "integer" else FloatMetadataMetrics)(min=least, max=most)
