"""Which nodes grow on: the rule itself, and the same rule told naively."""

from hypothesis import given
from hypothesis import strategies as st

from core.domain.instruction import Instruction, RunStatus
from core.domain.work import Family
from core.evolution.frontier import next_frontier, parent_of
from tests import builders

SURVIVED, ELIMINATED, ERROR = RunStatus.SURVIVED, RunStatus.ELIMINATED, RunStatus.ERROR


def family(*broods: list[RunStatus]) -> tuple[list[Instruction], Family]:
    """Parents, and their children with these outcomes; numbers run on over the brood, as the method draws them."""
    seed = builders.seed()
    parents = [seed] if len(broods) == 1 else [builders.child(seed, number) for number in range(len(broods))]
    children: dict[str, Instruction] = {}
    outcomes: dict[str, RunStatus] = {}
    for parent, brood in zip(parents, broods, strict=True):
        for status in brood:
            child = builders.child(parent, len(children))
            children[child.id] = child
            outcomes[child.id] = status
    return parents, Family(children=children, outcomes=outcomes)


def numbers(nodes: list[Instruction], of: Family) -> list[int | str]:
    """Children by their number, parents as "parent"."""
    return [of.children[node.id].child_number if node.id in of.children else "parent" for node in nodes]


def test_a_survivor_replaces_its_parent() -> None:
    _, found = family([SURVIVED])
    assert numbers(next_frontier(found, 4), found) == [0]


def test_a_failed_child_leaves_its_parent_where_it_was() -> None:
    for status in (ELIMINATED, ERROR):
        (parent,), found = family([status])
        (kept,) = next_frontier(found, 4)
        assert (kept.id, kept.depth, kept.seed_id, kept.ancestors) == (parent.id, 0, parent.seed_id, ())


def test_all_survivors_go_on_and_the_parent_only_if_none_did() -> None:
    _, found = family([SURVIVED, ELIMINATED, SURVIVED])
    assert numbers(next_frontier(found, 4), found) == [0, 2]
    _, found = family([ELIMINATED, ERROR, ELIMINATED])
    assert numbers(next_frontier(found, 4), found) == ["parent"]


def test_the_lowest_draw_numbers_go_on() -> None:
    _, found = family([SURVIVED] * 6)
    assert numbers(next_frontier(found, 4), found) == [0, 1, 2, 3]


def naive(parents: list[Instruction], of: Family, most: int) -> list[str]:
    """The rule of docs/method.md, section 1, word by word."""
    placed: list[tuple[int, str]] = []
    for parent in parents:
        mine = [child for child in of.children.values() if child.parent_id == parent.id]
        alive = [child for child in mine if of.outcomes[child.id] is SURVIVED]
        if alive:
            placed += [(child.child_number, child.id) for child in alive]
        else:
            placed.append((min(child.child_number for child in mine), parent.id))
    return [id_ for _, id_ in sorted(placed)][:most]


BROODS = st.integers(1, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.sampled_from([SURVIVED, ELIMINATED, ERROR]), min_size=size, max_size=size), min_size=1, max_size=5
    )
)


@given(BROODS, st.integers(1, 6))
def test_it_is_the_rule_told_naively(broods: list[list[RunStatus]], most: int) -> None:
    parents, found = family(*broods)
    frontier = next_frontier(found, most)
    assert [node.id for node in frontier] == naive(parents, found, most)
    assert 1 <= len(frontier) <= most
    assert len({node.id for node in frontier}) == len(frontier)


@given(BROODS)
def test_a_parent_is_told_from_its_child_as_it_was(broods: list[list[RunStatus]]) -> None:
    """What growing on needs of a parent follows from its child: nothing is read back."""
    parents, found = family(*broods)
    by_id = {parent.id: parent for parent in parents}
    for child in found.children.values():
        told, real = parent_of(child), by_id[child.parent_id or ""]
        for name in ("id", "kind", "seed_id", "ancestors", "depth", "position"):
            assert getattr(told, name) == getattr(real, name)
