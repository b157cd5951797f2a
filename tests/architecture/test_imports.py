"""The house keeps its shape: imports point one way, and only the files named may know an engine."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DRIVERS = ("neo4j", "opensearchpy", "psycopg", "pyspark")  # of servers: a laptop's install is without them
PACKAGES = ("graph", "ingest", "search", "api", "ui")


def imported_modules(path: Path) -> set[str]:
    return imported_in(ast.parse(path.read_text(encoding="utf-8")))


def imported_in(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def files_that_import(module: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(name == module or name.startswith(f"{module}.") for name in imported_modules(path))
    }


def test_import_contracts_hold() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("tantivy", {"search/index/tantivy.py"}),
        ("neo4j", {"graph/store/neo4j.py"}),
        ("opensearchpy", {"search/index/opensearch.py"}),
        ("pyspark", {"graph/facts/spark.py"}),
        ("pydantic_settings", {"api/settings.py"}),
    ],
)
def test_an_engine_is_known_by_its_own_file_alone(module: str, allowed: set[str]) -> None:
    assert files_that_import(module) <= allowed


def test_tests_that_need_no_server_need_no_driver_of_one() -> None:
    # `make test` collects these modules on a machine without the drivers; an import inside a fixture is fine.
    drivers = (*DRIVERS, "graph.store.neo4j", "search.index.opensearch")
    for path in (ROOT / "tests").rglob("*.py"):
        if path.is_relative_to(ROOT / "tests/servers"):
            continue
        top = ast.Module(
            [one for one in ast.parse(path.read_text()).body if isinstance(one, ast.Import | ast.ImportFrom)], []
        )
        named = {name for name in imported_in(top) if any(f"{name}.".startswith(f"{one}.") for one in drivers)}
        assert not named, f"{path}: import {named} where it is needed, or move the module to tests/servers"


def test_the_user_interface_reaches_data_only_through_the_client() -> None:
    for path in (ROOT / "ui").rglob("*.py"):
        ours = {name for name in imported_modules(path) if name.split(".")[0] in {"graph", "ingest", "search", "api"}}
        assert ours <= {"api.client", "api.schemas"}, path


def test_nothing_in_ui_hides_a_package_of_ours() -> None:
    # `streamlit run ui/app.py` puts ui/ first on the path.
    assert not {path.stem for path in (ROOT / "ui").iterdir()} & {"graph", "ingest", "search", "api", "pages"}


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for package in ("graph", "ingest", "search", "api")
        for path in (ROOT / package).rglob("*.py")
        if any(
            isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and isinstance(node.value, ast.Name)
            and node.value.id == "os"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }  # fmt: skip
    assert readers <= {"api/settings.py", "api/cli/serve.py"}  # serve hands its environment on to the UI's process


def test_tests_have_no_package_files() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_examples_and_tests_are_collected_on_a_machine_without_the_drivers_of_servers() -> None:
    examples = ["--doctest-modules", "--doctest-ignore-import-errors", "--ignore=api/migrations"]
    assert " ".join(examples) in (ROOT / "Makefile").read_text(encoding="utf-8")
    hidden = f"import pytest, sys; sys.modules.update(dict.fromkeys({DRIVERS!r}))"
    for arguments in ([*examples, "graph", "ingest", "search", "api"], ["tests"]):
        run = subprocess.run(
            [sys.executable, "-c", f"{hidden}; sys.exit(pytest.main({arguments!r} + ['--collect-only']))"],
            cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "TIDEWAITER_TEST_SERVERS": ""},
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
