"""`argilla …`: status, push, pull, every, end."""

import argparse
import time
from dataclasses import asdict

from core.domain.argilla import LinkNow, Place, What
from core.domain.person import Actor
from core.errors import ArgillaError, BadInput, NotFound
from core.services.commands.verb import Answer, Noun, Tell, Verb, opened, printable, table, tell_nobody, with_project
from core.services.evaluating import study_making
from core.services.exchanging import argilla_links
from core.services.projects import Project
from core.services.reviewing import queues
from core.services.studio import Studio

_LOOK_S = 0.3
_PATIENCE_S = 100.0  # the app answers a command within two minutes; what goes on there goes on without us
TOKEN = "ARGILLA_API_KEY"


def status(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """Every link with how it stands."""
    links = argilla_links.every(actor, opened(studio, actor, project))
    return {"links": [_line(one) for one in links]}


def say_status(answer: Answer) -> str:
    columns = ("subject", "dataset", "sent", "answers", "people", "conflicts", "every_min", "pulled", "state")
    said = table(
        answer["links"], columns, empty="Nothing stands in Argilla. `argilla push --queue NAME` sends a queue."
    )
    problems = [
        f"{printable(one['subject'])}: {printable(one['problem'], 500)}" for one in answer["links"] if one["problem"]
    ]
    return "\n".join([said, *problems])


def push(
    studio: Studio, actor: Actor, *, project: str, queue: str, study: str, url: str, workspace: str, token_env: str,
    token_secret: str, tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Send what is new of a queue or a study. The first time it also says where."""
    project_ = opened(studio, actor, project)
    what, subject = _subject(actor, project_, queue, study)
    found = _going(actor, project_, subject)
    if found is None:
        if not url or not workspace:
            raise BadInput("This was never sent", to_do="Say where to with --url and --workspace.")
        place = Place(
            url=url, workspace=workspace, key_env=None if token_secret else token_env, key_secret=token_secret or None
        )
        link = studio.argilla.connect(actor, project_, what, subject, place)
    else:
        link = found.link.id
    studio.argilla_work.begin_push(actor, project_, link)
    said = _waited(studio, actor, project_, link, tell)
    return said if said["going"] else said | asdict(argilla_links.last_push(actor, project_, link))


def say_push(answer: Answer) -> str:
    if answer["going"]:
        return "The running app goes on sending; `argilla status` says how far it is."
    return f"{answer['sent']:,} sent, {answer['there']:,} stood there already, in “{printable(answer['dataset'])}”."


def pull(studio: Studio, actor: Actor, *, project: str, queue: str, study: str, tell: Tell = tell_nobody) -> Answer:
    """Take what people answered since the last time: of a queue or a study, or of the only one that there is."""
    project_ = opened(studio, actor, project)
    link = _chosen(actor, project_, queue, study).link.id
    studio.argilla_work.begin_pull(actor, project_, link)
    said = _waited(studio, actor, project_, link, tell)
    return said if said["going"] else said | asdict(argilla_links.last_pull(actor, project_, link))


def say_pull(answer: Answer) -> str:
    if answer["going"]:
        return "The running app goes on fetching; `argilla status` says how far it is."
    came = ", ".join(f"{n:,} {how}" for how, n in answer["came"].items()) or "nothing new"
    became = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in answer["became"].items())
    return f"{answer['seen']:,} records looked at: {came}{f' ({became})' if became else ''}."


def every(studio: Studio, actor: Actor, *, project: str, queue: str, study: str, minutes: int) -> Answer:
    """Let the running app fetch every so many minutes; 0: only when asked."""
    project_ = opened(studio, actor, project)
    found = _chosen(actor, project_, queue, study)
    studio.argilla.repeat(actor, project_, found.link.id, minutes)
    return {"subject": found.subject, "every_min": minutes}


def say_every(answer: Answer) -> str:
    subject = printable(answer["subject"])
    if not answer["every_min"]:
        return f"“{subject}” is fetched when somebody asks for it."
    return f"“{subject}” is fetched every {answer['every_min']:,} minutes, while the app runs."


def end(studio: Studio, actor: Actor, *, project: str, queue: str, study: str) -> Answer:
    """Send and fetch nothing more over a link. Nothing is removed, here or there."""
    project_ = opened(studio, actor, project)
    found = _chosen(actor, project_, queue, study)
    studio.argilla.end(actor, project_, found.link.id)
    return {"subject": found.subject}


def say_end(answer: Answer) -> str:
    return f"“{printable(answer['subject'])}” is not sent or fetched any more. What stands there stays."


def _line(one: LinkNow) -> dict[str, object]:
    link = one.link
    return {
        "link": link.id, "what": str(link.what), "subject": one.subject, "url": link.url, "workspace": link.workspace,
        "dataset": link.dataset, "sent": one.sent, "answers": one.answers, "people": one.people, "conflicts": one.conflicts,
        "every_min": one.every_min, "pushed": one.pushed_at, "pulled": one.pulled_at, "problem": one.problem,
        "state": "ended" if one.ended else "going",
    }  # fmt: skip


def _subject(actor: Actor, project: Project, queue: str, study: str) -> tuple[What, str]:
    if study:
        return What.STUDY, study_making.named(actor, project, study).id
    for one in queues.every(actor, project):
        if queue in (one.id, one.name):
            return What.QUEUE, one.id
    raise NotFound(f"There is no queue “{queue[:80]}”", to_do="Name a queue with --queue, or a study with --study.")


def _going(actor: Actor, project: Project, subject: str) -> LinkNow | None:
    links = argilla_links.every(actor, project)
    return next((one for one in links if one.link.subject_id == subject and not one.ended), None)


def _chosen(actor: Actor, project: Project, queue: str, study: str) -> LinkNow:
    """The link that is meant; without a name, the only one."""
    if queue or study:
        found = _going(actor, project, _subject(actor, project, queue, study)[1])
        if found is None:
            raise NotFound("This does not stand in Argilla", to_do="Push it first.")
        return found
    going = [one for one in argilla_links.every(actor, project) if not one.ended]
    if len(going) != 1:
        raise BadInput(f"{len(going)} links go on in this project", to_do="Say which one with --queue or --study.")
    return going[0]


def _waited(studio: Studio, actor: Actor, project: Project, link: str, tell: Tell) -> Answer:
    """Until it has ended. Raises ArgillaError with its reason if it ended early."""
    work, began = studio.argilla_work, time.monotonic()
    while not work.wait(actor, project, link, _LOOK_S):
        now = work.progress(actor, project, link)
        if now is not None and now.total:
            tell(now.done / now.total, f"{now.done:,} of {now.total:,} records")
        if tell is tell_nobody and time.monotonic() - began > _PATIENCE_S:
            return {"going": True, "link": link}
    now = work.progress(actor, project, link)
    if now is not None and now.reason:
        raise ArgillaError(now.reason)
    name = next(one.link.dataset for one in argilla_links.every(actor, project) if one.link.id == link)
    return {"going": False, "link": link, "dataset": name}


def _which(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--queue", default="", metavar="NAME", help="a saved queue, by its name or id")
    which.add_argument("--study", default="", metavar="NAME", help="a study, by its name or id")
    with_project(parser)


def _pushing(parser: argparse.ArgumentParser) -> None:
    _which(parser)
    parser.add_argument("--url", default="", help="where the server is, the first time: http://127.0.0.1:6900")
    parser.add_argument("--workspace", default="", metavar="NAME", help="the Argilla workspace, the first time")
    parser.add_argument(
        "--token-env", default=TOKEN, metavar="NAME", help=f"the environment variable that holds the token ({TOKEN})"
    )
    parser.add_argument("--token-secret", default="", metavar="NAME", help="or the entry of secrets.toml that does")


def _repeating(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("minutes", type=int, metavar="MINUTES", help="0: only when asked")
    _which(parser)


NOUN = Noun(
    name="argilla",
    help="queues and studies that people answer in Argilla",
    verbs=(
        Verb(name="status", help="what stands there, and how it went", do=status, options=with_project, say=say_status),
        Verb(name="push", help="send what is new of a queue or a study", do=push, options=_pushing, say=say_push, tells=True),
        Verb(name="pull", help="fetch what people answered there", do=pull, options=_which, say=say_pull, tells=True),
        Verb(name="every", help="fetch every so many minutes", do=every, options=_repeating, say=say_every),
        Verb(name="end", help="send and fetch nothing more", do=end, options=_which, say=say_end),
    ),
)  # fmt: skip
