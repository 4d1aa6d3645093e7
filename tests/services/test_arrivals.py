"""What came in can go: a reference set is removed and brought back, the decisions of a file are taken back as one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.decision import Act
from core.domain.explore import EVERYTHING
from core.domain.export import ExportFormat, Order
from core.domain.history import HistoryFilter
from core.domain.map import REFERENCES
from core.domain.person import LOCAL_OWNER as ME
from core.domain.person import Actor, Role
from core.domain.shaping import Shaping
from core.domain.source import SourceEventKind
from core.errors import BadInput, NotAllowed, NotFound
from core.services.exchanging import again, arrivals, decision_import, exports, references
from core.services.exploring import explored
from core.services.growing import seeds
from core.services.projects import Project
from core.services.reviewing import history
from core.services.reviewing.desk import Desk
from core.store import queue_reading
from tests.services.said_elsewhere import FIRST, ROOT, SECOND, lines, small_tree
from tests.store.reviewing import say

SAID = (
    {"id": FIRST.id, "verdict": "reject", "reason": "no_gain", "person": "Ann", "time": "2026-01-02"},
    {"id": SECOND.id, "verdict": "flag", "person": "Ann", "time": "2026-01-02"},
    {"id": SECOND.id, "verdict": "accept", "person": "Bo", "note": "Good.", "time": "2026-01-03"},
    {"id": ROOT.id, "skill": "math", "person": "Ann"},
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with small_tree(tmp_path) as opened:
        yield opened


def states(project: Project) -> dict[str, tuple[str, bool, bool]]:
    """Of each instruction: what people say, whether it is set aside, whether it is flagged."""
    rows = project.database.query("select id, human_status, set_aside, flagged from instruction_state")
    return {row["id"]: (row["human_status"], row["set_aside"], row["flagged"]) for row in rows}


def acts(project: Project) -> list[str]:
    rows = project.database.query("select act from decision order by seq")
    return [row["act"] for row in rows]


def test_a_whole_import_of_decisions_is_taken_back_with_all_that_followed_from_it(
    project: Project, tmp_path: Path
) -> None:
    before = states(project)
    said = decision_import.import_file(ME, project, lines(tmp_path, *SAID))
    assert states(project) != before
    stands = arrivals.standing(ME, project, said.source_id)
    assert (stands.decisions, stands.instructions, stands.skills) == (3, 2, 1)
    assert arrivals.take_back(ME, project, said.source_id) == 1  # what grew from the rejected one is there again
    assert states(project) == before
    assert seeds.skills(ME, project) == {"": 1}
    assert acts(project) == ["reject", "flag", "accept", "undo", "undo", "undo"]
    assert project.database.projection_is_right()
    (arrival,) = arrivals.every(ME, project)
    assert arrival.became is SourceEventKind.TAKEN_BACK
    assert arrivals.standing(ME, project, said.source_id).decisions == 0
    with pytest.raises(BadInput, match="taken back already"):
        arrivals.take_back(ME, project, said.source_id)
    assert [one.undone_by for one in history.page(ME, project, HistoryFilter()).entries] == [ME.name] * 3


def test_what_people_said_here_and_what_was_taken_back_before_stays_as_it_is(project: Project, tmp_path: Path) -> None:
    said = decision_import.import_file(ME, project, lines(tmp_path, *SAID))
    flag = next(one for one in history.page(ME, project, HistoryFilter()).entries if one.act == "flag")
    history.undo(Desk(), ME, project, flag.id)
    say(project.database, SECOND, Act.REJECT, "mira")
    arrivals.take_back(ME, project, said.source_id)
    assert states(project)[SECOND.id] == ("rejected", False, False)
    assert acts(project).count("undo") == 3
    assert project.database.projection_is_right()


def test_a_skill_is_again_what_was_said_before_unless_somebody_said_another_since(
    project: Project, tmp_path: Path
) -> None:
    skill = {"id": ROOT.id, "person": "Ann"}
    decision_import.import_file(ME, project, lines(tmp_path, skill | {"skill": "Law"}, name="1.jsonl"))
    second = decision_import.import_file(ME, project, lines(tmp_path, skill | {"skill": "Math"}, name="2.jsonl"))
    third = decision_import.import_file(ME, project, lines(tmp_path, skill | {"skill": "Art"}, name="3.jsonl"))
    arrivals.take_back(ME, project, second.source_id)
    assert seeds.skills(ME, project) == {"Art": 1}
    arrivals.take_back(ME, project, third.source_id)
    assert seeds.skills(ME, project) == {"Math": 1}


def test_a_file_that_was_taken_back_may_be_brought_in_again_and_again(project: Project, tmp_path: Path) -> None:
    file = lines(tmp_path, *SAID)
    first = decision_import.import_file(ME, project, file)
    stood = states(project)
    for _ in range(2):
        arrivals.take_back(ME, project, first.source_id)
        first = decision_import.import_file(ME, project, file)
        assert (first.counted.decisions, first.counted.labels, first.counted.known) == (3, 1, 0)
        assert states(project) == stood
        assert seeds.skills(ME, project) == {"Math": 1}
    assert decision_import.check(ME, project, file).known == 4
    assert project.database.projection_is_right()


def test_a_decision_that_somebody_took_back_alone_is_not_said_again_by_the_same_file(
    project: Project, tmp_path: Path
) -> None:
    file = lines(tmp_path, *SAID)
    decision_import.import_file(ME, project, file)
    accept = next(one for one in history.page(ME, project, HistoryFilter()).entries if one.act == "accept")
    history.undo(Desk(), ME, project, accept.id)
    assert decision_import.check(ME, project, file).known == 4


def test_only_who_brought_it_in_or_an_owner_takes_it_back(project: Project, tmp_path: Path) -> None:
    ann, bo = (Actor(person_id=id_, name=id_, role=Role.CURATOR) for id_ in ("ann", "bo"))
    said = decision_import.import_file(ann, project, lines(tmp_path, *SAID))
    with pytest.raises(NotAllowed):
        arrivals.take_back(bo, project, said.source_id)
    arrivals.take_back(ann, project, said.source_id)


def test_what_is_no_such_import_is_refused(project: Project, tmp_path: Path) -> None:
    set_ = references.import_file(ME, project, lines(tmp_path, {"instruction": "Say hello."}))
    said = decision_import.import_file(ME, project, lines(tmp_path, *SAID, name="b.jsonl"))
    with pytest.raises(BadInput, match="is no import of decisions"):
        arrivals.take_back(ME, project, set_.source_id)
    with pytest.raises(BadInput, match="is no reference set"):
        arrivals.remove(ME, project, said.source_id)
    with pytest.raises(NotFound):
        arrivals.remove(ME, project, "else")


def test_a_removed_set_is_compared_with_no_more_until_it_is_brought_back(project: Project, tmp_path: Path) -> None:
    file = lines(tmp_path, {"instruction": "Name a fruit."}, {"instruction": "Count down."})
    set_ = references.import_file(ME, project, file, name="Fruit")
    of_set = replace(EVERYTHING, kinds=(), source_id=set_.source_id)

    def seen() -> tuple[int, int, int, int]:
        database = project.database
        counts = (queue_reading.count(database, one) for one in (REFERENCES, of_set))
        offered = (explored.references(ME, project), exports.test_sets(ME, project))
        return (*counts, *map(len, offered))  # type: ignore[return-value]

    assert seen() == (2, 2, 1, 1)
    mark = explored.mark(ME, project)
    assert arrivals.remove(ME, project, set_.source_id).became is SourceEventKind.REMOVED
    arrivals.remove(ME, project, set_.source_id)
    assert seen() == (0, 0, 0, 0)
    assert explored.mark(ME, project) != mark
    assert references.every(ME, project)[0].is_removed
    with pytest.raises(BadInput, match="was here already, as “Fruit”, and was removed"):
        references.import_file(ME, project, file)
    assert arrivals.restore(ME, project, set_.source_id).became is None
    assert seen() == (2, 2, 1, 1)
    said = [row["act"] for row in project.database.query("select act from audit order by seq") if "set" in row["act"]]
    assert said == ["reference set removed", "reference set brought back"]


def test_an_export_that_kept_clear_of_a_removed_set_is_made_again_to_the_byte(project: Project, tmp_path: Path) -> None:
    set_ = references.import_file(ME, project, lines(tmp_path, {"instruction": "Count down."}))
    order = Order(format=ExportFormat.JSONL, wanted=None, with_unready=True, shaping=Shaping(against=(set_.source_id,)))
    first = exports.write(ME, project, order, tmp_path / "a.jsonl")
    assert first.counted.steps[-1].out == 1
    arrivals.remove(ME, project, set_.source_id)
    with pytest.raises(BadInput, match="no texts"):
        exports.write(ME, project, order, tmp_path / "b.jsonl")
    written = again.write_again(ME, project, exports.past(ME, project)[0].export.id, tmp_path / "c.jsonl")
    assert written.sha256 == first.sha256
