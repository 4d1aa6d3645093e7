"""What the page of a run shows: figures, progress by epoch, what was eliminated and why, the latest evolutions."""

from datetime import UTC, datetime

from core.domain.check import Rule
from core.domain.operation import Operation
from core.domain.progress import EpochCount, Evolution, RunProgress
from core.domain.run import Gate, RunEventKind
from core.domain.system import EMBEDDED
from core.domain.task import TaskKind
from core.services.projects import Project
from pages.ui import kit
from pages.ui.growing import run_batches, run_place
from pages.ui.kit import h
from pages.ui.words import ago, count, duration, money

_GATED = {Gate.ACCEPTED: "only what people accept", Gate.NOT_REJECTED: "survivors, unless people reject them"}
GOING = ("preparing", RunEventKind.STARTED, RunEventKind.RESUMED)
_SAID = {
    "preparing": ("waiting", "Preparing"),
    RunEventKind.PAUSED: ("waiting", "Paused"),
    RunEventKind.STOPPED: ("set_aside", "Stopped"),
    RunEventKind.INTERRUPTED: ("error", "Interrupted"),
    RunEventKind.BLOCKED: ("error", "Cannot go on"),
    RunEventKind.FINISHED: ("saved", "Finished"),
}
SHORT = {
    Rule.NO_INFORMATION_GAIN: "No gain", Rule.LEAKED_PROMPT: "Leaked words", Rule.REFUSAL: "Refusal", Rule.EMPTY_RESPONSE: "Empty",
    Rule.IDENTICAL: "Identical", Rule.INPUT_LOST: "Input lost", Rule.NEAR_DUPLICATE: "Near-dupl.", Rule.ASKS_BACK: "Asks back",
    Rule.LANGUAGE_CHANGED: "Language", Rule.ANSWERED: "Answered",
}  # fmt: skip


def cards(now: RunProgress, project: Project) -> list[kit.Child]:
    """The whole body, top to bottom."""
    return [
        h("div", {"class": "sub"}, *_about(now)),
        kit.stats(*_figures(now)),
        h("div", {"class": "two"}, _progress(now), _eliminated(now)),
        run_batches.card(now),
        _latest(now, project),
    ]


def _about(now: RunProgress) -> list[kit.Child]:
    settings = now.run.settings
    names = dict.fromkeys(settings.endpoint_for(kind) for kind in TaskKind)
    endpoint = ", ".join("the embedded model" if name == EMBEDDED else name for name in names)
    children = count(settings.children, "child", "children")
    begun = now.run.created_at.astimezone().strftime("%d %b %H:%M")
    said: list[kit.Child] = [
        h("span", h("b", now.run.name)),
        h(
            "span",
            f"Preset {settings.preset}, {count(now.run.n_seeds, 'seed')}, {count(settings.epochs, 'epoch')}, {children} each",
        ),
        h("span", endpoint),
        h("span", f"started {begun}"),
    ]
    if settings.gate is not Gate.NONE:
        said.append(h("span", "grows " + _GATED[settings.gate]))
    if now.run.state in GOING:
        said.append(h("span", "You can close this tab; the run goes on."))
    return said


def _figures(now: RunProgress) -> tuple[tuple[str, str, str], ...]:
    caps = now.run.settings.caps
    share = f"{100 * now.eliminated / now.decided:.1f} %" if now.decided else "–"
    embedded = {now.run.settings.endpoint_for(kind) for kind in TaskKind} == {EMBEDDED}
    spent = "nothing" if embedded else money(now.spending.usd)
    of_cap = f"of ${caps.usd:,.2f} cap" if caps.usd else f"{now.spending.tokens:,} tokens"
    if now.spending.unpriced and now.spending.usd is not None:
        of_cap = f"and {count(now.spending.unpriced, 'call')} not priced"
    flight = f"{now.in_flight} of {now.allowed} in flight" if now.live else f"{now.spending.failed:,} failed"
    if now.live and now.in_batches:
        flight = f"{now.in_batches:,} in batches" + (f", {now.in_flight} in flight" if now.in_flight else "")
    return (
        ("Survived", f"{now.survived:,}", f"of {now.decided:,} decided"),
        ("Eliminated", f"{now.eliminated:,}", share),
        ("Calls", f"{now.spending.calls:,}", flight),
        ("Rate", f"{now.calls_per_s:.1f} /s" if now.calls_per_s and now.live else "–", "calls, last minute"),
        ("Spent", spent, of_cap),
        ("Time left", duration(now.left_s) if now.left_s and now.live else "–", _done_at(now)),
    )


def _done_at(now: RunProgress) -> str:
    if not now.live or not now.left_s:
        return _SAID.get(now.run.state, ("", "growing"))[1].lower()
    done = datetime.fromtimestamp(datetime.now(UTC).timestamp() + now.left_s, UTC).astimezone()
    return f"done about {done:%H:%M}"


def _progress(now: RunProgress) -> kit.Element:
    counts = {epoch.epoch: epoch for epoch in now.epochs}
    expected = now.run.n_seeds if now.run.settings.children == 1 else 0
    flying = now.in_flight + now.in_batches
    rows = []
    for number in range(1, now.run.settings.epochs + 1):
        open_now = counts[number].made - counts[number].decided if number in counts else 0
        rows.append(_epoch(number, counts.get(number), expected, min(flying, open_now)))
        flying -= min(flying, open_now)
    return h(
        "div",
        {"class": "card"},
        h(
            "div",
            {"class": "hd"},
            h("span", {"class": "h"}, "Progress"),
            h("span", {"class": "lab"}, f"{now.decided:,} of {now.expected:,} decided"),
        ),
        *rows,
        kit.legend(),
        *_notes(now),
    )


