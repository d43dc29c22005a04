# The two commands are `make demo` and `make test`; each sets up what it needs, and nothing twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types contracts validate stories nlu-tests assistant meanings bench format lock clean \
	main-tests-alone nlu-tests-alone

UV = $(or $(shell command -v uv),.tools/bin/uv)
RUN = .venv/bin
VAR = $(abspath $(or $(RAPPORT_VAR_DIR),var))
NLU = cd rasa && PYTHONPATH=.. .venv/bin/python
NLU_TESTS = PYTHONPATH=. rasa/.venv/bin/python -m pytest tests/nlu -q -c tests/nlu/pytest.ini
export RASA_TELEMETRY_ENABLED = false
export TF_CPP_MIN_LOG_LEVEL = 3
export CUDA_VISIBLE_DEVICES = -1
export SQLALCHEMY_SILENCE_UBER_WARNING = 1

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready rasa/.venv/.ready ## Both environments, from their lock files

demo: ## The whole system with the demo shop, in the foreground; Ctrl-C stops it
	@$(MAKE) --no-print-directory -j2 setup
	@exec $(RUN)/rapport demo --stop-with-parent

test: setup assistant ## Every test: the assistant's components, and everything else beside them
	@$(MAKE) --no-print-directory --jobs 2 --keep-going main-tests-alone nlu-tests-alone

# The files come in the order in which tests/conftest.py puts them, the long ones first.
main-tests-alone:
	@RAPPORT_SECRET_KEY= $(RUN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# Told in one piece when they have ended: the lines of two runs at once could not be read.
nlu-tests-alone:
	@$(NLU_TESTS) >$(VAR)/nlu-tests.log 2>&1; told=$$?; cat $(VAR)/nlu-tests.log; exit $$told

check: setup lint types contracts validate stories test ## What CI runs

lint: .venv/.ready
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: setup
	$(RUN)/mypy
	$(NLU) -m mypy --config-file ../nlu/mypy.ini ../nlu

contracts: .venv/.ready
	$(RUN)/lint-imports

validate: rasa/.venv/.ready
	$(NLU) -m nlu.lint data/nlu tests/held_out tests/other_hands tests/strangers
	$(NLU) -W ignore -m rasa data validate --domain domain --data data --fail-on-warnings

stories: export RAPPORT_ACTIONS_URL = http://127.0.0.1:5055/webhook
stories: assistant ## The trained assistant on conversations it has not seen: every intent, entity and action
	$(NLU) -W ignore -m rasa test core --e2e --stories tests/test_stories.yml \
		--model $(VAR)/assistant/assistant.tar.gz --out $(VAR)/stories --no-plot
	$(NLU) -m nlu.told $(VAR)/stories

meanings: rasa/.venv/.ready ## The meanings of the training lines, kept beside them: after lines have changed
	$(NLU) -m nlu.kept_meanings data/nlu

nlu-tests: assistant
	$(NLU_TESTS)

assistant: setup
	@$(RUN)/rapport train assistant

bench: setup assistant ## Every benchmark, each beside its peer in one run
	$(RUN)/python -m bench

format: .venv/.ready ## Layout and import order, mended in place
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

lock: $(UV) ## Both lock files, anew from the two pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev pyproject.toml --output-file requirements.lock
	cd rasa && $(abspath $(UV)) pip compile --quiet --universal --python-version 3.10 --generate-hashes --group dev pyproject.toml --output-file requirements.lock

clean: ## Forget the environments and everything made at run time
	rm -rf .venv .tools rasa/.venv rasa/.rasa var

.tools/bin/uv: tools.lock
	@echo "installing uv …"
	@python3 -m venv .tools || { echo "make needs Python 3.11 or newer with its venv module: install python3 and python3-venv."; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement tools.lock
	@touch $@

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@echo "installing the main environment …"
	@$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' .venv
	@$(UV) pip sync --quiet --require-hashes --python .venv/bin/python requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python --editable .
	@touch $@

rasa/.venv/.ready: rasa/requirements.lock | $(UV)
	@echo "installing the assistant's environment (Python 3.10) …"
	@python=$$(./rasa/find-python "$(UV)") && $(UV) venv --quiet --allow-existing --python "$$python" rasa/.venv
	@$(UV) pip sync --quiet --require-hashes --python rasa/.venv/bin/python rasa/requirements.lock
	@touch $@
