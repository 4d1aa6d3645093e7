"""The apps that are measured, each as a process of its own, and what a browser is told to run in all of them."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import psutil

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STUDIO = "app.py"
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FIND = "const find = path => [...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector(path)).find(Boolean);"
# What never comes is said, with the condition that nobody met.
UNTIL = """const until = async test => {
  const began = performance.now();
  while (!test()) {
    if (performance.now() - began > 30000) throw new Error(`waited 30 s for ${test}`);
    await new Promise(done => setTimeout(done, 1));
  }
};"""
FRAME = "await new Promise(done => requestAnimationFrame(done));"


@contextmanager
def running(script: str, home: Path, *flags: str) -> Iterator[tuple[psutil.Process, str, float]]:
    """The app's process, its address, and when it was started. It may not answer yet. `flags` are Streamlit's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"EVOL_STUDIO_HOME": str(home), "EVOL_STUDIO_CACHE": str(home / "cache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a person's second start finds compiled modules
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    if script != STUDIO:
        command += ["--runner.postScriptGC", "true"]  # what Streamlit does when nobody has told it otherwise
    began = time.monotonic()
    app = subprocess.Popen(
        [*command, *flags], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(app.pid), f"http://127.0.0.1:{port}", began
    finally:
        app.terminate()
        app.wait(timeout=30)


def wait_for(address: str) -> None:
    """Ask until the server listens. SystemExit if it does not within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    sys.exit(f"Nothing answers at {address}: start the app by hand to see what it says.")


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def said(values: list[float]) -> str:
    """Middle and 95th of a hundred."""
    return f"{median(values):,.0f} / {p95(values):,.0f}"
