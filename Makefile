# The front door. `make` alone prints what there is.
PYTHON ?= python3
PORT ?= 8000
SECONDS ?= 300
JOBS ?= 2
BIN := .venv/bin

.PHONY: help help-pictures run test check fields translations mutants proof soak bench wheel lock clean
help:            ## print this
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Installs $(1) in the versions of the lock $(2). An index that does not have one of them still gives a newcomer a running
# system: the ranges of pyproject.toml then decide, and it is said. In CI the lock decides or the build fails.
PIP := $(BIN)/pip --disable-pip-version-check --quiet
install = $(PIP) install -c $(2) -e '$(1)' || { test -z "$$CI" && \
	echo "锁定的版本未能全部取得，改按 pyproject.toml 的范围安装 · not all locked versions are on this index: the ranges decide" && \
	$(PIP) install -e '$(1)'; }

comma := ,
define LOCK
import json, sys
report = json.load(sys.stdin)
found = {each["metadata"]["name"].lower().replace("_", "-"): each["metadata"]["version"] for each in report["install"]}
print("# Made by `make lock`, kept by hand nowhere.")
print(*(f"{name}=={found[name]}" for name in sorted(found) if name != "xueji"), sep="\n")
endef
export LOCK
resolve = $(PIP) install --dry-run --ignore-installed --report - $(1) | $(BIN)/python -c "$$LOCK" > $(2).new && mv $(2).new $(2)

.venv/ready: pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "安装依赖 · installing …"
	@$(call install,.,requirements.lock)
	@touch $@

.venv/ready-test: .venv/ready requirements-test.lock
	@$(call install,.[test],requirements-test.lock)
	@touch $@

run: .venv/ready ## install, create the database, load the demo province, serve
	@PORT=$(PORT) XUEJI_OTHER_PROVINCES=$${XUEJI_OTHER_PROVINCES:-simulated} $(BIN)/python -m app

test: .venv/ready-test ## install the test extra and run every test
	@PYTEST_DEBUG_TEMPROOT=$(wildcard /dev/shm) $(BIN)/python -m pytest -n auto

help-pictures: .venv/ready-test ## take the pictures of the guides anew, after a page has changed
	@XUEJI_HELP_PICTURES=write $(BIN)/python -m pytest -q tests/journeys/test_help.py

check: .venv/ready-test ## ruff, mypy, import contracts, template lint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache && $(BIN)/djlint --lint --quiet app

mutants: .venv/ready-test ## one-line faults in the rules, each of which a test must notice (JOBS=2 at a time)
	@$(BIN)/python -m tests.mutants --jobs $(JOBS)

proof: .venv/ready-test ## every changed diagram before the check and an independent walk; what each says is replayed (JOBS=2)
	@$(BIN)/python -m tests.proof --jobs $(JOBS)

soak: .venv/ready-test ## random histories with kills, then every invariant (SECONDS=300)
	@SOAK_SECONDS=$(SECONDS) $(BIN)/python -m pytest -q -s tests/soak

bench: .venv/ready-test ## the figures, as ratios, also in instance/bench.json
	@$(BIN)/python -m tests.bench

wheel:           ## everything that is served in one file under dist/
	@rm -rf build dist && $(PYTHON) -m pip --disable-pip-version-check --quiet wheel --no-deps --wheel-dir dist . && rm -rf build && ls dist

fields: .venv/ready ## app/students/fields.json, the list of a student's fields, into the forms and the table of the lock
	@$(PYTHON) -m tests.house.fields

translations: .venv/ready ## what workflows says into its catalogues under workflows/locale, and these compiled
	@$(BIN)/python -m tests.house.translations

lock: .venv/ready ## the newest versions that pyproject.toml allows, written into both lock files
	@$(call resolve,-e '.[production]',requirements.lock)
	@$(call resolve,-c requirements.lock -e '.[production$(comma)test]',requirements-test.lock)

clean:           ## remove the virtual environment (the data in instance/ stays)
	rm -rf .venv
