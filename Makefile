# Everything runs from here; `make help` prints this file's own list. Two commands on a fresh machine: make run, make test.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Own sets and floors by default; SET=path OUT=dir measures any other set.
SET ?=
OUT ?= report
# The account that `make console-user` makes.
NAME ?=
ROLE ?= admin
# What `make import-reviewed` takes: an export of the console.
FILE ?=
OWN_SETS := $(addprefix evaluation/,safety.tsv topics.tsv dialogues.yml unseen.tsv unseen.yml coaching.yml)

PYTHON := .venv/bin/python
UV := $(or $(shell command -v uv),.uv/bin/uv)
# The same uv, as seen from web/.
WEB_UV = $(if $(filter /%,$(UV)),$(UV),../$(UV))
MODEL := models/assistant.tar.gz
MODEL_SOURCES := config.yml domain.yml models/encoder/model.onnx \
	$(shell find data components launcher -name '*.yml' -o -name '*.py')

export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONWARNINGS := ignore

.PHONY: help run test train shell evaluate paths benchmark benchmark-env ablation lint types doctor clean encoder lock numbers \
	stories validate bot-test floors web-checks web-test console-user import-reviewed hints demo-data demo-pictures

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.ready web/.venv/.ready $(MODEL)  ## set up, train if needed, start bot, actions, website and console (Ctrl-C stops)
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m honcho start

shell: .venv/.ready $(MODEL)  ## talk to it in the terminal (through the bridge when `make run` is up)
	@$(PYTHON) -m channels.shell

console-user: .venv/.ready web/.venv/.ready  ## make an account of the review console: NAME=anna, ROLE=admin (or lead, or reviewer)
	@[ -n "$(NAME)" ] || { echo 'Whose account? make console-user NAME=anna ROLE=admin (or lead, or reviewer)'; exit 2; }
	@$(PYTHON) -m honcho run -- sh -c 'cd web && exec .venv/bin/python -m console.user add "$$1" --role "$$2"' sh "$(NAME)" "$(ROLE)"

import-reviewed: .venv/.ready web/.venv/.ready  ## take corrections into data/ and evaluation/, checked: FILE=corrections-1.zip
	@[ -n "$(FILE)" ] || { echo 'Which export of the console? make import-reviewed FILE=corrections-1.zip'; exit 2; }
	@cd web && .venv/bin/python -m console.teaching.importing $(abspath $(FILE))
	@$(PYTHON) -m training.counts

hints: web/.venv/.ready  ## words that hint at a missed emergency, made anew of data/ for the console's queue
	@cd web && .venv/bin/python -m console.teaching.hinting

demo-data: .venv/.ready web/.venv/.ready $(MODEL)  ## made-up people talk to the bot, into a record of their own to look at in the console
	@$(PYTHON) -m honcho run -- sh -c 'cd web && exec .venv/bin/python -m demo'

demo-pictures: .venv/.ready web/.venv/.ready-dev $(MODEL)  ## photograph the console over the demo, for docs/console
	@$(PYTHON) -m honcho run -- sh -c 'cd web && exec .venv/bin/python -m demo.pictures'

train: .venv/.ready $(MODEL)  ## train the model if it is missing or older than its sources

test:  ## set up and run every check
	$(MAKE) -j2 --output-sync=target $(MODEL) lint types web-checks validate
	$(MAKE) -j2 --output-sync=target bot-test paths floors stories
	$(MAKE) web-test

bot-test: .venv/.ready $(MODEL)  ## tests of everything but the website
	$(PYTHON) -m pytest

floors: .venv/.ready $(MODEL)  ## score the assistant on the own sets; fails below evaluation/floors.yml
	$(PYTHON) -m evaluation $(addprefix --set ,$(OWN_SETS)) --out $(OUT) --floors evaluation/floors.yml

stories: .venv/.ready $(MODEL)  ## Rasa's story tests
	$(PYTHON) -m launcher test core --stories tests/stories --model $(MODEL) --fail-on-prediction-errors --no-plot --out results

validate: .venv/.ready  ## Rasa's data validation
	$(PYTHON) -m launcher data validate --fail-on-warnings

evaluate: .venv/.ready $(MODEL)  ## score the assistant: make evaluate SET=lines.tsv OUT=folder (own sets without SET)
	$(PYTHON) -m evaluation $(addprefix --set ,$(or $(SET),$(OWN_SETS))) --out $(OUT)

paths: .venv/.ready $(MODEL)  ## walk every guided dialogue: each question, answer and interruption
	$(PYTHON) -m evaluation.paths --out $(OUT)

benchmark: .venv/.ready web/.venv/.ready benchmark-env $(MODEL)  ## speed and memory against Rasa's own starter, in one run
	$(PYTHON) -m benchmark --starter-python .venv-benchmark/bin/python
	$(PYTHON) -m benchmark.website
	$(PYTHON) -m benchmark.console
	$(PYTHON) -m benchmark.table

benchmark-env: .venv-benchmark/.ready

