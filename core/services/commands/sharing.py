"""`export`, `exports`, `export-again`: what is taken out of a project, and once more."""

import argparse
from pathlib import Path

from core.domain.export import ExportFormat, Order, Unready
from core.domain.map import PACKAGED
from core.domain.person import Actor
from core.domain.run import Caps
from core.domain.shaping import NGRAM, Licences, Repeats, Shaping
from core.errors import NotFound
from core.services.commands.maps import followed
from core.services.commands.verb import (
    Answer,
    Tell,
    Verb,
    opened,
    printable,
    table,
    tell_nobody,
    whole_path,
    with_project,
)
from core.services.exchanging import again, exports, nearness
from core.services.exchanging.exports import Written
from core.services.exchanging.wanted import ACCEPTED_WORD, EVERYTHING_WORD, described, wanted
from core.services.projects import Project
from core.services.studio import Studio


def export(
    studio: Studio, actor: Actor, *, project: str, format_: str, to: str, which: str, with_names: bool, with_unready: bool,
    force: bool, repeats: str = Repeats.KEPT, against: list[str] | None = None, ngram: int = NGRAM, cosine: float | None = None,
    sample: int | None = None, test_share: float = 0.0, shuffle: bool = False, seed: int = 1, licence: str = "",
    seeds_licence: str = "", embedder: str = PACKAGED, calls: int | None = None, usd: float | None = None,
    tell: Tell = tell_nobody,
) -> Answer:  # fmt: skip
    """Write instructions with their responses, pairs, a dataset folder, or whole lineages."""
    project_ = opened(studio, actor, project)
    order = Order(
        format=ExportFormat(format_),
        wanted=wanted(actor, project_, which),
        with_names=with_names,
        with_unready=with_unready,
        shaping=Shaping(
            repeats=Repeats(repeats), against=_sets(actor, project_, against or []), ngram=ngram, cosine=cosine, sample=sample,
            model="" if cosine is None else studio.embeddings.model(actor, embedder), test_share=test_share, shuffle=shuffle, seed=seed,
        ),
        licences=Licences(dataset=licence, seeds=seeds_licence),
    )  # fmt: skip
    _embed(studio, actor, project_, order, embedder, Caps(calls=calls, usd=usd), tell)
    written = exports.write(
        actor, project_, order, Path(to), force=force, tell=lambda done, of: tell(done / max(1, of), f"{done:,} rows"),
        share=tell,
    )  # fmt: skip
    return _answer(order, written)


def _embed(
    studio: Studio, actor: Actor, project: Project, order: Order, embedder: str, caps: Caps, tell: Tell
) -> None:  # fmt: skip
    """What the order's cosine compares gets the embeddings that it lacks. StudioError if that takes too long."""
    seqs = nearness.compared(actor, project, order)
    if not studio.embeddings.estimate_at(actor, project, seqs, embedder=embedder).to_embed:
        return
    studio.embeddings.begin_at(actor, project, seqs, embedder=embedder, caps=caps)
    followed(
        lambda: studio.embeddings.progress(actor, project), lambda: studio.embeddings.stop(actor, project), tell
    )  # fmt: skip


def _answer(order: Order, written: Written) -> Answer:
    counted = written.counted
    return {
        "file": str(written.path),
        "format": str(order.format),
        "rows": counted.rows,
        "above": counted.above,
        "unready": {reason.value: n for reason, n in counted.unready.items()},
        "unready_taken": order.takes_unready,
        "steps": [{"left_out": one.out, "why": one.name, "left": one.left} for one in counted.steps],
        "splits": [
            {"split": one.name, "rows": one.rows, "lineages": one.lineages} for one in counted.splits if one.name
        ],
        "as_of_seq": counted.as_of_seq,
        "sha256": written.sha256,
    }


def _sets(actor: Actor, project: Project, said: list[str]) -> tuple[str, ...]:
    """Test sets by their names or ids."""
    known = exports.test_sets(actor, project)
    found = {name: one.id for one in known for name in (one.id, one.name)}
    for name in said:
        if name not in found:
            names = ", ".join(f"“{one.name}”" for one in known) or "none yet: bring one in as a reference set"
            raise NotFound(f"There is no test set “{name[:80]}”", to_do=f"There are: {names}.")
    return tuple(found[name] for name in said)


def exports_list(studio: Studio, actor: Actor, *, project: str) -> Answer:
    """What was taken out before, newest first."""
    taken = exports.past(actor, opened(studio, actor, project))
    return {
        "exports": [
            {
                "id": one.export.id, "format": one.export.format, "rows": one.export.rows, "as_of": one.export.as_of_seq,
                "by": one.by_name, "at": f"{one.taken_at:%Y-%m-%d %H:%M} UTC", "what": described(one.export.filter),
                "sha256": one.export.sha256,
            }
            for one in taken
        ]
    }  # fmt: skip


