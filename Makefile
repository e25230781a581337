# `make` lists the targets. Needs GNU make 4, bash, and Python 3.11 to 3.13 with its venv module.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
PORT ?= 8000
# Processes that `make test` shares the tests among.
TEST_PROCESSES ?= 2
PHONE_SOURCES := $(shell find phone/src phone/build phone/public) phone/index.html \
    phone/package.json phone/vite.config.ts

.PHONY: help setup demo serve worker test lint bench bench-app bench-drift bench-exports bench-learners bench-outcomes bench-pages bench-phone bench-sync bench-trials pictures

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready phone/dist/.ready .env  ## make .venv and phone/node_modules with everything that is needed, the patient's app, and a .env for development

demo: setup  ## the main job with simulated listeners, then the site (NO_SERVE=1: stop before it)
	@$(PYTHON) manage.py demo $(if $(filter 1,$(NO_SERVE)),--no-serve)

# Each of the two is a process group: what does not end when told to is ended after 10 seconds, with
# its children. The job it was at is taken up again from the ledger.
serve: setup  ## web server and worker, at http://127.0.0.1:PORT (8000), the patient's app at /phone/; Ctrl-C ends both
	@if (exec 3<> /dev/tcp/127.0.0.1/$(PORT)) 2> /dev/null; then \
	    echo "Port $(PORT) is taken. Name one that is free in PORT." >&2; \
	    exit 1; \
	fi
	@echo "Bringing the database up to date."
	@$(PYTHON) manage.py migrate --verbosity 0
	@echo "The site will be at http://127.0.0.1:$(PORT)/, the patient's app at http://127.0.0.1:$(PORT)/phone/"
	@set -m; \
	end() { \
	    trap - EXIT; \
	    trap '' INT TERM; \
	    kill $$(jobs -p) 2> /dev/null || true; \
	    for _ in {1..100}; do \
	        [[ -n "$$(jobs -pr)" ]] || break; \
	        sleep 0.1; \
	    done; \
	    for group in $$(jobs -p); do \
	        kill -KILL -- "-$$group" 2> /dev/null || true; \
	    done; \
	}; \
	trap end EXIT; \
	$(PYTHON) -m celery -A worker.celery_app worker --beat --loglevel INFO & \
	$(PYTHON) -m gunicorn therapy.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --no-control-socket & \
	wait -n

worker: setup  ## the worker alone
	@$(PYTHON) -m celery -A worker.celery_app worker --beat --loglevel INFO

test: export OMP_NUM_THREADS = 1  # the processes share the cores; more threads wait for each other
test: setup  ## the phone's tests, the database's on PostgreSQL, then every test on SQLite
	@failed=0; \
	spread=(-n $(TEST_PROCESSES) --dist loadgroup); \
	echo "The phone's own tests"; \
	phone/npm.sh test --silent || failed=1; \
	echo "Tests that use the database, on PostgreSQL"; \
	$(PYTHON) tests/with_postgres.py $(PYTHON) -m pytest -q "$${spread[@]}" \
	    -m "database and not system and not browser" || failed=1; \
	echo "Every test, on SQLite"; \
	$(PYTHON) -m pytest -q "$${spread[@]}" || failed=1; \
	exit $$failed

bench: setup  ## run every benchmarks/bench_*.py
	@for script in $(wildcard benchmarks/bench_*.py); do \
	    echo "== $$script"; \
	    $(PYTHON) "$$script"; \
	done

bench-app: setup  ## the app from the tap to the first sound, its first load, and Lighthouse
	@$(PYTHON) benchmarks/bench_app.py

bench-drift: setup  ## the headline of made-up clinics whose truth is known (CLINICS=1000)
	@$(PYTHON) benchmarks/bench_drift.py --clinics $(or $(CLINICS),1000)

bench-exports: setup  ## patched and signed files against converting again (PATIENTS=200)
	@$(PYTHON) benchmarks/bench_exports.py --patients $(or $(PATIENTS),200)

bench-phone: setup  ## playlists and adapting in a browser against ONNX Runtime here
	@$(PYTHON) benchmarks/bench_phone.py