def _epoch(number: int, counts: EpochCount | None, expected: int, under_way: int) -> kit.Element:
    made = max(counts.made if counts else 0, expected)
    survived, eliminated = (counts.survived, counts.eliminated + counts.error) if counts else (0, 0)
    decided = survived + eliminated
    difficulty = f" · difficulty {counts.difficulty:.1f}" if counts and counts.difficulty else ""
    return h(
        "div",
        {"class": "ep"},
        h("span", f"Epoch {number}"),
        kit.bar(
            f"Epoch {number}: {survived} survived, {eliminated} eliminated, {made - decided} open",
            survived=survived,
            eliminated=eliminated,
            in_flight=under_way,
            waiting=made - decided - under_way,
        ),
        h("span", {"class": "r num dim"}, f"{decided:,} of {made:,}" if made else "not begun", difficulty),
    )


def _notes(now: RunProgress) -> list[kit.Element]:
    notes = []
    reason = now.problem or now.run.reason
    if now.run.state not in (*GOING, RunEventKind.FINISHED) or now.problem:
        status, word = _SAID.get(now.run.state, ("error", "Stopped"))
        if now.live and now.run.state in (RunEventKind.PAUSED, RunEventKind.STOPPED):
            reason = "The calls in flight are being finished; they are kept."
        notes.append(kit.note(status, word, reason or "Everything that came back is kept."))
    if now.waits:
        notes.append(kit.note("undecided", "Sleeps", f"The run {now.waits}. It goes on as soon as they are decided."))
    if now.saved:
        below = count(now.saved.children, "child", "children")
        notes.append(
            kit.note("set_aside", "Spared", f"{below} below what people rejected are not asked for: {now.saved.words}.")
        )
    if now.owed and now.run.state == RunEventKind.FINISHED:
        notes.append(
            kit.note("waiting", "Waiting", f"{count(now.owed, 'call')} came back with an undo. Resume to ask them.")
        )
    notes += run_place.notes(now.crew)
    notes += [kit.note("error", name, why) for name, why in now.unwell.items()]
    for failure in now.failures[:3]:
        words = failure.kind.replace("_", " ")
        notes.append(kit.note("error", f"{count(failure.n, 'call')} failed: {words}.", f" Last: {failure.last[:160]}"))
    return notes


def _eliminated(now: RunProgress) -> kit.Element:
    rules = [rule for rule in now.run.settings.rules if any(one.rule is rule for one in now.rules)]
    shown = rules or list(now.run.settings.rules[:4])
    counts = {(one.operation, one.rule): one.n for one in now.rules}
    most = max(counts.values(), default=1)
    header = h("tr", h("th", ""), (h("th", SHORT.get(rule, rule.label)) for rule in shown), h("th", "Share"))
    return h(
        "div",
        {"class": "card"},
        h("div", {"class": "hd"}, h("span", {"class": "h"}, "Eliminated, by operation and rule")),
        h("table", header, (_row(now, operation, shown, counts, most) for operation in Operation)),
    )


def _row(
    now: RunProgress, operation: Operation, rules: list[Rule], counts: dict[tuple[Operation, Rule], int], most: int
) -> kit.Element:
    decided = now.made_by_operation.get(operation, 0)
    own = sum(n for (one, _), n in counts.items() if one is operation)
    cells = []
    for rule in rules:
        n = counts.get((operation, rule), 0)
        cells.append(
            h(
                "td",
                {"class": "num"},
                h("span", {"class": "heat", "style": {"--v": f"{round(55 * n / most)}%"}}, f"{n}" if n else "·"),
            )
        )
    return h(
        "tr",
        h("td", kit.op(operation)),
        *cells,
        h("td", {"class": "num"}, f"{100 * own / decided:.0f} % of {decided}" if decided else "–"),
    )


def _latest(now: RunProgress, project: Project) -> kit.Element:
    lines = [line(one, project, now.run.id, ago(one.received_at, datetime.now(UTC))) for one in now.latest]
    if not lines:
        waiting = "The first evolution appears here." if now.run.state in GOING else "Nothing has come back yet."
        lines = [h("p", {"class": "dim"}, waiting)]
    return h(
        "div",
        {"class": "card", "data-hold": True},
        h(
            "div",
            {"class": "hd"},
            h("span", {"class": "h"}, "Latest"),
            h("span", {"class": "lab"}, "newest first, held still while the pointer is over it"),
        ),
        *lines,
    )


def line(one: Evolution, project: Project, run_id: str, last: str) -> kit.Element:
    """One instruction: its mark, operation, first words, words added, and what stands last; a link into its tree."""
    words = f"{one.words_added:+,} words" if one.words_added is not None else ""
    return h(
        "a",
        {
            "class": "l",
            "key": one.id,
            "href": f"/trees?project={project.slug}&run={run_id}&seed={one.seed_id}&node={one.id}",
            "title": one.rule.label if one.rule else "",
        },
        kit.mark(one.status),
        kit.op(one.operation),
        kit.read(one.text or "(no reply)", "one"),
        h("span", {"class": "r num dim"}, words),
        h("span", {"class": "r num dim"}, last),
    )
