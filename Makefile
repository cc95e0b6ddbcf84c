# jwst-ingest: everything a fresh clone needs is Node (>= 20.19) with npm, and make.
#
#   make demo         ingest three days of fixtures and show what comes out
#   make test         build, lint, type-check and test, but for what takes long
#   make test-slow    the tests that take long: kills, full disks and signals, a browser, the package
#   make test-nodes   test the built program on the other Nodes that are supported
#   make ingest       RAW=/data/raw DB=db: ingest files or folders into a database
#   make status       DB=db: what is trained and what waits
#   make report       DB=db REPORT=report.html: the same as a page with plots
#   make check        DB=db: tell what is wrong in a database
#   make bench        measure; writes bench/RESULTS.md
#   make soak         the long property and fault-injection tests

DB ?= jwst-db
RAW ?= fixtures/days
REPORT ?= report.html
DEMO_DB ?= demo-db
SOAK_RUNS ?= 500
SOAK_TESTS ?= $(patsubst test/%.test.ts,%,$(shell grep -lE 'FC_SEED|propertyOptions|SOAK|tried|helpers/(faults|signalled)' test/*.test.ts))
RUN = node dist/lib/main.js

.PHONY: all install build lint test test-slow test-nodes demo ingest status report check bench soak format clean

all: build

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

install: node_modules/.package-lock.json

build: install
	npm run --silent build

lint: install
	npm run --silent lint

# What the slow tests are of has other tests, too, which find most faults in it.
SLOW = commit concurrent docs every-command interrupted interrupted-associations interrupted-commits lost-rows outputs \
  package report-browser report-explorer signals
FAST = $(filter-out $(SLOW),$(patsubst test/%.test.ts,%,$(wildcard test/*.test.ts)))

test: build lint
	npx ava $(FAST:%=dist/test/%.test.js)

test-slow: build
	npx ava $(SLOW:%=dist/test/%.test.js)

# The built program from end to end on the Nodes that .ci/nodes installs: the oldest one, and one of each later line.
NODES = 20 22 24
END_TO_END = one-run cli cli-associate inspect-cli report-cli export emit bundle threads package interrupted-associations

.ci/nodes/node_modules/.package-lock.json: .ci/nodes/package.json .ci/nodes/package-lock.json
	npm ci --prefix .ci/nodes --no-audit --no-fund --loglevel=error
	@touch $@

test-nodes: build .ci/nodes/node_modules/.package-lock.json
	@for line in $(NODES); do \
	  bin="$(CURDIR)/.ci/nodes/node_modules/node-$$line-$$(node -p process.arch)/bin"; \
	  "$$bin/node" -p '"Node " + process.versions.node' || exit 1; \
	  PATH="$$bin:$$PATH" FC_RUNS=5 npx ava $(END_TO_END:%=dist/test/%.test.js) || exit 1; \
	done

demo: build
	rm -rf $(DEMO_DB)
	cat fixtures/days/2024-02-21_052.csv | $(RUN) --date 2024-02-21 -o $(DEMO_DB)
	$(RUN) -o $(DEMO_DB) fixtures/days/2024-02-22_053.csv fixtures/days/2024-02-23_054.csv
	head -n 3 $(DEMO_DB)/training.csv
	head -n 3 $(DEMO_DB)/train-image.csv

ingest: build
	$(RUN) -o $(DB) $(RAW)

status: build
	$(RUN) status $(DB)

report: build
	$(RUN) report $(DB) --html $(REPORT)

check: build
	$(RUN) check $(DB)

# BENCH="--quick", "--only day", "--profile": a part of it, which is only printed. The whole takes three quarters of an hour.
bench: build
	npm run --silent bench -- $(BENCH)

# Every property with SOAK_RUNS cases of a new seed, every fault at every point; then how much of what was tried.
# FC_SEED=n repeats a seed; SOAK_TESTS="commit signals" runs these alone.
soak: build
	@seed=$${FC_SEED:-$$(node -p 'require("node:crypto").randomInt(2 ** 31)')}; \
	echo "FC_SEED=$$seed FC_RUNS=$(SOAK_RUNS) SOAK=1"; \
	counts=$$(mktemp); trap 'rm -f "$$counts"' EXIT; \
	SOAK=1 SOAK_COUNTS="$$counts" FC_SEED=$$seed FC_RUNS=$(SOAK_RUNS) npx ava --timeout=4h $(SOAK_TESTS:%=dist/test/%.test.js); \
	status=$$?; node dist/test/helpers/soak.js "$$counts"; exit $$status

format: install
	npm run --silent format

clean:
	rm -rf dist $(DEMO_DB)
