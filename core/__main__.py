"""The command line: `python -m core …`. Asks the running app over its loopback bridge, else opens the file itself.

What the commands are: core/services/commands. Here is only how they are read, asked, followed and said.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core.domain.person import LOCAL_OWNER
from core.domain.system import EMBEDDED
from core.errors import StudioError
from core.services import commands
from core.services.bridge import ask_app, door_of
from core.services.commands.growing import money, say_begun, say_progress
from core.services.commands.verb import Answer, Tell, Verb
from core.services.embedded import Progress
from core.services.studio import Studio, open_studio
from core.settings import Settings

Ask = Callable[[str, dict[str, Any]], Answer]
_BAR = "{percentage:3.0f} %|{bar}| {desc}, {elapsed} so far"
_JSON_HELP = "answer in one line of JSON, problems too"
_NOT_ASKED = ("noun", "verb", "command", "json", "chosen")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a problem that is said, 2 wrong usage, 130 interrupted."""
    options = _parser().parse_args(_with_first_verb(sys.argv[1:] if arguments is None else arguments))
    try:
        return _with_ask(options)
    except StudioError as error:
        if options.json:  # as the app says it, so that both ways are the same
            what = f"{error.where}: {error.what}" if error.where else error.what
            print(json.dumps({"error": what, "to_do": error.to_do}, ensure_ascii=False))
        else:
            print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before a run could be followed; it then stands as interrupted
        print("Interrupted. Everything that came back is kept; go on with --resume.", file=sys.stderr)
        return 130


def _with_ask(options: argparse.Namespace) -> int:
    """Through the app if it has the project (or this installation) open, else in this process."""
    settings = Settings()
    project = Path(options.project) if getattr(options, "project", "").endswith(".duckdb") else None
    for file in (project, settings.home / "studio.duckdb"):
        if file is not None and (door := door_of(file)) is not None:
            if options.chosen.tells and not options.json:
                print("The running app does it; its answer comes here.", file=sys.stderr)
            return _do(options, partial(ask_app, file, door))
    studio = open_studio(settings)
    try:
        if options.command == "grow" and not options.url and options.endpoint in (None, EMBEDDED):
            _fetch_if_wanted(studio)
        return _do(options, partial(_ask_here, options, studio))
    finally:
        studio.close()


def _ask_here(options: argparse.Namespace, studio: Studio, name: str, asked: dict[str, Any]) -> Answer:
    with _bar(options) as tell:
        return commands.run(studio, LOCAL_OWNER, name, asked, tell)


@contextmanager
def _bar(options: argparse.Namespace) -> Iterator[Tell]:
    """How far a long command is, where a person can see it."""
    with tqdm(total=1.0, bar_format=_BAR, leave=False, disable=options.json or not options.chosen.tells) as bar:

        def tell(share: float, words: str) -> None:
            bar.set_description_str(words, refresh=False)
            bar.update(min(1.0, share) - bar.n)

        yield tell


def _do(options: argparse.Namespace, ask: Ask) -> int:
    verb: Verb = options.chosen
    stop = threading.Event()
    if verb.follows:  # Ctrl-C is heard between questions: in the midst of one, the database would break off
        signal.signal(signal.SIGINT, lambda *_: stop.set())
    answer = ask(options.command, {key: value for key, value in vars(options).items() if key not in _NOT_ASKED})
    if verb.follows:
        return _watch(options, ask, answer, stop)
    print(json.dumps(answer, ensure_ascii=False, default=str) if options.json else verb.say(answer))
    return 0


def _watch(options: argparse.Namespace, ask: Ask, begun: Answer, stop: threading.Event) -> int:
    """A progress bar until the run is done. Ctrl-C (`stop`) pauses it: everything that came back is kept."""
    if not options.json and (said := say_begun(begun)):
        print(said)
    run = {"project": options.project, "run": begun["run"]}
    now = ask("progress", run)
    with tqdm(total=now["expected"], initial=now["decided"], unit=" child", disable=options.json) as bar:
        while now["going"] and not stop.is_set():
            now = ask("progress", run | {"wait_s": 1.0})
            bar.total = now["expected"]
            bar.update(now["decided"] - bar.n)
            bar.set_postfix_str(
                now["waits"] or f"{now['survived']} survived, {now['eliminated']} eliminated{money(now['usd'])}"
            )
    if now["going"]:
        ask("pause", run)
        print("Paused. Everything that came back is kept; go on with --resume.", file=sys.stderr)
        return 130
    print(json.dumps(now, ensure_ascii=False, default=str) if options.json else say_progress(now))
    return 0 if now["state"] == "finished" else 1


def _fetch_if_wanted(studio: Studio) -> None:
    """The embedded model's weights, if they are not here yet."""
    state = studio.embedded.state()
    if state.kind == "ready":
        return
    print("Fetching the embedded model, once. Ctrl-C stops; the next time continues there.", file=sys.stderr)
    with tqdm(total=state.total_bytes, initial=state.done_bytes, unit="B", unit_scale=True) as bar:

        def report(now: Progress) -> None:
            bar.update(now.done_bytes - bar.n)

        studio.embedded.fetch_now(report)


def _with_first_verb(words: Sequence[str]) -> list[str]:
    """A noun alone, or with options only, means its first verb: `runs` is `runs list`."""
    firsts = {noun.name: noun.verbs[0].name for noun in commands.NOUNS}
    said = list(words)
    at = next((index for index, word in enumerate(said) if not word.startswith("-")), len(said))
    if at < len(said) and said[at] in firsts:
        after = said[at + 1] if at + 1 < len(said) else "-"
        if after.startswith("-") and after not in ("-h", "--help"):
            said.insert(at + 1, firsts[said[at]])
    return said


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Evol-Instruct Studio from the command line.")
    parser.add_argument("--json", action="store_true", help=_JSON_HELP)
    words = parser.add_subparsers(dest="noun", required=True, metavar="COMMAND", title="commands")
    for verb in commands.PLAIN:
        _add(words.add_parser, verb, verb.name)
    for noun in commands.NOUNS:
        about = f"{noun.help}: {', '.join(verb.name for verb in noun.verbs)}"
        verbs = words.add_parser(noun.name, help=about, description=about).add_subparsers(
            dest="verb", required=True, metavar="VERB", title="verbs"
        )
        for verb in noun.verbs:
            _add(verbs.add_parser, verb, f"{noun.name} {verb.name}")
    return parser


def _add(add_parser: Callable[..., argparse.ArgumentParser], verb: Verb, command: str) -> None:
    parser = add_parser(verb.name, help=verb.help, description=verb.help)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_JSON_HELP)
    verb.options(parser)
    parser.set_defaults(chosen=verb, command=command)


if __name__ == "__main__":
    sys.exit(main())