pictures: setup  ## docs/screenshots anew, from a running site: SITE=http://127.0.0.1:8000 PATIENT=demo/SIM-1
	@DJANGO_SETTINGS_MODULE=therapy.settings $(PYTHON) -c 'import django, sys; django.setup(); \
	from tests.phone.pictures import main; main(*sys.argv[1:])' \
	    $(or $(SITE),http://127.0.0.1:8000) $(or $(PATIENT),demo/SIM-1)

bench-sync: setup  ## phones come back from being offline, all at once, on a bad network (PHONES=200)
	@$(PYTHON) benchmarks/bench_sync.py --phones $(or $(PHONES),200) --items $(or $(ITEMS),50)

bench-trials: setup  ## comparisons in made-up people whose truth is known (TRIALS=2000)
	@$(PYTHON) benchmarks/bench_trials.py --trials $(or $(TRIALS),2000)

bench-outcomes: setup  ## the page and the summing of outcomes at a large clinic (PATIENTS=1000 SESSIONS=200)
	@$(PYTHON) benchmarks/bench_outcomes.py --patients $(or $(PATIENTS),1000) --sessions $(or $(SESSIONS),200)

bench-pages: setup  ## the staff's pages at a large clinic (PATIENTS=1000 SESSIONS=200)
	@$(PYTHON) benchmarks/bench_pages.py --patients $(or $(PATIENTS),1000) --sessions $(or $(SESSIONS),200)

bench-learners: setup  ## the default learner beside the best that is known (EVALUATION="FILE …")
	@$(PYTHON) benchmarks/bench_learners.py --evaluation $(EVALUATION)

# Each step runs whether or not the ones before it passed, so that one run shows all there is to do.
lint: setup  ## style, types, the phone, layers, migrations, deployment checks, API schema
	@failed=(); \
	step() { \
	    echo "== $$1"; \
	    "$${@:2}" || failed+=("$$1"); \
	}; \
	folder=$$(mktemp -d); \
	trap 'rm -rf "$$folder"' EXIT; \
	development=(env ATTUNE_MODE=development ATTUNE_VAR="$$folder" ATTUNE_DEBUG=false \
	    ATTUNE_DATABASE_URL="sqlite:///$$folder/lint.sqlite3" ATTUNE_BROKER_URL=filesystem://); \
	production=(env ATTUNE_MODE=production ATTUNE_VAR="$$folder" \
	    ATTUNE_SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	    ATTUNE_HOSTS=attune.example \
	    ATTUNE_TEXT_KEYS="$$($(PYTHON) -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
	    ATTUNE_DATABASE_URL=postgres://attune@database.example/attune \
	    ATTUNE_BROKER_URL=redis://broker.example/0 \
	    ATTUNE_EMAIL_URL=smtp+tls://mail.example:587); \
	step "style" $(PYTHON) -m ruff check .; \
	step "format" $(PYTHON) -m ruff format --check .; \
	step "types" "$${development[@]}" $(PYTHON) -m mypy; \
	step "phone" phone/npm.sh run check --silent; \
	step "layers" .venv/bin/lint-imports; \
	step "migrations" "$${development[@]}" $(PYTHON) manage.py makemigrations --check --dry-run; \
	step "deployment" "$${production[@]}" \
	    $(PYTHON) manage.py check --deploy --fail-level WARNING; \
	step "API schema" "$${development[@]}" \
	    $(PYTHON) manage.py spectacular --validate --fail-on-warn --file /dev/null; \
	if (( $${#failed[@]} )); then \
	    printf -v names ', %s' "$${failed[@]}"; \
	    echo "Failed: $${names:2}." >&2; \
	    exit 1; \
	fi; \
	echo "All checks passed."

phone/node_modules/.ready: .venv/.ready phone/package-lock.json
	@echo "Installing into phone/node_modules, some 60 packages."
	@phone/npm.sh ci --no-audit --no-fund --loglevel error > /dev/null
	@touch $@

# Newer than every source and every folder of sources, whose time changes when a file goes.
phone/dist/.ready: phone/node_modules/.ready $(PHONE_SOURCES)
	@echo "Building the patient's app; the first time takes a minute."
	@phone/npm.sh run build --silent -- --logLevel warn
	@touch $@

.env:
	@echo "ATTUNE_MODE=development" > $@

# The stamp is newer than what it was made from, so that a second call has nothing to do.
.venv/.ready: requirements.txt tests/requirements.txt
	@python=""; \
	for name in python3.13 python3.12 python3.11 python3; do \
	    if command -v $$name > /dev/null && $$name -c 'import ensurepip, sys, venv; \
	sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2> /dev/null; then \
	        python=$$name; \
	        break; \
	    fi; \
	done; \
	if [[ -z "$$python" ]]; then \
	    echo "Attune needs Python 3.11, 3.12 or 3.13 with its venv module; none is on the PATH." >&2; \
	    echo "On Debian or Ubuntu: apt-get install python3 python3-venv" >&2; \
	    exit 1; \
	fi; \
	$(PYTHON) -m pip --version > /dev/null 2>&1 || $$python -m venv --clear .venv; \
	echo "Installing into .venv, some 110 packages; the first time takes a few minutes."; \
	$(PYTHON) -m pip install --disable-pip-version-check --requirement tests/requirements.txt \
	| if [[ -t 1 ]]; then \
	    awk '/^(Collecting|Installing)/ { printf "\r\033[K  %.70s", $$0; fflush() } END { print "" }'; \
	else \
	    awk '/^(Collecting|Installing)/ && ++n % 25 == 1 { printf "  %.70s\n", $$0; fflush() }'; \
	fi; \
	touch $@
