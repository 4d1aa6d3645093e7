"""How far raters say the same, two by two and all together; and every model judge beside people."""

from collections.abc import Sequence
from functools import partial

from core.domain.study import RaterKind
from core.domain.study_numbers import TwoRaters
from core.domain.study_results import TrialPick
from core.services.evaluating import result_numbers, result_tables
from core.services.evaluating.result_numbers import Agreements, JudgeBeside
from core.services.evaluating.results import Opened
from pages.ui import kit
from pages.ui.evaluating import results_trials, results_work
from pages.ui.evaluating.results_asked import Asked, judge_words
from pages.ui.evaluating.results_card import table_card
from pages.ui.evaluating.results_words import agreement_words, rate_words, share_words
from pages.ui.kit import h

_OUTCOMES = ("win", "tie", "loss")
_MOST_TWO = 45  # pairs of ten people


def body(opened: Opened, asked: Asked) -> None:
    found = results_work.ask(
        opened, ("agreement", asked.view), partial(result_numbers.agreements, opened, asked.view), "Agreement"
    )
    if found is not None:
        _all(opened, asked, found)
        _two(opened, found.two)
    judges = [rater for rater in opened.raters if rater.kind == RaterKind.MODEL]
    people = next((by for by in opened.judges if by in set(RaterKind)), None)
    if judges and people is not None:
        work = partial(_beside, opened, asked, people)
        beside = results_work.ask(opened, ("beside", asked.view, people), work, "Model judges beside people")
        for one in beside or ():
            _judge(opened, one, people)


def _beside(opened: Opened, asked: Asked, people: str, told: result_numbers.Told) -> tuple[JudgeBeside, ...]:
    return result_numbers.judges_beside(opened, asked.view, people, told)


def _all(opened: Opened, asked: Asked, found: Agreements) -> None:
    fleiss = found.fleiss
    left = f"; {fleiss.left_out:,} with another number left out" if fleiss.left_out else ""
    rows = [
        ("Fleiss' kappa", "who wins a pair", f"pairs with {fleiss.raters} raters{left}", fleiss.agreement),
        ("Krippendorff's alpha, nominal", "who wins a pair", "any number of raters", found.alpha_pairs),
        ("Krippendorff's alpha, ordinal", "the rank or score itself", "any number of raters", found.alpha_places),
    ]
    heads = ("", "Of", "On", "n", "Value")
    judged = TrialPick(person=asked.view.judged.by)
    table = [(name, of, on, _opens(one.n, judged), agreement_words(one)) for name, of, on, one in rows]
    note = f"{judge_words(opened, asked.view.judged.by)}, {found.raters} raters; 1 is always the same, 0 as by chance"
    data = result_tables.lines(
        ("coefficient", "of", "on", "n", "value", "why"), [(*line, one.n, one.value, one.why) for *line, one in rows]
    )
    _open(table_card("agreement", "Agreement", note, _table(heads, table, words=3), data=data))


def _two(opened: Opened, two: Sequence[TwoRaters]) -> None:
    names = {rater.id: rater.name for rater in opened.raters}
    if not two:
        return
    rows = [
        (
            names[one.first],
            names[one.second],
            _opens(one.agreement.n, TrialPick(person=one.first, beside=one.second)),
            agreement_words(one.agreement),
        )
        for one in two[:_MOST_TWO]
    ]
    data = result_tables.lines(
        ("first", "second", "n", "kappa", "why"),
        [(names[one.first], names[one.second], one.agreement.n, one.agreement.value, one.agreement.why) for one in two],
    )
    more = (
        f"the first {_MOST_TWO} of {len(two):,}; all of them in the data"
        if len(two) > _MOST_TWO
        else "on what both have judged"
    )
    table = _table(("", "and", "n", "Kappa"), rows, words=2)
    _open(table_card("cohen", "Cohen's kappa, two by two", more, table, data=data))


def _judge(opened: Opened, one: JudgeBeside, people: str) -> None:
    beside, who = one.beside, judge_words(opened, people)
    facts = [
        ("Cohen's kappa", agreement_words(beside.kappa) + f", n {beside.kappa.n:,} verdicts"),
        ("The same verdict", share_words(beside.same, "none to compare")),
        (
            "Changed its mind with the order",
            "asked in one order only" if one.flips is None else share_words(one.flips, "none in both orders"),
        ),
        ("Judged in one order only", f"{one.one_order:,}, counted nowhere"),
        ("Could not be read", f"{one.unparseable:,}, kept and never scored"),
        ("Chose the left text", rate_words(one.position)),
        ("Chose the longer text", f"{rate_words(one.length)}; {who}: {rate_words(one.people_length)}"),
    ]
    table = h(
        "table",
        h("tbody", *(h("tr", h("th", {"scope": "row", "class": "nm"}, name), h("td", said)) for name, said in facts)),
    )
    data = result_tables.lines(("what", "value"), facts)
    _open(table_card(
        f"judge_{one.id}".replace(":", "_"), one.name, f"beside {who}", h("div", {"class": "two"}, table, _confusion(one, people, who)),
        h("button", {"class": "bt", "data-action": str(TrialPick(person=one.id))}, "Its trials"), data=data,
    ))  # fmt: skip


def _open(pressed: str | None) -> None:
    if pressed:
        results_trials.pick(pressed)


def _opens(n: int, chosen: TrialPick) -> kit.Element:
    """A number that opens its trials."""
    return h("button", {"class": "lk num", "data-action": str(chosen), "disabled": n == 0}, f"{n:,}")


def _confusion(one: JudgeBeside, people: str, who: str) -> kit.Element:
    """Rows are people's verdicts, columns the judge's; seen from the first of each pair."""
    header = h(
        "tr",
        h("th", {"scope": "col"}, f"{who} ↓, the judge →"),
        *(h("th", {"scope": "col", "class": "r"}, name) for name in _OUTCOMES),
    )
    rows = (
        h(
            "tr",
            h("th", {"scope": "row", "class": "nm"}, name),
            *(
                h("td", {"class": "r num"}, _opens(n, TrialPick(person=one.id, beside=people, its=its, theirs=name)))
                for its, n in zip(_OUTCOMES, counts, strict=True)
            ),
        )
        for name, counts in zip(_OUTCOMES, one.beside.confusion, strict=True)
    )
    return h("table", h("thead", header), h("tbody", *rows))


def _table(heads: Sequence[str], rows: Sequence[Sequence[kit.Child]], *, words: int) -> kit.Element:
    """The first columns hold words, the rest numbers."""
    header = h(
        "tr", *(h("th", {"scope": "col", "class": "" if at < words else "r"}, head) for at, head in enumerate(heads))
    )
    body = (
        h("tr", *(h("td", {"class": "nm" if at < words else "r num"}, cell) for at, cell in enumerate(row)))
        for row in rows
    )
    return h("table", h("thead", header), h("tbody", *body))
