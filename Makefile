# Each target sets up what it needs; what is set up already takes no time.
.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest -n auto --dist worksteal --durations 10 --durations-min 1
# Tests start a hundred processes, none of which should compile the application again.
test quick: export PYTHONDONTWRITEBYTECODE =
.PHONY: help run test quick check program application bench format page environment environment-dev $(VENV)
# The oldest Python that will do, by any of its usual names.
FIND_PYTHON := for p in python3.11 python3.12 python3.13 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$p; exit 0; }; done; exit 1
# Installs a lock file unless it is the one that was installed last.
INSTALL = cmp -s $(1) $(VENV)/$(1) || { echo "Installing $(1) …" \
	&& $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1) \
	&& cp $(1) $(VENV)/$(1); }

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /	/'

run: environment page ## Serve on http://127.0.0.1:8000, by default with a demo shop
	@$(PY) main.py serve

test: check ## Everything that must hold before a commit; what CI runs
	@$(PYTEST)

quick: environment-dev ## The tests that need no service, without browsers, processes that serve or are killed, and whole shops
	@$(PYTEST) -m "not browser and not processes and not many_rows and not postgres"

check: environment-dev ## What holds without running: format, lint, types, layers, the exported schema; and the application
	@$(MAKE) --no-print-directory -j 2 program application

program:
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright
	$(VENV)/bin/lint-imports --no-logo
	$(PY) main.py schema --check

application:
	@web/check.sh

format: environment-dev ## Format the code and mend what ruff can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: environment-dev ## Print the ratios of docs/performance.md
	$(PY) -m bench

environment:
	@$(PY) -c 'import pip' 2>/dev/null || $(MAKE) --no-print-directory $(VENV)
	@$(call INSTALL,requirements.lock)

environment-dev: environment
	@$(call INSTALL,requirements-dev.lock)

# The API works without its pages, and says there what was missing.
page: environment
	@web/setup.sh || echo "warning: no pages for the browser, the API works without them" >&2

$(VENV):
	@python=$$($(FIND_PYTHON)) || { \
		echo "error: Python 3.11 or later was not found, with its venv module (on Debian and Ubuntu: apt install python3-venv)" >&2; \
		exit 1; }; \
	echo "Making $(VENV) with $$($$python --version)"; \
	$$python -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
