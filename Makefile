# `make reproduce` and `make test` need git, make, Python 3.11 and a network, and nothing else.

JOBS ?= $(shell env -u OMP_NUM_THREADS nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
PYTHON ?= $(shell for p in python3.11 python3 python; do "$$p" $(IS_311) 2>/dev/null && { command -v "$$p"; break; }; done)
IS_311 = -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'

BIN := .venv/bin
READY := .venv/.ready
SNAKEMAKE = $(BIN)/snakemake --cores $(JOBS)

# Rules and tests find the programs of the environment, and no package from outside it.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME

.PHONY: help reproduce test lint ruff ruff-format snakefmt codespell pytest reference benchmark lock clean environment

help:
	@echo "make reproduce      every table, figure and verdict, by snakemake with the default config (JOBS=$(JOBS))"
	@echo "make test           linters, then all tests"
	@echo "make lint           linters only"
	@echo "make environment    only set .venv up"
	@echo "make reference      regenerate the committed reference of the smoke run, on purpose"
	@echo "make benchmark      speed beside other programs, about 18 minutes (ONLY=\"work ...\": some rows)"
	@echo "make lock           regenerate requirements.lock and environment.yml (UPGRADE=--upgrade: newest versions)"
	@echo "make clean          remove .venv and caches; results and figures stay"

reproduce: $(READY)
	$(SNAKEMAKE) -- all check

# Every check runs, also after one has failed; the exit status tells.
test: $(READY)
	@$(MAKE) --no-print-directory --keep-going ruff ruff-format snakefmt codespell pytest

lint: $(READY)
	@$(MAKE) --no-print-directory --keep-going ruff ruff-format snakefmt codespell

ruff: $(READY)
	$(BIN)/ruff check .

ruff-format: $(READY)
	$(BIN)/ruff format --check .

snakefmt: $(READY)
	$(BIN)/snakefmt --check Snakefile workflow

codespell: $(READY)
	$(BIN)/codespell

pytest: $(READY)
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

reference: $(READY)
	$(SNAKEMAKE) --configfile config/smoke.yaml --forcerun reference -- reference

# Peers get environments of their own under build/benchmarks; see benchmarks/README.md.
benchmark: $(READY)
	$(BIN)/python benchmarks/run.py $(if $(ONLY),--only $(ONLY))

environment: $(READY)

# The stamp comes last, so an interrupted set-up is taken up again.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" $(IS_311) 2>/dev/null || { echo "Python 3.11 is needed, but $(if $(PYTHON),$(PYTHON) is not that version,none is on the PATH): install it, or name it with 'make PYTHON=/path/to/python3.11 ...'." >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON) (about a minute)"
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Pins that are in the lock already are kept unless UPGRADE=--upgrade; neither hosts nor options are written into it.
UV := build/lock/bin/uv
lock: $(UV)
	$(UV) pip compile pyproject.toml --all-extras --python-version 3.11 --universal --generate-hashes $(UPGRADE) \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock
	"$(PYTHON)" tools/write_environment.py

$(UV):
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip install --quiet uv==0.13.8

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache src/*.egg-info
	find src tests tools workflow benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
