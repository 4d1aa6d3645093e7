"""Finds an installed Chrome or Chromium. `python tests/chrome.py` prints its path, or what to install."""

import os
import shutil
import sys
from pathlib import Path

_NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
MISSING = """The browser tests need Chrome or Chromium, and none was found. Install one:
  Debian:  sudo apt-get install chromium
  Ubuntu:  sudo snap install chromium
  Fedora:  sudo dnf install chromium
  macOS:   brew install --cask google-chrome
or say where it is: make test CHROME=/path/to/chrome"""


def find_chrome() -> Path | None:
    """The browser that the environment's CHROME names (and only that one), else the first that is installed."""
    if named := os.environ.get("CHROME"):
        found = shutil.which(named)
        return Path(found) if found else None
    on_path = (shutil.which(name) for name in _NAMES)
    in_place = (place for place in map(os.path.expanduser, _PLACES) if Path(place).is_file())
    first = next((path for path in on_path if path), None) or next(in_place, None)
    return Path(first) if first else None


if __name__ == "__main__":
    chrome = find_chrome()
    if chrome is None:
        sys.exit(MISSING)
    sys.stdout.write(f"{chrome}\n")