def export_again(
    studio: Studio, actor: Actor, *, project: str, export: str, to: str, force: bool, tell: Tell = tell_nobody
) -> Answer:
    """Write the bytes of an earlier export once more, whatever has been decided since."""
    project_ = opened(studio, actor, project)
    written = again.write_again(
        actor, project_, export, Path(to), force=force, tell=lambda done, of: tell(done / max(1, of), f"{done:,} rows")
    )
    return {"file": str(written.path), "rows": written.counted.rows, "sha256": written.sha256}


def say_export(answer: Answer) -> str:
    lines = [f"{answer['rows']:,} rows as of {answer['as_of_seq']:,} in {printable(answer['file'], 500)}"]
    if answer["above"]:
        lines.append(f"  {answer['above']:,} of them only because others grew from them")
    lines += [f"  {one['left_out']:,} left out: {one['why']}; {one['left']:,} left" for one in answer["steps"]]
    lines += [f"  {one['split']}: {one['rows']:,} rows of {one['lineages']:,} lineages" for one in answer["splits"]]
    verb = "taken all the same" if answer["unready_taken"] else "left out"
    lines += [f"  {n:,} {verb}: each {Unready(reason).label}" for reason, n in answer["unready"].items()]
    return "\n".join([*lines, f"  sha256 {answer['sha256']}"])


def _exporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", dest="format_", required=True, choices=[str(one) for one in ExportFormat])
    parser.add_argument(
        "--to", type=whole_path, required=True, metavar="FILE", help="a file; of a dataset a folder, or a zip"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--accepted", dest="which", action="store_const", const=ACCEPTED_WORD, help="what people accepted (the default)"
    )
    which.add_argument("--all", dest="which", action="store_const", const=EVERYTHING_WORD, help="every instruction")
    which.add_argument(
        "--filter", dest="which", metavar="WHICH", help="a saved queue's name, or a filter as in Review's address"
    )
    parser.set_defaults(which=ACCEPTED_WORD)
    parser.add_argument("--with-names", action="store_true", help="name people in a lineage instead of numbering them")
    parser.add_argument(
        "--with-unready", action="store_true", help="also rows without a response, or with one to an earlier text"
    )
    parser.add_argument("--force", action="store_true", help="write over a file, or a dataset folder, of this name")
    _shaping(parser)
    with_project(parser)


def _shaping(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("shaping (not of a lineage)").add_argument
    add(
        "--repeats",
        choices=[str(one) for one in Repeats],
        default=str(Repeats.KEPT),
        help="which repetitions to leave out",
    )
    add(
        "--against",
        action="append",
        metavar="SET",
        help="a reference set or study whose texts are kept out (again for more)",
    )
    add("--ngram", type=int, default=NGRAM, help="so many words in a row in common (13)")
    add("--cosine", type=float, help="also what is so near to one of them by embeddings, such as 0.9")
    add("--embedder", default=PACKAGED, help="who embeds for it: packaged (this machine, free), or an endpoint's name")
    add("--calls", type=int, help="cap on calls to that endpoint")
    add("--usd", type=float, help="cap on money for it, in US dollars")
    add("--sample", type=int, metavar="N", help="so many rows by lot")
    add("--test-share", type=float, default=0.0, help="of a dataset: the share of the test split, in whole lineages")
    add("--shuffle", action="store_true", help="in an order by lot")
    add("--seed", type=int, default=1, help="of every lot")
    add("--licence", default="", help="of a dataset: under which licence it is given away")
    add("--seeds-licence", default="", help="of seeds that came without one")


def _again_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("export", metavar="EXPORT", help="the beginning of its id or of its sha256")
    parser.add_argument(
        "--to", type=whole_path, required=True, metavar="FILE", help="a file; of a dataset a folder, or a zip"
    )
    parser.add_argument("--force", action="store_true", help="write over what is there")
    with_project(parser)


def _say_exports(answer: Answer) -> str:
    columns = ("id", "format", "rows", "as_of", "by", "at", "what", "sha256")
    return table(answer["exports"], columns, empty="Nothing was taken out of this project yet.")


VERBS = (
    Verb(
        name="export",
        help="write instructions, pairs, a dataset folder or lineages",
        do=export,
        options=_exporting,
        say=say_export,
        tells=True,
    ),
    Verb(name="exports", help="what was taken out before", do=exports_list, options=with_project, say=_say_exports),
    Verb(
        name="export-again",
        help="write an earlier export once more, to the byte",
        do=export_again,
        options=_again_options,
        say=lambda answer: (
            f"{answer['rows']:,} rows in {printable(answer['file'], 500)}\n  sha256 {answer['sha256']}, as before"
        ),
        tells=True,
    ),
)
