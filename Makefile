# Evol-Instruct Studio. `make` alone lists what there is.
# Every target does its own set-up first (tools/setup.sh): a virtual environment in .venv, pinned libraries checked by hash.

PY = .venv/bin/python
PORT ?= 8501
# another address only with sign-in (docs/people.md)
ADDRESS ?= 127.0.0.1
# 1: also the tests that need the embedded model's weights, which are fetched once (1.1 GB)
WEIGHTS ?= 0
# 1: also the tests against a real Argilla server, which is installed once (440 MB); Redis comes from the system
ARGILLA ?= 0
# 1: also the tests on a Ray cluster of several processes on this machine; Ray is installed once (270 MB)
RAY ?= 0
# 1: also the tests behind a real proxy; nginx comes from the system
PROXY ?= 0
# more for pytest, such as ARGS="-k tree"; for make bench, what to measure
ARGS ?=

# A browser window opens by itself where there is a screen.
SCREEN = $(if $(CI),,$(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname)))
SERVE = exec $(PY) -m streamlit run app.py --server.address $(ADDRESS) --server.port $(PORT) \
	--server.headless $(if $(SCREEN),false,true) --server.showEmailPrompt false

.PHONY: help run demo test check bench torture pins clean

help:
	@echo "make run      start the studio at http://127.0.0.1:$(PORT) (another port: make run PORT=8600)"
	@echo "make demo     the same, with the demo project open"
	@echo "make test     style, types and all tests, in a real browser too; WEIGHTS=1 adds those on the embedded model (1.1 GB),"
	@echo "               ARGILLA=1 those against a real Argilla server (440 MB, and redis-server), RAY=1 those on a Ray cluster (270 MB), PROXY=1 those behind nginx"
	@echo "make check    style, types and architecture only"
	@echo "make torture  kill the running studio twenty times with kill -9 and count what is left"
	@echo "make bench    measure everything and rewrite docs/benchmarks.md (most of a day; ARGS=--list says what there is)"
	@echo "make pins     bring requirements*.txt up to date with requirements*.in"
	@echo "make clean    remove .venv, .venv-argilla and caches; projects and downloaded weights stay"

run:
	@sh tools/setup.sh run
	@echo "Starting the studio at http://$(ADDRESS):$(PORT) - stop it with Ctrl-C."
	@$(SERVE)

demo:
	@sh tools/setup.sh run
	@echo "Starting the studio with the demo project at http://$(ADDRESS):$(PORT) - stop it with Ctrl-C."
	@EVOL_STUDIO_PROJECT=demo $(SERVE)

test: style
	@if [ "$(ARGILLA)" = 1 ]; then sh tools/setup.sh argilla; fi
	@if [ "$(RAY)" = 1 ]; then sh tools/setup.sh cluster; fi
	@chrome=$$($(PY) tests/chrome.py) || exit 1; \
	echo "Running the tests, with $$chrome ..."; \
	CHROME="$$chrome" sh tools/test.sh $(WEIGHTS) $(ARGILLA) $(RAY) $(PROXY) $(ARGS)

check: style
	@echo "Checking who imports whom ..."
	@$(PY) -m pytest -q tests/test_architecture.py

.PHONY: style
style:
	@sh tools/setup.sh test
	@echo "Checking style ..."
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@echo "Checking types ..."
	@$(PY) -m mypy

torture:
	@sh tools/setup.sh test
	@$(PY) -m pytest -m torture -s $(ARGS)

bench:
	@sh tools/setup.sh test
	@sh tools/setup.sh cluster
	@chrome=$$($(PY) tests/chrome.py) || exit 1; CHROME="$$chrome" $(PY) -m benchmarks $(ARGS)

pins:
	@sh tools/setup.sh test
	@for file in requirements requirements-dev requirements-cluster requirements-argilla-server; do \
		$(PY) -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --output-file $$file.txt $$file.in || exit 1; \
	done

clean:
	rm -rf .venv .venv-argilla .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
