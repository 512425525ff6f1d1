# Everything from a fresh checkout: only Python 3.11 or newer, make and a package manager are assumed.
# Stamps in .venv remember what was installed from which lock, so that a second run starts in seconds.

PORT = 8000
DATA = var/demo
PYTHON =

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps
ASSETS := bot/web/static/vendor/public.css
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev run test lint format bench chaos pilot screenshots lock clean

help: ## Say what each command does
	@echo "make COMMAND, where COMMAND is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(STAMPS)/run $(ASSETS) ## Serve the demo on http://127.0.0.1:8000 (PORT=8123 and DATA=DIR choose others)
	@DEMO=1 exec $(BIN)/python -m bot.cli demo --port "$(PORT)" --data "$(DATA)"

test: setup-dev ## Set up everything, lint, and run the whole suite
	@BIN=$(BIN) bash scripts/run_tests.sh

lint: setup-dev ## Check style, types, and which room imports which
	@BIN=$(BIN) bash scripts/run_lint.sh

bench: setup-dev ## Measure each speed claim (ONLY=name for one)
	@BIN=$(BIN) ONLY="$(ONLY)" bash scripts/run_benches.sh

chaos: setup-dev ## Kill, starve and confuse the service, and count (SEED= ONLY=kill RUNS=200 DATABASE=sqlite)
	@[ "$(DATABASE)" = sqlite ] || sh scripts/need_system.sh postgresql
	@$(BIN)/python scripts/chaos.py --seed "$(SEED)" --only "$(ONLY)" --runs "$(RUNS)" --database "$(DATABASE)"

pilot: setup-dev ## Live a fortnight of 500 families and account for it (SEED= DAYS=14 FAMILIES=500 DATABASE=sqlite OUT=DIR)
	@[ "$(DATABASE)" = sqlite ] || sh scripts/need_system.sh postgresql
	@$(BIN)/python scripts/pilot.py --seed "$(SEED)" $(if $(DAYS),--days $(DAYS)) $(if $(FAMILIES),--families $(FAMILIES)) \
		$(if $(DATABASE),--database $(DATABASE)) $(if $(OUT),--out $(OUT))

format: setup-dev ## Lay the code out as the linter wants it
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

setup: $(STAMPS)/run $(ASSETS) ## Install what running needs into .venv and build the front-end assets
	@echo "set-up: ready; the command is $(BIN)/thrive" >&2

setup-dev: $(STAMPS)/dev $(ASSETS)

# The fortnight's picture is of a run of an hour, and `make pilot` draws it.
screenshots: setup-dev ## Take the pictures of the docs again, and of every page of the desk to look at
	@sh scripts/need_system.sh chromium
	$(BIN)/python scripts/screenshots.py
	$(BIN)/python scripts/rehearsal_page.py
	$(BIN)/python scripts/desk_pictures.py

lock: setup-dev ## Resolve the dependencies anew (ARGS=--upgrade takes newer releases)
	$(COMPILE) $(ARGS) pyproject.toml --group build --output-file requirements.lock
	$(COMPILE) $(ARGS) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) $(ARGS) --group node --output-file requirements-node.lock
	$(BIN)/python scripts/lock_assets.py

clean: ## Remove what set-up made, but not the demo's data
	rm -rf $(VENV) node_modules bot/web/static/vendor build *.egg-info

$(STAMPS)/venv: scripts/make_venv.sh
	@PYTHON="$(PYTHON)" sh scripts/make_venv.sh $(VENV)
	@mkdir -p $(STAMPS) && touch $@

# setuptools and wheel come from the lock: the project is built with what was hashed, not with what a build fetches.
$(STAMPS)/run: $(STAMPS)/venv requirements.lock pyproject.toml
	@echo "set-up: installing what running needs into $(VENV)" >&2
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/venv requirements.lock requirements-dev.lock pyproject.toml
	@echo "set-up: installing what running and testing need into $(VENV)" >&2
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@$(PIP) --no-build-isolation --editable .
	@touch $(STAMPS)/run $@

# The assets need only the virtual environment's Python, whichever lock filled it.
$(ASSETS): package-lock.json requirements-node.lock scripts/setup_assets.py $(wildcard bot/web/styles/*.scss) | $(STAMPS)/venv
	@echo "set-up: building the front-end assets" >&2
	@$(BIN)/python scripts/setup_assets.py
	@touch $@
