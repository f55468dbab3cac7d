# Every target is one call; `make help` lists them.
PYTHON ?= python3
VENV := .venv
STACK := $(VENV)/bin/claude-otel
TESTED := $(VENV)/.tested
PYTEST := $(VENV)/bin/python -m pytest -n 2 --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: up down restart logs status verify plan env setup doctor clean demo test check faults bench lint help

up down restart logs status verify plan env setup doctor clean demo: $(STACK)  ## run claude-otel's command of that name; options in ARGS="…"
	@$(STACK) $@ $(ARGS)

test: lint  ## set up and run all tests, with real engines and the real client
	@$(PYTEST) $(ARGS)

check: lint  ## lint, types and fast tests; no engines
	@$(PYTEST) -m "not stack" $(ARGS)

faults: $(TESTED)  ## mistreat real engines under traffic and print what became of it (half an hour)
	@$(VENV)/bin/python -m pytest -m faults tests/faults $(ARGS)

bench: $(TESTED)  ## offer invented developers' work to stacks of its own, print what they bear and take (a quarter of an hour; idle machine)
	@$(VENV)/bin/python -m bench.load $(ARGS)

lint: $(TESTED)
	@$(VENV)/bin/ruff check --quiet && $(VENV)/bin/ruff format --quiet --check && $(VENV)/bin/mypy

help:  ## list the targets
	@sed -n 's/^\([a-z][a-z ]*\):.*##\(.*\)/\1\n   \2/p' $(MAKEFILE_LIST)

$(STACK): requirements.txt pyproject.toml
	@$(PYTHON) provisioner/bootstrap.py $(VENV) requirements.txt

$(TESTED): requirements-test.txt $(STACK)
	@$(PYTHON) provisioner/bootstrap.py $(VENV) requirements-test.txt && touch $@
