# What a developer does here, each in one word: `make` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Every third-party package, in one version and with its hashes, for all platforms and Pythons.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links

# Every target that says what it does is a word to say, not a file to make.
HASHES := \#\#
.PHONY: $(shell awk -F: '/^[a-z0-9-]+:.*$(HASHES) / {print $$1}' $(firstword $(MAKEFILE_LIST)))

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: .venv/.installed ## Install what is needed into .venv (the others do it by themselves)

.venv/.installed: requirements-dev.lock pyproject.toml
	@[[ -n "$(PYTHON)" ]] && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: Python 3.11 or newer is needed, not '$(PYTHON)': make PYTHON=/path/to/python3" >&2; exit 1; }
	@java="$${JAVA_HOME:+$$JAVA_HOME/bin/}java"; \
	version=$$("$$java" -version 2>&1 | sed -nE 's/.*version "(1\.)?([0-9]+).*/\2/p' || true); \
	[[ "$${version:-0}" -ge 17 ]] || \
	  { echo "make: Java 17 is needed, not '$$java' $$version: install openjdk-17-jre-headless or set JAVA_HOME" >&2; exit 1; }
	@echo "setup: installing into .venv with $(PYTHON) (1 to 2 minutes the first time)"
	@[[ -x $(BIN)/pip ]] || "$(PYTHON)" -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

console: setup ## Build the browser's page that the API serves, where its sources changed
	@$(BIN)/python -m millrace.tools.console_build

dbt: setup ## Install dbt into .venv-dbt (what builds the warehouse does it by itself)
	@$(BIN)/python -m millrace.tools.dbt

console-test: setup ## Check the page's types, and run its tests
	$(BIN)/python -m millrace.tools.console_build check

demo: setup ## The whole way in a few minutes, with results; FILE=access.log adds lines, OPEN=1 keeps them coming
# Without the page the demo is whole but for its last line.
	-@$(BIN)/python -m millrace.tools.console_build
	@$(BIN)/millrace demo $(if $(FILE),--file "$(FILE)") $(if $(OPEN),--open)

demo-changes: setup ## Three databases filled, changed and captured, the store proven equal to them
	@$(BIN)/millrace demo --changes

demo-warehouse: setup ## From events and prices to a warehouse, proven equal to its archive, in a few minutes
	@$(BIN)/millrace demo --warehouse

test: setup ## Every check and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy lib jobs dashboards bench
	$(BIN)/lint-imports
# What reads or writes times must not depend on the machine's zone: servers and clusters run in UTC,
# so the tests run in a zone that is not UTC and has summer time.
# Files in their own order: those that take long come first, the many quick ones fill up the end.
	TZ=America/New_York $(BIN)/pytest -m 'not slow' -n 2 --dist loadfile --no-loadscope-reorder --durations 15

test-slow: setup ## The tests that take minutes each: replays, planted incidents
	TZ=America/New_York $(BIN)/pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder

test-cluster: setup ## The jobs on a standalone cluster of Spark, executors apart (minutes)
	$(BIN)/pytest tests/cluster

test-airflow: setup ## The DAG of the warehouse in an Airflow of its own (minutes)
	$(BIN)/pytest tests/airflow

test-k8s: setup ## The jobs on the cluster that KUBECONFIG names, and its faults (half an hour)
	$(BIN)/pytest tests/e2e

chaos: setup ## Break everything in turn while jobs run, count what is stored (half an hour)
	$(BIN)/pytest tests/chaos

bench: setup ## Run the suite and its rivals in turn, figures into docs/performance.md (several hours)
	@$(BIN)/python -m bench

up: setup ## Start Kafka, MongoDB, MariaDB, the query API and an hourly reconcile here; WITH=changes,warehouse
	@$(BIN)/millrace up $(if $(WITH),--with $(WITH))

down: setup ## Stop them; their data stays
	@$(BIN)/millrace down

status: setup ## Show them
	@$(BIN)/millrace status

format: setup ## Put the code in its one format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

docs: setup dashboards ## Make the pages and pictures that are made from code (a quarter of an hour)
	$(BIN)/python -m millrace.tools.field_docs > docs/fields.md
	$(BIN)/python -m millrace.tools.metric_docs > docs/metrics.md
	$(BIN)/python -m millrace.tools.query_docs > docs/query.md
	$(BIN)/python -m millrace.tools.api_docs docs/api.md
	$(BIN)/python -m millrace.tools.console_build types
	$(BIN)/python -m millrace.tools.warehouse_docs
	$(BIN)/python tests/console/pictures.py
	$(BIN)/python notebooks/render.py

dashboards: setup ## Write Grafana's files anew
	$(BIN)/python -m dashboards.grafana.source dashboards/grafana

lock: $(BIN)/uv ## Write the lock files anew, keeping versions that still fit
	$(COMPILE) --all-extras -o requirements-dev.lock pyproject.toml
	$(COMPILE) -c requirements-dev.lock -o requirements.lock pyproject.toml
	$(COMPILE) -c requirements-dev.lock -o requirements-api.lock requirements-api.in
# With extras: pip takes the hashes of a package only where it is asked for as its dependents do.
	$(COMPILE) --no-strip-extras -o requirements-warehouse.lock requirements-warehouse.in
	$(COMPILE) --no-strip-extras -o requirements-airflow.lock requirements-airflow.in

$(BIN)/uv: | .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

clean: ## Remove .venv and caches; the servers' data stays
	@rm -rf .venv .venv-dbt .venv-airflow
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@rm -rf build lib/*.egg-info spark-warehouse
	@find conf dashboards jobs lib notebooks tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Downloads are kept: they are the same for any data.
clean-data: setup ## Remove the servers' data, checkpoints and archive; refused while servers run
	@$(BIN)/millrace status --json | $(BIN)/python -c 'import json, sys; \
	  sys.exit(any(server["pid"] for server in json.load(sys.stdin)))' || \
	  { echo "make: servers are running: make down first" >&2; exit 1; }
	@$(BIN)/millrace down --remove-data
	@rm -rf .millrace/{checkpoints,archive,event-logs,logs,run}
