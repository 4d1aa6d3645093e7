"""The disk fills up while people judge: said in a person's words, nothing acknowledged is lost, and judging goes on when there is room."""

import subprocess
import sys
from pathlib import Path

from core.domain.person import LOCAL_OWNER
from core.services.studio import open_studio
from core.settings import Settings
from tests.e2e.running import ROOT

PROMPTS = 60
# A limit on the size of files makes the system refuse further bytes as a full disk does.
JUDGE = """
import resource, sys
from pathlib import Path
from core.store.writer import DiskFull
from tests.services.at_the_table import MIRA, NOOR, judge_room_at

home, prompts = Path(sys.argv[1]), int(sys.argv[2])
with judge_room_at(home) as room:
    room.open(prompts=prompts, judgments=2)
    hand = list(room.take(MIRA, most=40).trials)
    room.project.database.writer.run(lambda connection: connection.execute("checkpoint"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))  # the log of what is new begins at 0
    kept = []
    try:
        for trial in hand:
            receipt = room.say(MIRA, trial, note="why " * 900)
            assert receipt.answer == "saved", receipt
            kept.append(trial)
    except DiskFull as error:
        print("said", error, flush=True)
    refused = hand[len(kept)]
    try:
        while True:
            room.take(NOOR, most=20, have=[])
            room.judge_all(NOOR, 20)
    except DiskFull:
        print("nothing is given out that cannot be written down", flush=True)
    print("read", len(kept), room.rows("select count(*) as n from judgment j join mine t on t.id = j.trial_id where t.person_id = 'mira'")[0]["n"], flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print("again", room.say(MIRA, kept[0], note="why " * 900).answer, room.say(MIRA, refused).answer, flush=True)
    print("left", sum(room.judge_all(who, 20) for who in (MIRA, NOOR)), flush=True)
"""
_WHOLE = """select count(distinct t.prompt_id) as prompts, count(*) as judgments, count(distinct (t.person_id, t.prompt_id)) as told_apart,
  count(*) filter (where (select count(*) from judgment_value v where v.judgment_id = j.id) = 2) as with_values
from judgment j join trial t on t.id = j.trial_id"""


def test_what_was_acknowledged_is_there_and_the_rest_is_judged_when_there_is_room(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(tmp_path), str(PROMPTS)],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    said = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    assert said["said"].startswith("The disk is full. Free some space")
    assert "nothing" in said
    acknowledged, read = said["read"].split()
    assert 0 < int(acknowledged) == int(read) < 40
    assert said["again"] == "already_saved saved"
    studio = open_studio(Settings(home=tmp_path))
    try:
        database = studio.projects.open(LOCAL_OWNER, "my-project").database
        (whole,) = database.query(_WHOLE)
        assert set(whole.values()) == {PROMPTS, 2 * PROMPTS}
        assert whole["judgments"] == whole["told_apart"] == whole["with_values"] == 2 * PROMPTS
        assert database.projection_is_right()
    finally:
        studio.close()