ablation: .venv/.ready benchmark-env $(MODEL)  ## compare ways of understanding (docs/decisions/0003-understanding.md)
	$(PYTHON) -m benchmark.ablation --full-python .venv-benchmark/bin/python

encoder: .venv-encoder/.ready  ## fine-tune the sentence encoder on data/ and replace models/encoder/ (long)
	.venv-encoder/bin/python -m training.finetune

lint: .venv/.ready  ## ruff and yamllint
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/yamllint --strict config.yml endpoints.yml credentials.yml domain.yml data tests components coaching evaluation

types: .venv/.ready  ## mypy
	.venv/bin/mypy

web-checks: web/.venv/.ready-dev web/node_modules/.ready  ## ruff, mypy, tsc and the widget's own tests
	cd web && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	cd web && node_modules/.bin/tsc && node --test tests/widget/*.test.js

web-test: web/.venv/.ready-dev $(MODEL)  ## tests of gateway, console, record and widget: real databases, a real browser, the real bot
	cd web && .venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder  # most of them wait

numbers: .venv/.ready  ## write the website's emergency numbers from components/regions.yml
	$(PYTHON) -m components.regions_export

doctor:  ## name what is missing here, and the fix
	@python3 launcher/doctor.py

lock: $(UV)  ## write the hash-locked requirements anew
	$(UV) pip compile requirements/bot.in --override requirements/overrides.txt --python-version 3.10 --generate-hashes --no-header -o requirements/bot.txt
	$(UV) pip compile requirements/benchmark.in --python-version 3.10 --generate-hashes --no-header -o requirements/benchmark.txt
	$(UV) pip compile requirements/encoder.in --override requirements/encoder-overrides.txt --python-version 3.11 --generate-hashes --no-header -o requirements/encoder.txt
	cd web && $(WEB_UV) pip compile requirements.in --python-version 3.11 --generate-hashes --no-header -o requirements.txt
	cd web && $(WEB_UV) pip compile requirements-dev.in -c requirements.txt --python-version 3.11 --generate-hashes --no-header -o requirements-dev.txt

clean:  ## remove the environments, trained models, caches and reports (not the conversations in var/)
	rm -rf web/.venv web/node_modules web/.mypy_cache web/.ruff_cache web/.pytest_cache web/.hypothesis
	rm -rf .venv .venv-benchmark .venv-encoder .uv .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis report results
	find models -name '*.tar.gz' -delete

$(MODEL): $(MODEL_SOURCES) | .venv/.ready
	$(PYTHON) -m launcher train --skip-validation --fixed-model-name assistant
	@touch $@

# A uv of our own where the machine has none. Debian's python3 may lack the venv module.
.uv/bin/uv:
	@python3 -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy python3-venv; } \
		|| { echo 'python3 lacks venv: run "sudo apt-get install python3-venv", then make again.'; exit 1; }
	python3 -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv

.venv/.ready: requirements/bot.txt .python-version | $(UV)
	$(UV) venv --quiet --allow-existing --python 3.10 .venv || { echo 'No Python 3.10 found: see "make doctor".'; exit 1; }
	VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip sync --quiet --require-hashes requirements/bot.txt
	@touch $@

.venv-benchmark/.ready: requirements/benchmark.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python 3.10 .venv-benchmark
	VIRTUAL_ENV=$(CURDIR)/.venv-benchmark $(UV) pip sync --quiet --require-hashes requirements/benchmark.txt
	@touch $@

# torch first, by pip: where a CPU wheel of 2.13.0 is at hand pip takes it, else PyPI's large CUDA build comes.
.venv-encoder/.ready: requirements/encoder.txt | $(UV)
	$(UV) venv --quiet --seed --allow-existing --python 3.11 .venv-encoder
	.venv-encoder/bin/pip install --quiet --disable-pip-version-check torch==2.13.0
	VIRTUAL_ENV=$(CURDIR)/.venv-encoder $(UV) pip install --quiet --no-deps --require-hashes -r requirements/encoder.txt
	@touch $@

# The website's own environment: what `make run` needs; the tests' tools come on top of it.
web/.venv/.ready: web/requirements.txt web/.python-version | $(UV)
	cd web && $(WEB_UV) venv --quiet --allow-existing --python 3.11 .venv || { echo 'No Python 3.11 found: see "make doctor".'; exit 1; }
	cd web && VIRTUAL_ENV=$(CURDIR)/web/.venv $(WEB_UV) pip install --quiet --require-hashes -r requirements.txt
	@touch $@

web/.venv/.ready-dev: web/requirements-dev.txt web/.venv/.ready
	cd web && VIRTUAL_ENV=$(CURDIR)/web/.venv $(WEB_UV) pip sync --quiet --require-hashes requirements-dev.txt
	@touch $@

web/node_modules/.ready: web/package-lock.json
	@command -v npm >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy nodejs npm; } \
		|| { echo 'Node.js is missing: run "sudo apt-get install nodejs npm", then make again.'; exit 1; }
	cd web && npm ci --silent --no-audit --no-fund
	@touch $@
