"""No call starts whose worst case would pass a cap."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.call import ChatRequest, ErrorKind, Message, Prices, Sampling
from core.domain.run import Caps
from core.evolution.budget import Budget, Worst, worst_case
from core.evolution.record import spent
from core.store import run_reading
from tests import builders


def asking(text: str, max_tokens: int = 100) -> ChatRequest:
    return ChatRequest(messages=(Message(role="user", content=text),), sampling=Sampling(max_tokens=max_tokens))


@given(st.text(max_size=200), st.integers(1, 4096))
def test_the_worst_case_has_a_token_for_every_byte_and_every_token_of_the_reply(text: str, most: int) -> None:
    worst = worst_case(asking(text, most), Prices(input_usd=1.0, output_usd=2.0))
    assert worst.tokens >= len(text.encode()) + most
    assert worst.usd is not None
    assert worst.usd >= (len(text.encode()) * 1.0 + most * 2.0) / 1e6


def test_half_a_character_in_a_seed_is_no_fault_of_the_budget() -> None:
    assert worst_case(asking("half \ud83d"), Prices()).tokens > 100


def test_without_prices_money_is_unknown_and_not_nothing() -> None:
    assert worst_case(asking("Hello"), Prices()).usd is None
    assert worst_case(asking("Hello"), Prices(input_usd=1.0)).usd is None


@pytest.mark.parametrize(
    ("caps", "says"),
    [
        (Caps(calls=2), "the cap of 2 calls"),
        (Caps(tokens=250), "the cap of 250 tokens"),
        (Caps(usd=0.25), "the cap of $0.25"),
    ],
)
def test_it_says_which_cap_is_reached(caps: Caps, says: str) -> None:
    budget, worst = Budget(caps), Worst(tokens=100, usd=0.1)
    assert budget.reserve(worst) is None
    assert budget.reserve(worst) is None
    assert budget.reserve(worst) == says
    assert budget.in_flight == 2


def test_what_a_call_gave_back_can_be_spent_again() -> None:
    budget, worst = Budget(Caps(tokens=100)), Worst(tokens=100, usd=None)
    assert budget.reserve(worst) is None
    assert budget.reserve(worst) is not None
    budget.settle(worst, tokens=0, usd=0.0)
    assert budget.reserve(worst) is None
    budget.release(worst)
    assert (budget.calls, budget.tokens, budget.in_flight) == (1, 0, 0)


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "settle", "release"]), st.integers(1, 500), st.floats(0, 1)), max_size=60
)
SOME_CAPS = st.builds(
    Caps, calls=st.none() | st.integers(1, 20), tokens=st.none() | st.integers(1, 3000), usd=st.none() | st.floats(0.1, 5)
)  # fmt: skip


@given(SOME_CAPS, STEPS)
def test_no_history_passes_a_cap(caps: Caps, steps: list[tuple[str, int, float]]) -> None:
    """Whatever comes back, as long as no reply costs more than its worst case."""
    budget = Budget(caps)
    flying: list[Worst] = []
    for act, tokens, share in steps:
        if act == "reserve":
            worst = Worst(tokens=tokens, usd=tokens / 500)
            if budget.reserve(worst) is None:
                flying.append(worst)
        elif flying:
            worst = flying.pop(0)
            if act == "settle":
                budget.settle(worst, tokens=int(worst.tokens * share), usd=(worst.usd or 0) * share)
            else:
                budget.release(worst)
        assert budget.in_flight == len(flying)
        assert caps.calls is None or budget.calls + len(flying) <= caps.calls
        assert caps.tokens is None or budget.tokens + sum(one.tokens for one in flying) <= caps.tokens
        assert caps.usd is None or budget.usd + sum(one.usd or 0 for one in flying) <= caps.usd + 1e-9


ASKED = replace(builders.call(builders.seed()), worst_tokens=900, worst_cost_usd=0.9)
UNSAID = replace(ASKED, tokens_in=None, tokens_out=None)


def test_a_call_counts_what_its_server_said() -> None:
    assert spent(replace(ASKED, tokens_in=40, tokens_out=20, cost_usd=0.06)) == (60, 0.06)


def test_a_call_that_may_have_run_counts_at_worst_case() -> None:
    """A reply that nobody can read, or that a filter held back, was generated all the same."""
    for kind in (None, ErrorKind.TIME_OUT, ErrorKind.MALFORMED_REPLY, ErrorKind.CONTENT_FILTER):
        assert spent(replace(UNSAID, error_kind=kind)) == (900, 0.9)


def test_a_call_that_was_refused_counts_nothing() -> None:
    ran = {ErrorKind.TIME_OUT, ErrorKind.MALFORMED_REPLY, ErrorKind.CONTENT_FILTER}
    for kind in set(ErrorKind) - ran:
        assert spent(replace(UNSAID, error_kind=kind)) == (0, 0.0)


def test_the_log_counts_calls_as_the_engine_does(tmp_path: Path) -> None:
    """After a restart the budget begins with what `run_spending` says."""
    of = builders.child(builders.seed())
    calls = [
        builders.call(of, attempt=number, error_kind=kind, worst_tokens=900, worst_cost_usd=0.9, **said)
        for number, (kind, said) in enumerate(
            (kind, said)
            for kind in (None, *ErrorKind)
            for said in (
                {"tokens_in": 40, "tokens_out": 20, "cost_usd": 0.06},
                {"tokens_in": None, "tokens_out": None, "cost_usd": None},
                {"tokens_in": 40, "tokens_out": None, "cost_usd": None},
            )
        )
    ]
    with builders.project_at(tmp_path / "p.duckdb") as database:
        database.writer.append_now([builders.run(), *calls])
        found = run_reading.spending(database, builders.RUN)
    assert found.calls == len(calls)
    assert found.tokens == sum(spent(one)[0] for one in calls)
    assert found.usd == pytest.approx(sum(spent(one)[1] for one in calls))
