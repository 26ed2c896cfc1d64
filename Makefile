# What people type. Each target is one line; the work is in `sipas` and in tests/machine.py.
PYTHON ?= python3
PORT ?= 8080
DATA ?= data/demo
BIN := .venv/bin

.PHONY: demo test soak bench lint lock clean

demo: .venv/.runtime      ## a demonstration office on http://127.0.0.1:PORT
	@exec $(BIN)/sipas demo --data $(DATA) --port $(PORT)

test: .venv/.development  ## everything: linters, types, tests in a real browser and on both databases
	@$(BIN)/python -m tests.machine && $(MAKE) --no-print-directory lint && $(BIN)/coverage run -m pytest -m "not soak" && $(BIN)/coverage report

soak: .venv/.development  ## the long runs of the proofs
	@$(BIN)/python -m tests.machine && $(BIN)/python -m pytest -m soak && $(BIN)/python -m pytest tests/analytics tests/survey_forms -m "not soak" --hypothesis-profile="by chance"

bench: .venv/.development ## what counting and reading cost beside DuckDB, Polars, pandas and pyarrow: ratios, minutes
	@$(BIN)/python -m tests.benchmarks $(SECTION)

lint: .venv/.development  ## style, types, import direction
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

lock: .venv/.development  ## pin every dependency anew, with hashes and without a registry's address
	@$(BIN)/python -m tests.lock

.venv/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -m venv .venv && $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && $(BIN)/pip install -q --disable-pip-version-check --no-deps -e . && touch $@

.venv/.development: requirements-dev.lock pyproject.toml
	@$(PYTHON) -m venv .venv && $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock && $(BIN)/pip install -q --disable-pip-version-check --no-deps -e . && touch $@ .venv/.runtime

clean:                    ## forget the environment and the demonstration
	@rm -rf .venv data/demo .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
