PYTHON ?= python3
VENV := .venv
RUN := OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(VENV)/bin/python -m

.PHONY: setup demo test test-lowest lock

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet -c constraints.lock -e '.[dev]'
	touch $@

demo: setup
	$(VENV)/bin/isoglot demo

test: setup
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) pytest

# The lowest versions that pyproject.toml admits, in an environment of their own.
test-lowest:
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet -c constraints-lowest.lock -e '.[dev]'
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(VENV)-lowest/bin/python -m pytest

# Needs uv. torch is held where a CPU build of it is at hand.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 -c constraints.in --no-header --no-annotate --quiet -o constraints.lock
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 -c constraints.in --no-header --no-annotate --quiet --resolution lowest-direct -o constraints-lowest.lock
