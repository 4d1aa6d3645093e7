"""Ids follow from what they stand for; they are the same in every project file that was ever written."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from core.domain import ids

STUDIO = UUID("6b2f5a52-0c5e-5f0e-9d65-3f2f6d0a7c11")


@given(of_id=st.text(st.characters(exclude_categories=["Cs"])), number=st.integers(0, 10_000))
def test_an_id_is_the_uuid5_of_what_it_stands_for(of_id: str, number: int) -> None:
    assert ids.revision_id(of_id, number) == str(uuid5(STUDIO, f"revision\x1f{of_id}\x1f{number}"))


def test_an_id_that_was_once_written_stays_the_same() -> None:
    assert ids.revision_id("00000000-0000-0000-0000-000000000000") == "9236e7a6-58bd-5094-8261-fc110501d7cd"
