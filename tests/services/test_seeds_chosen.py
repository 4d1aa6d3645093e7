"""Which seeds a run grows: filters, random draws and mixes that follow from the run's seed of chance alone."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import SeedChoice
from core.services.growing import seeds
from core.services.projects import Project, Projects
from tests.builders import score

SKILLS = ["Math"] * 30 + ["Writing"] * 20 + ["Law"] * 5 + [""] * 5


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """60 seeds of three skills and none, from two files."""
    projects = Projects(tmp_path)
    opened = projects.open(ME, "my-project")
    for name, numbers in (("first", range(40)), ("second", range(40, 60))):
        path = tmp_path / f"{name}.jsonl"
        lines = (
            json.dumps({"instruction": f"Task {number:02} of {name}.", "skill": SKILLS[number]}) for number in numbers
        )
        path.write_text("\n".join(lines), encoding="utf-8")
        seeds.import_file(ME, opened, path, name=name, licence="")
    yield opened
    projects.close()


def positions(project: Project, choice: SeedChoice, rng_seed: int = 1) -> list[int]:
    drawn = [one.position for one in seeds.chosen(project, choice, rng_seed)]
    assert drawn == sorted(drawn)
    assert len(drawn) == seeds.count_of(ME, project, choice)
    return drawn


def by_skill(project: Project, choice: SeedChoice, rng_seed: int = 1) -> Counter[str]:
    return Counter(SKILLS[position] for position in positions(project, choice, rng_seed))


def test_without_a_limit_every_seed_is_taken(project: Project) -> None:
    assert positions(project, SeedChoice()) == list(range(60))
    assert positions(project, SeedChoice(limit=1000, at_random=True)) == list(range(60))


def test_a_filter_leaves_only_what_passes_it(project: Project) -> None:
    assert positions(project, SeedChoice(skills=("Law", ""))) == list(range(50, 60))
    assert positions(project, SeedChoice(find="TASK 0")) == list(range(10))
    (second, first) = seeds.sources(ME, project)
    assert (second.name, first.name, first.taken) == ("second", "first", 40)
    assert positions(project, SeedChoice(source=second.id)) == list(range(40, 60))
    assert positions(project, SeedChoice(source=first.id, skills=("Writing",), limit=3)) == [30, 31, 32]
    assert positions(project, SeedChoice(find="nowhere")) == []


def test_a_random_draw_follows_from_the_seed_of_chance(project: Project) -> None:
    choice = SeedChoice(limit=10, at_random=True, skills=("Math",))
    assert positions(project, choice, 1) == positions(project, choice, 1) != positions(project, choice, 2)


def test_a_mix_keeps_the_shares(project: Project) -> None:
    choice = SeedChoice(limit=20, mix={"Math": 50, "Writing": 30, "Law": 20})
    assert by_skill(project, choice) == {"Math": 10, "Writing": 6, "Law": 4}
    assert positions(project, choice, 1) != positions(project, choice, 2)
    other_order = SeedChoice(limit=20, mix={"Law": 0.2, "Writing": 0.3, "Math": 0.5})
    assert positions(project, choice) == positions(project, other_order)


def test_the_whole_numbers_of_a_mix_add_up(project: Project) -> None:
    thirds = SeedChoice(limit=10, mix={"Math": 1, "Writing": 1, "Law": 1})
    assert sorted(by_skill(project, thirds).values()) == [3, 3, 4]


def test_a_skill_with_too_few_gives_what_it_has_and_says_so(project: Project) -> None:
    choice = SeedChoice(limit=40, mix={"Law": 50, "Math": 50})
    assert by_skill(project, choice) == {"Law": 5, "Math": 20}
    lines = {line.skill: (line.wanted, line.available) for line in seeds.mix_of(ME, project, choice)}
    assert lines == {"Law": (20, 5), "Math": (20, 30)}
    unknown = SeedChoice(limit=4, mix={"Alchemy": 1, "Math": 1})
    assert by_skill(project, unknown) == {"Math": 2}


def test_a_mix_without_a_limit_takes_as_many_as_keep_the_shares(project: Project) -> None:
    assert by_skill(project, SeedChoice(mix={"Law": 25, "Math": 75})) == {"Law": 5, "Math": 15}
    assert positions(project, SeedChoice(mix={"Alchemy": 1, "Math": 1})) == []
    assert positions(project, SeedChoice(mix={"Math": 0.0}, limit=5)) == []


def test_a_mix_draws_only_from_what_passes_the_filter(project: Project) -> None:
    (second, _) = seeds.sources(ME, project)
    choice = SeedChoice(limit=10, mix={"Writing": 1, "Law": 1}, source=second.id)
    assert set(positions(project, choice)) <= set(range(40, 60))
    assert by_skill(project, choice) == {"Writing": 5, "Law": 5}


def test_seeds_below_a_difficulty_are_taken_from_the_nearest_on_and_those_without_one_last(project: Project) -> None:
    every = seeds.chosen(project, SeedChoice(), 1)
    project.database.writer.append_now([score(seed, 1.0 + seed.position % 10) for seed in every if seed.position < 20])
    below = SeedChoice(below=8.0)
    assert len(positions(project, below)) == 60 - 6  # 8, 9 and 10, twice
    assert positions(project, SeedChoice(below=8.0, limit=4)) == [5, 6, 15, 16]
    assert positions(project, SeedChoice(below=1.0, limit=3)) == [20, 21, 22]
    assert positions(project, SeedChoice(below=3.0, skills=("Math",), limit=5)) == [0, 1, 10, 11, 20]
    drawn = positions(project, SeedChoice(below=8.0, limit=10, at_random=True))
    assert len(drawn) == 10
    assert not {7, 8, 9, 17, 18, 19} & set(drawn)
