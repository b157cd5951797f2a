# Two commands set a machine up: `make demo` and `make test`. Both install what they need first.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: install demo test check bench lock clean
install: .venv/.installed

# The stamp is renewed whenever the lock or the project's metadata changes.
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: install
	$(BIN)/tidewaiter demo

test: install
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/tidewaiter bench

# Renew the hashed lock from pyproject.toml (needs `uv` on the path).
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade --output-file requirements.lock

clean:
	rm -rf .venv .tidewaiter
