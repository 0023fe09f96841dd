# Needlework. `make run` serves the demonstration clinic; `make test` runs everything; `make help` lists the rest.
# Needed: Python 3.11, 3.12 or 3.13 with venv and pip, and make. All else is put into .venv, from pinned hashes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ADDRESS ?= 127.0.0.1
PORT ?= 8000
N ?= 10000
KILLS ?= 100
RECALL_N ?= 10000000
UV := $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: bench-pages help setup dev extras run demo test test-sqlite test-postgres check docs bench bench-recall torture clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

# --- setting up: a stamp says that the environment is that of the requirements ---------------------------
$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Needlework needs Python 3.11, 3.12 or 3.13, and %s is %d.%d. Install one and run: make PYTHON=python3.11 ..." % (sys.executable, *v))'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.uv: requirements/uv.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# what `make dev` (all) or `make extras` have put there stays installed
$(VENV)/.run: requirements/run.txt pyproject.toml $(VENV)/.uv
	@if [ -f $(VENV)/.dev ]; then wanted=dev; elif [ -f $(VENV)/.extras ]; then wanted=extras; else wanted=run; fi; \
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip sync --quiet --require-hashes requirements/$$wanted.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --no-build-isolation --no-deps --no-index --editable .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip sync --quiet --require-hashes requirements/dev.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --no-build-isolation --no-deps --no-index --editable .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@ $(VENV)/.run

setup: $(VENV)/.run ## put together what running needs

dev: $(VENV)/.dev ## put together what tests and checks need as well

$(VENV)/.extras: requirements/extras.txt $(VENV)/.run
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --require-hashes -r requirements/extras.txt
	@touch $@

extras: $(VENV)/.extras ## put together what is optional: compiled punctures, and sweeps on a cluster

# --- running ---------------------------------------------------------------------------------------------
run: setup ## fill the demonstration clinic if it is not there, and serve it
	@$(BIN)/needlework demo --serve --address $(ADDRESS) --port $(PORT)

demo: setup ## fill the demonstration clinic, without serving it
	@$(BIN)/needlework demo

# --- testing ---------------------------------------------------------------------------------------------
test: test-sqlite test-postgres ## run every test, on SQLite with the browser, and on PostgreSQL

test-sqlite: dev
	@sh .ci/need chromium
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore tests/browser
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/browser  # apart: the browser's event loop forbids Django's database

test-postgres: dev
	@sh .ci/need postgresql
	NEEDLEWORK_TEST_DATABASE=postgres $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/clinic tests/web tests/cli/test_operating.py

check: dev ## format, lint, types, import contracts, missing migrations, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@folder=$$(mktemp -d); NEEDLEWORK_DATA=$$folder $(BIN)/python manage.py makemigrations --check --dry-run; found=$$?; rm -rf $$folder; exit $$found
	$(BIN)/python docs/generate.py --check

docs: dev ## write docs/generated anew
	$(BIN)/python docs/generate.py

# --- measuring -------------------------------------------------------------------------------------------
bench: dev ## measure everything but recalls: rules, needles, labels, and the pages; results in build/bench
	$(BIN)/python bench/screening.py
	$(BIN)/python bench/punctures.py
	$(BIN)/python bench/udi.py
	$(BIN)/python bench/label_pictures.py
	$(BIN)/python -m bench.run --patients $(N)

bench-pages: dev ## measure only the pages against an empty page, and saving (N patients, default 10 000)
	$(BIN)/python -m bench.run --patients $(N)

bench-recall: dev ## from a lot to its patients among RECALL_N treatments (default 10 000 000), while others write
	@sh .ci/need postgresql
	$(BIN)/python -m bench.recall --treatments $(RECALL_N)

torture: dev ## kill the server KILLS times while treatments are saved; nothing acknowledged may be lost
	$(BIN)/python bench/torture.py --kills $(KILLS)

clean: ## remove what was built, but neither data nor .venv
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
