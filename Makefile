PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist worksteal

.PHONY: setup demo test test-lowest lock

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.lock
	@echo "Installing isoglot and its libraries into $(VENV): about 3 GB, most of it torch; once, and minutes."
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet -c constraints.lock -e '.[dev]'
	touch $@

demo: setup
	$(VENV)/bin/isoglot demo

test: setup
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) pytest $(SIDE_BY_SIDE)

# The lowest versions that pyproject.toml admits, in an environment of their own.
test-lowest:
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet -c constraints-lowest.lock -e '.[dev]'
	$(VENV)-lowest/bin/python -m pytest $(SIDE_BY_SIDE)

# Needs uv. torch is held where a CPU build of it is at hand.
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 -c constraints.in --no-header --no-annotate --quiet -o constraints.lock
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 -c constraints.in --no-header --no-annotate --quiet --resolution lowest-direct -o constraints-lowest.lock
