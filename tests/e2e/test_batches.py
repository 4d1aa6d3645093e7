"""Asking by batch as a person does it: choose it, see what it takes, watch it, stop it, give a batch up that is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.domain.call import Prices
from core.domain.person import LOCAL_OWNER
from core.domain.system import Endpoint
from tests.e2e.furnish import PLAIN, furnished
from tests.e2e.studio import Window
from tests.openai_server import OpenAIServer, openai_server

pytestmark = pytest.mark.e2e
WAY = "By batch: half the price, up to 24 h"


@pytest.fixture(scope="module")
def patient() -> Iterator[OpenAIServer]:
    """An endpoint that takes its time over a batch, until it is told otherwise."""
    with openai_server(batch_s=60) as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, patient: OpenAIServer) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with furnished(folder) as fresh:
        prices = Prices(input_usd=2.5, output_usd=10.0)
        cheap = Endpoint(name="cheap", base_url=patient.base_url, model="fake", prices=prices, batch_share=0.5)
        fresh.studio.endpoints.save(LOCAL_OWNER, cheap)
        fresh.project("waiting", PLAIN)
    return folder


def test_a_run_is_asked_by_batch_watched_and_goes_on_after_a_lost_one_is_given_up(
    window: Window, patient: OpenAIServer
) -> None:
    window.open_new_run("waiting", endpoint="cheap")
    window.expect_said("Ask cheap")
    window.switch_to(WAY)
    window.expect_said("7 batches, up to 24 h each", "What a batch leaves over")
    window.start_run()
    window.expect_said(
        "1 under way", "1 · cheap", "evolving 5, scoring 5", "10 in batches", "a batch goes on at its endpoint"
    )
    patient.desk.batches.clear()
    patient.change(batch_s=0.0)
    window.expect_said("It has no such batch", "Resume to fetch what they bring")
    window.press("More")
    window.press("Give batch 1 up")
    dialog = window.page.get_by_role("dialog", name="Give the batch up?")
    expect(dialog).to_contain_text("at their worst case")
    window.press("Give it up", inside=dialog)
    window.press("Resume")
    window.expect_run_is("finished")
    window.expect_said("forgotten", "completed", "Somebody gave it up.")
