"""The command line: `python -m core …`. Asks the running app over its loopback bridge, else opens the file itself."""

import argparse
import http.client
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core.domain.person import LOCAL_OWNER
from core.domain.system import EMBEDDED
from core.errors import ProjectLocked, StudioError
from core.services import commands
from core.services.bridge import Door, door_of
from core.services.embedded import Progress
from core.services.presets import PRESETS, QUICK
from core.services.studio import Studio, open_studio
from core.settings import Settings

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
_NOT_ASKED = ("command", "json", "url", "model", "key_env")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a problem that is said, 2 wrong usage, 130 interrupted."""
    options = _parser().parse_args(arguments)
    if options.command == "grow" and options.endpoint is None:
        options.endpoint = "command-line" if options.url else EMBEDDED
    try:
        return _with_ask(options)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before a run could be followed; it then stands as interrupted
        print("Interrupted. Everything that came back is kept; go on with --resume.", file=sys.stderr)
        return 130


def _with_ask(options: argparse.Namespace) -> int:
    """Through the app if it has the project (or this installation) open, else in this process."""
    settings = Settings()
    project = Path(options.project).resolve() if getattr(options, "project", "").endswith(".duckdb") else None
    for file in (project, settings.home / "studio.duckdb"):
        if file is not None and (door := door_of(file)) is not None:
            return _do(options, partial(_over_bridge, file, door))
    studio = open_studio(settings)
    try:
        if options.command == "grow" and options.endpoint == EMBEDDED:
            _fetch_if_wanted(studio)
        return _do(options, lambda name, asked: commands.run(studio, LOCAL_OWNER, name, asked))
    finally:
        studio.close()


def _do(options: argparse.Namespace, ask: Ask) -> int:
    asked = {key: value for key, value in vars(options).items() if key not in _NOT_ASKED}
    for name in ("seeds", "to", "project"):  # the app may stand in another folder than this command
        if asked.get(name) and (name != "project" or asked[name].endswith(".duckdb")):
            asked[name] = str(Path(asked[name]).resolve())
    if options.command == "grow" and options.url:
        connection = {"url": options.url, "model": options.model or "", "key_env": options.key_env}
        ask("connect", {"name": options.endpoint, **connection})
    stop = threading.Event()
    if options.command in (
        "grow",
        "resume",
    ):  # heard between questions: in the midst of one, the database would break off
        signal.signal(signal.SIGINT, lambda *_: stop.set())
    answer = ask(options.command, asked)
    if options.command in ("grow", "resume"):
        return _watch(options, ask, asked["project"], answer, stop)
    print(json.dumps(answer, indent=None if options.json else 2, ensure_ascii=False, default=str))
    return 0


def _watch(options: argparse.Namespace, ask: Ask, project: str, begun: dict[str, Any], stop: threading.Event) -> int:
    """A progress bar until the run is done. Ctrl-C (`stop`) pauses it: everything that came back is kept."""
    if not options.json:
        _say_start(begun)
    asked = {"project": project, "run": begun["run"], "wait_s": 1.0}
    now = ask("progress", asked | {"wait_s": 0.0})
    with tqdm(total=now["expected"], initial=now["decided"], unit=" child", disable=options.json) as bar:
        while now["going"] and not stop.is_set():
            now = ask("progress", asked)
            bar.total = now["expected"]
            bar.update(now["decided"] - bar.n)
            bar.set_postfix_str(f"{now['survived']} survived, {now['eliminated']} eliminated{_money(now['usd'])}")
    if now["going"]:
        ask("pause", {"project": project, "run": begun["run"]})
        print("Paused. Everything that came back is kept; go on with --resume.", file=sys.stderr)
        return 130
    print(json.dumps(now, ensure_ascii=False, default=str) if options.json else _summary(now))
    return 0 if now["state"] == "finished" else 1


def _say_start(begun: dict[str, Any]) -> None:
    if report := begun.get("seeds"):
        print(f"Seeds: {report['taken']} taken, {report['merged']} merged, {report['refused_count']} refused.")
        for refusal in report["refused"]:
            print(f"  row {refusal['row']} {refusal['reason']}")
    if said := begun.get("estimate"):
        minutes = f", about {max(1, round(said['duration_s'] / 60))} min" if said["duration_s"] else ""
        print(f"Estimate: {said['calls']:,} calls, {said['tokens']:,} tokens{_money(said['usd'])}{minutes}.")


def _summary(now: dict[str, Any]) -> str:
    lines = [
        f"{now['name']}: {now['state']}. {now['reason']}".rstrip(),
        f"{now['survived']} survived, {now['eliminated']} eliminated, {now['errors']} errors;"
        f" {now['calls']:,} calls, {now['tokens']:,} tokens{_money(now['usd'])}.",
    ]
    lines += [f"  {operation}: {n} decided" for operation, n in sorted(now["by_operation"].items())]
    lines += [f"  eliminated: {one['operation']}, {one['rule']}: {one['n']}" for one in now["rules"]]
    return "\n".join(lines)


def _money(usd: float | None) -> str:
    return "" if usd is None else f", ${usd:.4f}"


def _over_bridge(file: Path, door: Door, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """One command over the bridge. Another command may have used up the token: then look again, a few times."""
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=120)
        body = json.dumps({"token": door.token, "command": name, "arguments": asked})
        try:
            connection.request("POST", "/api/command", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            said = json.loads(reply.read())
        except (OSError, ValueError) as error:
            raise ProjectLocked(
                "The app that has this project open does not answer", to_do="Wait, or stop it."
            ) from error
        finally:
            connection.close()
        if reply.status == http.client.OK:
            return dict(said)
        if reply.status != http.client.UNAUTHORIZED:
            raise StudioError(said["what"], to_do=said.get("to_do", ""))
        door = door_of(file) or door
    raise ProjectLocked("The app did not let this command in", to_do="Try again.")


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Evol-Instruct Studio from the command line.")
    parser.add_argument("--json", action="store_true", help="answer in one line of JSON")
    verbs = parser.add_subparsers(dest="command", required=True)
    grow = verbs.add_parser("grow", help="grow seeds, with a progress bar")
    grow.add_argument("--seeds", metavar="FILE", help="JSONL with `instruction`, and maybe `input` and `skill`")
    grow.add_argument("--endpoint", metavar="NAME", help="default: the embedded model")
    grow.add_argument("--url", help="set the endpoint up: its address")
    grow.add_argument("--model", help="and its model")
    grow.add_argument("--key-env", metavar="VARIABLE", help="and the NAME of the variable that holds its key")
    grow.add_argument("--epochs", type=int, default=2)
    grow.add_argument("--limit", type=int, help="grow only the first so many seeds")
    grow.add_argument("--preset", choices=PRESETS, default=QUICK)
    grow.add_argument("--calls", type=int, help="cap on calls")
    grow.add_argument("--tokens", type=int, help="cap on tokens")
    grow.add_argument("--usd", type=float, help="cap on money")
    grow.add_argument("--rng-seed", type=int, default=0)
    grow.add_argument("--resume", action="store_true", help="go on with the project's newest run")
    _with_project(grow)
    _with_project(verbs.add_parser("runs", help="list runs"))
    doctor = _with_project(verbs.add_parser("doctor", help="how a project's file is"))
    doctor.add_argument("--rebuild", action="store_true", help="make the projection again from the facts")
    for name in ("pause", "resume", "progress"):
        verb = _with_project(verbs.add_parser(name, help=f"{name} of a run"))
        verb.add_argument("--run", required=True, metavar="ID")
    backup = _with_project(verbs.add_parser("backup", help="copy a project while work goes on"))
    backup.add_argument("--to", required=True, metavar="FILE")
    verbs.add_parser("endpoints", help="list endpoints")
    return parser


def _with_project(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--project",
        default=os.environ.get("EVOL_STUDIO_PROJECT") or "my-project",
        metavar="FILE",
        help="FILE.duckdb, or a name",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
