# Works on a fresh machine with make and any Python from 3.11 on: everything else goes into .venv.

# The first Python that is new enough and can make a virtual environment; choose another with `make PYTHON=...`.
CANDIDATES := python3.14 python3.13 python3.12 python3.11 python3 python
PROBE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do if $$p -c '$(PROBE)' >/dev/null 2>&1; then echo $$p; break; fi; done)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# pyright comes with its node in a wheel; it is not to ask the network for newer releases of itself.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint types pytest clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

demo: $(STAMP)  ## See the shipped station at work
	@$(BIN)/statewatt demo
	@echo "The command is $(BIN)/statewatt."

test: lint types pytest  ## Check style and types, run the tests

lint: $(STAMP)  ## Check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(STAMP)  ## Check types with mypy and pyright
	$(BIN)/mypy
	$(BIN)/pyright

pytest: $(STAMP)  ## Run the tests with coverage
	$(BIN)/pytest -n auto --cov

clean:  ## Remove the environment, caches and build output
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .statewatt_cache *.egg-info
	find engine models verify diagrams tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml setup.py
	@test -n "$(PYTHON)" || { echo "statewatt needs Python 3.11 or newer with venv; name one with 'make PYTHON=...'" >&2; exit 1; }
	@"$(PYTHON)" -c '$(PROBE)' || { echo "$(PYTHON) is no Python 3.11 or newer with venv" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
	@echo "Installing statewatt and its tools into $(VENV)"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
