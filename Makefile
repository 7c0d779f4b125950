# `make page`, `make run`, `make test`. Each makes the environment first where it is missing or stale.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WRITES := $(VENV)/.writes
SITE := build/site
EXTRAS := dev,classroom,lab,oracle
LOCK := $(wildcard requirements/*.txt)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Whatever is downloaded is compared with its hash, so what it is built with is installed before. $(call locked,dev docs)
comma := ,
locked = $(PIP) install --require-hashes --no-build-isolation --use-pep517 $(patsubst %,-r requirements/%.txt,base $(1))
STUDY := project_s
PEERS := mesa_frames starsim_module
# The browser that opens the report in the tests: a name on the PATH, or no for none (make test CHROMIUM=no).
export CHROMIUM ?= chromium

# The first interpreter that fits. Another one: make install PYTHON=python3.12
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)

# numba compiles what a market calls: then the first run need not wait for it.
COMPILES := from experiments import compose; from simulation import Market; \
	Market(compose(["market=classroom", "market.calibration_consumers=1000"])).step()

.DEFAULT_GOAL := help
.PHONY: help install browser run page map validate mechanisms rules plausible street designs consumers changes outcomes test tests test-long test-pythons test-search test-numbers test-kill test-stops test-faults test-soak test-classroom test-cluster test-slurm peers engine trials wheel test-wheel brief docs lock lint format clean

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

install: $(INSTALLED) ## make .venv with all that development needs

browser: ## install Debian's Chromium, in which the tests open the report, where there is none
	@test $(CHROMIUM) = no || command -v $(CHROMIUM) >/dev/null || { \
		test $(CHROMIUM) = chromium && test "$$(id -u)" = 0 && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium >/dev/null; } || { \
		echo "The report is tested in Chromium, and none is here. Install it (apt-get install chromium, as root)," \
		"name another (make test CHROMIUM=google-chrome) or leave these tests out (make test CHROMIUM=no)." >&2; exit 1; }

run: install ## run the headline study, in few plausible worlds too, and a coarse dominance map; say where their reports lie
	$(BIN)/python -m experiments.run experiment=$(STUDY)
	$(BIN)/python -m experiments.run experiment=dominance_coarse
	$(BIN)/python -m experiments.run experiment=project_s_worlds worlds=plausible:6 replications=1
	@echo "The reports: $(CURDIR)/results/$(STUDY)/report.html"
	@echo "             $(CURDIR)/results/dominance_coarse/report.html"
	@echo "             $(CURDIR)/results/project_s_worlds/report.html, in 6 plausible worlds (make plausible: 50)"

map: install ## run the headline and the whole dominance map, six seeds: docs/dominance.svg and README's answer
	$(BIN)/python -m experiments.run experiment=$(STUDY)
	$(BIN)/python -m experiments.run experiment=dominance
	$(BIN)/python -m analysis.dominance_picture results/dominance docs/dominance.svg
	$(BIN)/python -m analysis.headline results/$(STUDY) README.md

page: install ## write the class page, one file that opens offline; its scenarios are run again where the model has moved
	$(BIN)/python -m experiments.run classroom --export results/class.html --picture docs/class.png

validate: install ## check the model against the world: docs/validation.md
	$(BIN)/python -m validation

mechanisms: install ## switch every mechanism off, one at a time: docs/mechanisms.md
	$(BIN)/python -m validation.mechanisms

rules: install ## compare all rules, and the closure of 2023: docs/rules.md
	$(BIN)/python -m validation.rules

plausible: install ## compare rules in plausible worlds: docs/plausible.md
	$(BIN)/python -m validation.plausible

street: install ## hold separation against the street over the belief that it hangs on: docs/street.md
	$(BIN)/python -m validation.street

designs: install ## run the four strengths where shops have several designs: docs/designs.md
	$(BIN)/python -m validation.designs

changes: install ## run each state of the model whose numbers were published, before and after each mend: docs/changes.md
	$(BIN)/python -m validation.changes

consumers: install ## hold the number of consumers against the spread of answers and the time they take: docs/consumers.md
	$(BIN)/python -m validation.consumers

outcomes: install ## write the table of outcomes anew and say what moved: validation/outcomes.csv
	$(BIN)/python -m validation.outcomes

test: install browser ## run the tests, the linter and the type checker
	@$(MAKE) --no-print-directory -j2 lint tests

tests: install browser
	$(BIN)/pytest -n auto -m 'not long'

test-long: install browser ## run the cases that `make test` leaves out, of kinds that it has
	$(BIN)/pytest -n auto -m long

test-pythons: install ## run the tests of the model and of studies on every other Python that is found
	@for version in 3.11 3.12 3.13; do \
		is="import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$$version')"; found=; \
		$(BIN)/python -c "$$is" && continue; \
		for python in python$$version $$(pyenv root 2>/dev/null)/versions/$$version.*/bin/python; do \
			$$python -c "$$is" 2>/dev/null && found=$$python && break; done; \
		if test -z "$$found"; then echo "not tested on $$version: no such interpreter here"; continue; fi; \
		echo "tested on $$version:"; \
		$(MAKE) --no-print-directory install VENV=$(VENV)-$$version PYTHON=$$found EXTRAS=dev,classroom,lab && \
		$(VENV)-$$version/bin/pytest -n auto tests/simulation tests/experiments || exit 1; done

test-search: install ## look for new counterexamples to every property, at random
	$(BIN)/pytest -m hypothesis --hypothesis-profile search

test-numbers: install ## try ten thousand command lines with numbers of every form, and as many of any text
	NUMBERS=10000 $(BIN)/pytest tests/experiments/test_numbers.py
	NUMBERS=10000 $(BIN)/pytest tests/experiments/test_bad_input.py -k any_text

test-kill: install ## kill a study of a thousand runs fifty times, count, and check it
	RUNS=1000 KILLS=50 $(BIN)/pytest tests/experiments/test_kill.py

test-stops: install ## stop a study by Ctrl-C at forty moments
	MOMENTS=40 $(BIN)/pytest tests/experiments/test_streams.py -k ctrl_c

test-faults: install ## break every write, sync and renaming in turn, and spoil every file that is read
	FAULTS=all TRIALS=3334 $(BIN)/pytest -n auto tests/experiments/test_faults.py tests/experiments/test_damaged_files.py
	FAULTS=10000 $(BIN)/pytest -n auto tests/simulation/test_cache.py tests/simulation/test_listings.py -k damage

test-soak: install ## run two thousand markets in one process and weigh what is left
	SOAK=2000 $(BIN)/pytest tests/experiments/test_soak.py

test-classroom: install ## a class of 40 phones for 20 weeks, and 10,000 hostile messages
	PHONES=40 MESSAGES=10000 MOST_WAIT=1 $(BIN)/pytest tests/experiments/test_classroom_server.py -k hostile

test-cluster: install ## run studies on Ray clusters of two and of four nodes, which die, join, fall silent and lose their head
	$(call locked,ray)
	$(BIN)/pytest tests/cluster/two_nodes.py tests/cluster/four_nodes.py

test-slurm: install ## run a study on the SLURM that answers here, and end an element of it
	$(call locked,slurm)
	$(BIN)/pytest tests/cluster/slurm.py

wheel: install ## build the wheel and the source archive of this version: dist/
	@rm -rf dist
	$(BIN)/python -m build --outdir dist

test-wheel: install ## install both into an empty environment on every Python that is found, and run the first command
	PYTHONS="$$(ls -d $$(pyenv root 2>/dev/null)/versions/3.1[123].*/bin/python 2>/dev/null | grep -v "$$($(BIN)/python -c 'import sys; print(sys.version.split()[0])')" | tr '\n' ' ')" \
		$(BIN)/pytest tests/test_release.py

brief: install ## run the quick study of the rules, some minutes, and write it on one page: docs/rules_quick.pdf
	$(BIN)/python -m experiments.run experiment=rules_quick
	$(BIN)/python -m experiments.run brief rules_quick
	$(BIN)/python -m experiments.run brief rules_quick --language id
	cp results/rules_quick/brief.pdf docs/rules_quick.pdf
	cp results/rules_quick/brief.id.pdf docs/rules_quick.id.pdf

peers: $(PEERS:%=build/peers/%/.installed) ## make the environments of mesa-frames and Starsim, for the engine's benchmark alone: build/peers

engine: install peers ## measure the engine, beside its peers too: docs/engine.md and docs/engine.svg
	$(BIN)/python -m benchmarks.engine

trials: install ## run these long trials one after the other and write what they counted: docs/sweeps.md
	$(BIN)/python -m benchmarks.trials

docs: $(WRITES) ## make the site of the documents, its notebooks run: build/site/index.html
	@rm -rf $(SITE) build/doctrees
	@test -f results/class.html || $(BIN)/etalase classroom --export build/class.html results=build draws=2 weeks=52
	@$(BIN)/python -m docs.site.stage build/pages
	@$(BIN)/python -m sphinx -W --keep-going -q -b html -d build/doctrees -c docs/site build/pages $(SITE)
	@$(BIN)/python -m docs.site.check $(SITE)
	@echo "The site: $(CURDIR)/$(SITE)/index.html"

lock: install ## pin what constraints.txt names with the hashes of its files: requirements/
	$(BIN)/python -m venv build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python requirements/lock.py build/uv/bin/uv

lint: install ## check form, run the linter and the type checker
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check
	$(BIN)/mypy

format: install ## put the code in shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## remove .venv and every cache, keep results/
	rm -rf $(VENV) $(VENV)-3.* .pytest_cache .mypy_cache .ruff_cache .hypothesis outputs build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

$(WRITES): $(INSTALLED)
	@$(call locked,docs)
	@touch $@

build/peers/%/.installed: benchmarks/peers/%.txt $(INSTALLED)
	$(BIN)/python -m venv --clear build/peers/$*
	build/peers/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Debian's python3 comes without ensurepip unless python3-venv is installed: then its pip fills the environment.
$(INSTALLED): pyproject.toml $(LOCK)
	@$(or $(PYTHON),false) -c '$(FITS)' 2>/dev/null || \
		{ echo "Etalase needs Python 3.11, 3.12 or 3.13: make $(or $(MAKECMDGOALS),install) PYTHON=…" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip; ensurepip.version()' 2>/dev/null; then $(PYTHON) -m venv --clear $(VENV); \
	elif $(PYTHON) -c 'import pip' 2>/dev/null; then \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check pip; \
	else echo "$(PYTHON) has neither ensurepip nor pip: apt-get install python3-venv" >&2; exit 1; fi
	$(PIP) install --require-hashes -r requirements/build.txt
	$(call locked,$(subst $(comma), ,$(EXTRAS)))
	$(PIP) install --no-deps --no-build-isolation --editable .
	@ETALASE_CACHE=$(VENV)/.openings $(BIN)/python -c '$(COMPILES)'
	@touch $@
