# Every target is one call; `make help` lists them.
PYTHON ?= python3
VENV := .venv
STACK := $(VENV)/bin/claude-otel
TESTED := $(VENV)/.tested

.DEFAULT_GOAL := help
.PHONY: up down restart logs status verify plan env clean test check help

up down restart logs status verify plan env clean: $(STACK)  ## run claude-otel's command of that name; options in ARGS="…"
	@$(STACK) $@ $(ARGS)

test: $(TESTED)  ## set up and run all tests, with real engines and the real client
	@$(VENV)/bin/python -m pytest $(ARGS)

check: $(TESTED)  ## fast tests, types and lint; no engines
	@$(VENV)/bin/ruff check && $(VENV)/bin/ruff format --check && $(VENV)/bin/mypy && $(VENV)/bin/python -m pytest -m "not stack" $(ARGS)

help:  ## list the targets
	@sed -n 's/^\([a-z][a-z ]*\):.*##\(.*\)/\1\n   \2/p' $(MAKEFILE_LIST)

$(STACK): requirements.txt pyproject.toml
	@$(PYTHON) provisioner/bootstrap.py $(VENV) requirements.txt

$(TESTED): requirements-test.txt $(STACK)
	@$(PYTHON) provisioner/bootstrap.py $(VENV) requirements-test.txt && touch $@
