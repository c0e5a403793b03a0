# Each target sets up what it needs, once; needed beforehand: Python 3.11 or newer, and make.
PYTHON ?= python3
PORT ?= 3000
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

export DAGSTER_DISABLE_TELEMETRY := 1
# Not in the home folder, where nothing of ours belongs.
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/.matplotlib

.PHONY: help setup generate validate test test-all kills lint ui bench power fuzz docs lock clean

help:
	@echo "generate  make the default data set in out/ and check it"
	@echo "validate  check the data set in out/"
	@echo "test      run the tests, in minutes"
	@echo "test-all  run those that \`test\` leaves out: MySQL servers, a browser, Dagster's daemon"
	@echo "kills     kill 60 runs and their servers at random instants, and look at what they leave"
	@echo "lint      check format, style, types and imports"
	@echo "ui        Dagster's web interface on http://127.0.0.1:$(PORT); PORT=3001 for another port"
	@echo "bench     measure speed and memory"
	@echo "power     measure how often gates raise a false alarm, and which shifts they detect"
	@echo "fuzz      try 10,000 mutated configuration files, 1,000 retuned and 400 damaged data sets"
	@echo "docs      make the generated pages again, from the code and out/"
	@echo "clean     remove all that was made, but for out/"

setup: $(RUN)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock | $(RUN)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# With Dagster's history, so that `make ui` knows of the tables.
generate: $(RUN) .dagster/dagster.yaml
	DAGSTER_HOME="$(CURDIR)/.dagster" $(BIN)/lm-synth generate --with-ed --with-ip --out ./out

validate: $(RUN)
	$(BIN)/lm-synth validate --in ./out

TESTS := $(BIN)/python -m pytest -n auto --dist worksteal

test: $(DEV)
	$(TESTS) -m "not slow"

test-all: $(DEV)
	$(TESTS) -m slow

kills: $(DEV)
	LM_SYNTH_TEST_KILLS=20 $(TESTS) -rP lm_synth_assets_tests/integration/test_kills.py \
	  lm_synth_assets_tests/mysql/test_kills_in_mysql.py

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.dagster/dagster.yaml: deploy/local/dagster.yaml
	@mkdir -p .dagster && cp deploy/local/dagster.yaml .dagster/dagster.yaml

ui: $(RUN) .dagster/dagster.yaml
	DAGSTER_HOME="$(CURDIR)/.dagster" $(BIN)/dagster dev -h 127.0.0.1 -p $(PORT) -w workspace.yaml

bench: $(DEV)
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python -m benchmarks.writers

power: $(DEV)
	$(BIN)/python -m benchmarks.power

fuzz: $(DEV)
	$(BIN)/python -m lm_synth_assets_tests.fuzz.configuration_files 10000
	$(BIN)/python -m lm_synth_assets_tests.fuzz.configurations 1000
	$(BIN)/python -m lm_synth_assets_tests.fuzz.data_files 200

docs: $(DEV)
	$(BIN)/python -m lm_synth_assets.region.editor_schema > configs/region.schema.json
	$(BIN)/python -m lm_synth_assets.cli.documents docs out
	$(BIN)/python -m lm_synth_assets.storage.mysql.scripts deploy/mysql
	$(BIN)/python -m lm_synth_assets.powerbi.project powerbi
	$(BIN)/python -m lm_synth_assets_tests.damages.page > docs/damages.md
	$(BIN)/python -m lm_synth_assets_tests.support.graph > lm_synth_assets_tests/support/graph.json

# Needs uv; resolves anew within the bounds of pyproject.toml, for every supported Python at once.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-strip-extras \
  --no-emit-index-url --no-header --quiet
lock:
	$(LOCK) --extra build -o requirements.lock
	$(LOCK) --extra dev -o requirements-dev.lock
	$(LOCK) --extra deploy -o requirements-deploy.lock

clean:
	rm -rf $(VENV) .dagster .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './out/*' -prune -exec rm -rf {} +
