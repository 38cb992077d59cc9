# Everything a developer or a new user calls; `make` alone lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

CONSOLE := apps/console
CONSOLE_MADE_OF := $(shell find $(CONSOLE) apps/shared schema.graphql -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/artifacts/*' -not -name '*.generated.d.ts')
MOBILE := apps/mobile
MOBILE_MADE_OF := $(shell find $(MOBILE) apps/shared schema.graphql -type f -not -path '*/node_modules/*' -not -path '*/dist*/*' \
	-not -path '*/artifacts/*' -not -path '*/.expo/*' -not -path '*/test/*' -not -path '*/e2e/*' -not -name '*.generated.ts' -not -name 'expo-env.d.ts')
NODE_NEEDED := 20
HAS_NODE = command -v npm >/dev/null && node -e 'process.exit(Number(parseInt(process.versions.node) < $(NODE_NEEDED)))'

.PHONY: help setup run console console-test app app-test screenshots states browser test faults check schema documents migration bench clean-data lock

help:  ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' \
		| while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

setup: $(INSTALLED)  ## Make the virtual environment with exactly the locked dependencies

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'error: Python 3.11 or newer is needed; name it: make setup PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.locked: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(INSTALLED): $(VENV)/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Without Node everything but the faces runs, and so it does when one of them cannot be built.
run: setup  ## Run everything on BALANCE_PORT (8000), with the demo on the first run
	@if $(HAS_NODE); then for face in $(CONSOLE) $(MOBILE); do \
		$(MAKE) --no-print-directory $$face/dist/.built || echo "note: $$face was not built; the rest runs" >&2; done; \
	else echo 'note: the console and the app need Node.js $(NODE_NEEDED) or newer, which is not here; the rest runs without them' >&2; fi
	@exec $(BIN)/balance up

console:  ## Build the web console, unless it is up to date (needs Node.js 20 or newer)
	@if $(HAS_NODE); then $(MAKE) --no-print-directory $(CONSOLE)/dist/.built; \
	else echo 'note: the web console needs Node.js $(NODE_NEEDED) or newer, which is not here; the rest runs without it' >&2; exit 1; fi

$(CONSOLE)/node_modules/.installed: $(CONSOLE)/package-lock.json
	@echo 'console: installing what it is built with'
	@cd $(CONSOLE) && npm ci --no-fund --no-audit --ignore-scripts --prefer-offline --loglevel=error
	@touch $@

$(CONSOLE)/dist/.built: $(CONSOLE)/node_modules/.installed $(CONSOLE_MADE_OF)
	@echo 'console: building'
	@cd $(CONSOLE) && npm run --silent build -- --logLevel warn
	@touch $@
	@echo 'console: built'

console-test:  ## Check the types of the console and run its unit tests
	@if [[ "$$SKIP_BROWSER" == 1 ]] && ! { $(HAS_NODE); }; then echo 'note: SKIP_BROWSER=1 and no Node.js: the console is not tested'; \
	else $(MAKE) --no-print-directory console && cd $(CONSOLE) && npm run --silent check && npm run --silent test; fi

# Metro asks nobody, and a build says no more than how far it is.
EXPO := EXPO_OFFLINE=1 EXPO_NO_TELEMETRY=1 CI=1

app:  ## Build the residents' app for the web, unless it is up to date (needs Node.js 20 or newer)
	@if $(HAS_NODE); then $(MAKE) --no-print-directory $(MOBILE)/dist/.built; \
	else echo 'note: the app needs Node.js $(NODE_NEEDED) or newer, which is not here; the rest runs without it' >&2; exit 1; fi

$(MOBILE)/node_modules/.installed: $(MOBILE)/package-lock.json
	@echo 'app: installing what it is built with (a minute, once)'
	@cd $(MOBILE) && npm ci --no-fund --no-audit --ignore-scripts --prefer-offline --loglevel=error
	@touch $@

$(MOBILE)/dist/.built: $(MOBILE)/node_modules/.installed $(MOBILE_MADE_OF)
	@echo 'app: building (a minute the first time, seconds later)'
	@cd $(MOBILE) && { $(EXPO) npm run --silent build > build.log 2>&1 || { cat build.log >&2; exit 1; }; } && tail -n 1 build.log
	@touch $@
	@echo 'app: built'

app-test:  ## Check the types of the app, run its tests, and measure its bundles for Android and iOS
	@if [[ "$$SKIP_BROWSER" == 1 ]] && ! { $(HAS_NODE); }; then echo 'note: SKIP_BROWSER=1 and no Node.js: the app is not tested'; \
	else $(MAKE) --no-print-directory app && cd $(MOBILE) && npm run --silent check && npm run --silent test && $(EXPO) npm run --silent native; fi

screenshots: setup browser console app  ## Walk through console and app and keep pictures in their artifacts folders
	CONSOLE_SCREENSHOTS=all $(BIN)/pytest -n 0 tests/e2e/test_console.py
	APP_SCREENSHOTS=all $(BIN)/pytest -n 0 tests/e2e/test_app.py

states: setup browser console  ## Look at every page when the API fails or is slow, and with 0, 1 and 100,000 meters
	CONSOLE_STATES=all $(BIN)/pytest -n 0 -s tests/e2e/test_states.py

INSTALL_CHROMIUM := apt-get install --yes --quiet --no-install-recommends chromium

# The pages are tested in a real browser; only SKIP_BROWSER=1 excuses its absence.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
		|| command -v google-chrome >/dev/null || [[ -n "$$CHROMIUM_PATH" ]] \
		|| { [[ -x /usr/bin/apt-get && $$(id -u) == 0 ]] \
			&& { $(INSTALL_CHROMIUM) || { apt-get update --quiet && $(INSTALL_CHROMIUM); }; }; } \
		|| echo 'note: no chromium for the tests of the pages (Debian: apt-get install chromium); SKIP_BROWSER=1 skips them'

test: setup browser console-test app-test  ## Run all tests
	$(BIN)/pytest -n 2 --dist loadfile --durations=25

# A thousand kills, ten million readings out of order, a hundred thousand commands: hours. BALANCE_FAULTS_SEED repeats a run.
faults: setup  ## Run the long set of fault tests
	BALANCE_FAULTS=long $(BIN)/pytest -s tests/faults tests/integration/commands/test_command_chaos.py

check: setup  ## Lint, formatting, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

schema: setup  ## Print the GraphQL schema into schema.graphql
	$(BIN)/python -c 'from backend.graphql.schema import schema; print(schema.as_str())' > schema.graphql

documents: setup  ## Build the trusted documents out of the app's operations
	$(BIN)/python -m mobile_bff.documents

migration: setup  ## Write the next migration: make migration m="what it does"
	@test -n '$(m)' || { echo 'error: say what it does: make migration m="..."' >&2; exit 2; }
	$(BIN)/balance migrate --new '$(m)'

bench: setup  ## Measure; each bench prints one JSON object as its last line
	@set -e; for file in bench/[a-z]*.py; do echo "== $$file"; \
		$(BIN)/python -m "bench.$$(basename "$$file" .py)"; done

clean-data:  ## Stop the installation and forget its data
	$(BIN)/balance forget --yes

lock: setup  ## Resolve the dependencies of pyproject.toml again into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal \
		--generate-hashes --no-emit-index-url --no-header -o requirements.lock
