# make demo   a branched cell, its gradient beside finite differences, and a picture
# make test   the tests
# make lint   ruff and mypy
# make test-adapters   the tests of the adapters for PyTorch and JAX, in an environment of their own, .venv-adapters.
#                      pip's PyTorch may be gigabytes, for GPUs: give another one as in TORCH=torch==2.13.0
#
# Each sets up the virtual environment VENV when it has to: when it is missing, or pyproject.toml has changed.

PYTHON ?= python3
VENV ?= .venv
TORCH ?= torch

bin := $(VENV)/bin
pip := $(bin)/python -m pip install --quiet --disable-pip-version-check

ifneq ($(words $(CURDIR)),1)
$(error NEURON's nrnivmodl does not work in folders whose name has a space: move this one ($(CURDIR)) elsewhere)
endif

.PHONY: demo test lint test-adapters
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	$(bin)/nmodlgrad demo

test: $(VENV)/installed-test
	$(bin)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/installed-lint
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

test-adapters:
	@$(MAKE) --no-print-directory VENV=.venv-adapters .venv-adapters/installed-adapters
	.venv-adapters/bin/python -m pytest tests/fit/test_torch.py tests/fit/test_jax.py

.venv-adapters/installed-adapters: $(VENV)/created pyproject.toml
	@echo "installing PyTorch, JAX and what the tests need into .venv-adapters ..."
	@$(pip) --editable ".[test,jax]" "$(TORCH)" && touch $@

$(VENV)/installed: $(VENV)/created pyproject.toml
	@echo "installing into $(VENV) ..."
	@$(pip) --editable . && touch $@

$(VENV)/installed-%: $(VENV)/created pyproject.toml
	@echo "installing into $(VENV), with what $* needs ..."
	@$(pip) --editable ".[$*]" && touch $@

# Debian and Ubuntu keep a part of venv, ensurepip, in a package of its own.
$(VENV)/created:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.10 or later." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "$$($(PYTHON) --version) is too old: give Python 3.10 or later, as in: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  package="python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"; \
	  root=""; [ "$$(id -u)" = 0 ] || root="sudo"; \
	  echo "installing $$package ..."; \
	  { $$root apt-get install --yes "$$package" || \
	    { $$root apt-get update && $$root apt-get install --yes "$$package"; }; } >/dev/null && \
	  $(PYTHON) -c 'import ensurepip, venv'; } || { \
	  echo "$(PYTHON) can not make virtual environments: install its venv package (apt-get install python3-venv)." >&2; \
	  exit 1; }
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv "$(VENV)" && touch $@
