"""What a person is told when Spark fails, and that it says nothing by itself."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from api import bootstrap
from api.settings import Settings
from graph.facts.spark import SparkFactStore
from graph.facts.store import FactStore
from graph.model.errors import Conflict, Unavailable
from tests.fixtures.fact_files import load_facts

# PySpark leaves the sockets open over which it fetches rows; they close with the object.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

ROOT = Path(__file__).parents[2]
ASK = """
import sys
from pathlib import Path
from graph.facts.spark import SparkFactStore
from graph.model.errors import TidewaiterError
try:
    store = SparkFactStore(Path(sys.argv[1]), master=sys.argv[2], memory_limit_gb=0.5)
    print(store.table("ports").count().to_pyarrow().as_py())
    ports = store.table("ports")
    print((ports.name.cast("int64")).to_pyarrow())
except TidewaiterError as error:
    print(type(error).__name__, error.thing, error)
"""


def asked(home: Path, master: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a process of its own says: a process has one Spark."""
    env: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-c", ASK, str(home), master], capture_output=True, text=True, env=env, check=True
    )


@pytest.fixture
def store(tmp_path: Path, spark_master: str) -> Iterator[FactStore]:
    load_facts(tmp_path, ports=[{"port_code": code, "name": code} for code in ("2704", "4601")])
    store = SparkFactStore(tmp_path, master=spark_master)
    yield store
    store.close()


def test_spark_itself_says_nothing_and_a_failed_question_is_told_once(tmp_path: Path) -> None:
    load_facts(tmp_path, ports=[{"port_code": "2704", "name": "Los Angeles"}])
    run = asked(tmp_path, "local[1]")
    assert run.stderr == ""
    counted, failed = run.stdout.splitlines()
    assert counted == "1"
    assert failed.startswith("Unavailable the facts Spark cannot work this out: [CAST_INVALID_INPUT]")
    assert (tmp_path / "spark.log").is_file()


def test_without_java_the_next_step_is_to_install_it(tmp_path: Path) -> None:
    run = asked(tmp_path, "local[1]", JAVA_HOME=str(tmp_path / "nowhere"))
    assert run.stdout.startswith("Unavailable Java Spark cannot be started: ")
    assert "Install Java 17" in run.stdout
    assert run.stderr == ""


def test_a_master_that_does_not_answer_is_named(tmp_path: Path) -> None:
    run = asked(tmp_path, "spark://127.0.0.1:9")
    assert run.stdout.startswith("Unavailable TIDEWAITER_FACTS_URL No Spark master answers at spark://127.0.0.1:9")
    assert run.stderr == ""


def test_a_process_has_one_master(tmp_path: Path, spark_master: str) -> None:
    with pytest.raises(Conflict, match="already runs on Spark"):
        SparkFactStore(tmp_path, master="local[7]")


def test_a_damaged_file_is_named_with_its_table(tmp_path: Path, store: FactStore) -> None:
    file = next((tmp_path / "facts/ports").glob("*.parquet"))
    file.write_bytes(b"no parquet at all")
    with pytest.raises(Unavailable) as told:
        store.table("ports").to_pyarrow()
    assert told.value.thing == "ports"
    assert "Restore the files" in told.value.next_step


def test_a_file_that_went_away_while_it_was_read_is_named_with_its_table(tmp_path: Path, store: FactStore) -> None:
    ports = store.table("ports")
    next((tmp_path / "facts/ports").glob("*.parquet")).unlink()
    with pytest.raises(Unavailable) as told:
        ports.to_pyarrow()
    assert told.value.thing == "ports"


def test_a_value_that_does_not_fit_is_an_error_and_no_null(store: FactStore) -> None:
    codes = store.table("ports").port_code.cast("int64") * 10**15
    with pytest.raises(Unavailable, match="ARITHMETIC_OVERFLOW"):
        (codes * 10**3).to_pyarrow()


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, store: FactStore) -> None:
    ports = store.table("ports")
    with pytest.raises(Unavailable):
        store.write(ports.select(number=ports.name.cast("int64") * 10**18), tmp_path / "numbers.parquet")
    assert not list(tmp_path.glob("*numbers*"))


def test_the_url_of_the_facts_chooses_spark(tmp_path: Path, store: FactStore, spark_master: str) -> None:
    settings = Settings(home=tmp_path, facts_url=f"spark:{spark_master}")
    bootstrap.check(settings)
    chosen = bootstrap.facts(settings, loads=())
    assert isinstance(chosen, SparkFactStore)
    assert chosen.counts().rows == {}
    chosen.close()
