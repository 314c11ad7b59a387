# Every target does its own set-up; Python 3.11 or newer is all it needs.
#   make up ARGS="--workers 2 --port 8800"      make test ARGS="-k dish -x"

PY ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Its scripts name the place that a .venv was made for, and an upgraded Python does not find its pip.
SOUND := cd $(BIN) && head -n 2 pip | grep -qF -e "$$(pwd)/" -e "$$(pwd -P)/" && ./python -c 'import pip'

# A stamp in a folder that was moved or copied, or of a Python that is gone, says nothing.
$(shell test ! -e $(READY) || ($(SOUND)) >/dev/null 2>&1 || rm -f $(READY))

.DEFAULT_GOAL := help
.PHONY: help setup up test lint format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv (instant when nothing changed)
	@echo "$(VENV) is ready."

# A half-made .venv has no stamp, but is sound: pip goes on where it stopped.
$(READY): pyproject.toml
	@test -n "$(PY)" && $(PY) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
		|| { echo "foodgan needs Python 3.11, 3.12 or 3.13 (Debian: apt install python3-venv)." \
			"Name yours: make setup PY=/path/to/python3.11" >&2; exit 1; }
	@($(SOUND)) >/dev/null 2>&1 || $(PY) -m venv --clear $(VENV) \
		|| { echo "This Python cannot make a venv (Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing into $(VENV). The first time this fetches several GB (PyTorch)."
	$(BIN)/python -m pip install --disable-pip-version-check --editable '.[dev]'
	@touch $@

up: $(READY) ## Start the bot, a worker and all they need; Ctrl-C stops everything
	@$(BIN)/foodgan up $(ARGS)

# Half of the suite's time is waiting, for processes that die and clocks that run out. Where Python
# is told to write no bytecode, each process would rewrite all asserts anew: ten seconds of a core.
test: $(READY) ## Run the tests, three processes to two cores
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(READY) ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove .venv and caches; var/ (records, photos) stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
