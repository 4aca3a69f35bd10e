# The front door. `make` alone prints what there is.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: help run test check bench clean
help:            ## print this
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/ready: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "安装依赖 · installing …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/ready-test: .venv/ready
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

run: .venv/ready ## install, create the database, load the demo province, serve
	@PORT=$(PORT) XUEJI_OTHER_PROVINCES=$${XUEJI_OTHER_PROVINCES:-simulated} $(BIN)/python -m app

test: .venv/ready-test ## install the test extra and run every test
	@$(BIN)/python -m pytest -n auto

check: .venv/ready-test ## ruff, mypy, import contracts, template lint
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache && $(BIN)/djlint --lint --quiet app

bench: .venv/ready-test ## the figures, as ratios, also in instance/bench.json
	@$(BIN)/python -m tests.bench

clean:           ## remove the virtual environment (the data in instance/ stays)
	rm -rf .venv
