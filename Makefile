# Every target sets itself up first; a second setup costs a moment.
PY := .venv/bin/python

.PHONY: help setup setup-tests demo test torture check bench lock screenshot clean

help:  ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## Virtual environment, locked dependencies, sandbox (idempotent)
	@bash scripts/setup.sh

setup-tests: setup
	@bash scripts/setup-tests.sh

demo: setup  ## A sandbox Slack and vCenter with the bot between them, in the browser
	@.venv/bin/iaas-bot demo

test: setup-tests  ## All tests; as root also installs Chromium and PostgreSQL
	@$(PY) -m pytest

check: setup  ## Format, lint, types, layers
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@bash scripts/check-go.sh

torture: setup-tests  ## Kill the service 200 times under load on both databases (KILLS=, SEED=, MINUTES=, DATABASES=)
	@$(PY) -m tests.torture $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(DATABASES),--databases $(DATABASES))

bench: setup  ## Speed and memory, side by side with the usual ways
	@$(PY) -m bench

lock:  ## Renew requirements.lock from pyproject.toml
	@bash scripts/lock.sh

screenshot: setup-tests  ## Take the README's pictures anew
	@$(PY) scripts/screenshot.py

clean:  ## Remove what was built
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache
