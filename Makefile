# Everything runs in .venv, which each target makes or refreshes as needed.
# It needs only make and Python 3.11 or newer: make PYTHON=python3.12 test

PYTHON ?= python3
JOBS ?= auto
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TYPED := $(wildcard src tests tools examples benchmarks)
BENCHMARKS := imports lifecycle stores contention charts promising allocation pricing

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-slow laws mutants plans check format bench docs features clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 - \2/p' Makefile

venv: $(STAMP) ## prepare .venv
	@:

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("orderflow needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install -qq -e ".[demo]" --group dev
	@touch $@

demo: $(STAMP) ## run the order stream of TPC-H through the library and check the laws
	@$(BIN)/python -m orderflow demo $(ARGS)

test: $(STAMP) ## run every test
	@$(BIN)/python -m pytest -q -n $(JOBS) $(ARGS)

test-slow: $(STAMP) ## run every test that is about a store on all of them, and simulate a thousand months
	@ORDERFLOW_STORES=all ORDERFLOW_SEEDS=1000 $(BIN)/python -m pytest -q -n $(JOBS) $(ARGS)

laws: $(STAMP) ## the laws of prices, taxes, invoices, refunds, payments and scans 10,000 times or more, and storms in full
	@ORDERFLOW_PRICES=20000 $(BIN)/python -m pytest -q -n 0 tests/test_price_laws.py $(ARGS)
	@ORDERFLOW_TAXES=20000 $(BIN)/python -m pytest -q -n 0 tests/test_taxes.py $(ARGS)
	@ORDERFLOW_INVOICES=20000 $(BIN)/python -m pytest -q -n 0 tests/test_invoice_lives.py $(ARGS)
	@ORDERFLOW_REFUNDS=20000 $(BIN)/python -m pytest -q -n 0 tests/test_refunds_together.py $(ARGS)
	@ORDERFLOW_REFUNDS=20000 $(BIN)/python -m pytest -q -n 0 tests/test_refunding_laws.py $(ARGS)
	@ORDERFLOW_PAYMENTS=20000 $(BIN)/python -m pytest -q -n 0 tests/test_payment_laws.py $(ARGS)
	@ORDERFLOW_SCANS=10000 $(BIN)/python -m pytest -q -n 0 tests/test_tracking.py tests/test_scanning.py tests/test_scans_by_webhook.py $(ARGS)
	@ORDERFLOW_WEBHOOKS=100000 $(BIN)/python -m pytest -q -n 0 tests/test_webhooks.py -k no_body $(ARGS)
	@ORDERFLOW_CREDIT=400 $(BIN)/python -m pytest -q -n 0 tests/test_storms.py -k credit $(ARGS)

mutants: $(STAMP) ## which small changes of money, prices, returns and refunds no test notices
	@$(BIN)/python tools/mutants.py $(ARGS)

plans: $(STAMP) ## hold 20,000 plans against all plans there are
	@ORDERFLOW_PLANS=20000 $(BIN)/python -m pytest -q -n 0 tests/test_sourcing.py -k best_of_all $(ARGS)

check: $(STAMP) ## style, types, floors, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/deptry src

format: $(STAMP) ## put imports and layout in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## measure; each benchmark prints JSON
	@set -e; for name in $(BENCHMARKS); do echo "# $$name"; $(BIN)/python -m benchmarks.$$name --json; done

docs: $(STAMP) ## build docs/ as pages into site/; a warning is an error
	@$(BIN)/python -m pip install -qq --group docs
	@$(BIN)/zensical build --strict

features: $(STAMP) ## which features the tests show, and which are open
	@$(BIN)/python tools/features.py

clean: ## remove .venv and what tools left behind
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage* htmlcov dist site .cache
