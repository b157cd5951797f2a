"""The figures that the spine must reach: loading, refresh, neighbours and search, each against its bare engine.

Invariant: a ratio is taken from two measurements of one run. Worlds are simulated from a seed, so that two runs
measure the same work; what is printed is what was measured, also when it falls short of the target.
"""

import os
import platform
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import httpx

from api.bench.measure import seconds, time_each
from api.bench.texts import invented_documents, vocabulary
from api.settings import Settings
from graph.model.entity import RelatedQuery
from graph.model.errors import NotFound
from graph.model.kinds import ENTITY_KINDS
from graph.store.generation import Generation, Generations
from graph.store.sqlite import FILE, SqliteGraphStore
from ingest.simulator.simulate import simulate
from search.index.tantivy import TantivyIndex, TantivyIndexWriter
from search.service import SearchService

SEED = 20_260_101
DOCUMENTS = 100_000
Row = dict[str, str | int | float]


def world(folder: Path, *, size: str) -> Path:
    """A simulated world of that size; made once and kept for the benchmarks that follow."""
    out = folder / f"world-{size}"
    if not (out / "entry_lines.csv").exists():
        shutil.rmtree(out, ignore_errors=True)
        simulate(out, seed=SEED, size=size)  # type: ignore[arg-type]
    return out


def loading(folder: Path, *, size: str) -> list[Row]:
    """Entry lines from CSV to facts, against DuckDB's own copy of the same file to Parquet.

    Memory is the peak of a process of its own, for the file and for its first quarter: flat means that the two
    are alike.
    """
    lines = world(folder, size=size) / "entry_lines.csv"
    quarter = folder / "quarter" / "entry_lines.csv"
    if not quarter.exists():
        quarter.parent.mkdir(parents=True, exist_ok=True)
        _first_part(lines, quarter, part=0.25)
    bare, ours = [], []
    for _ in range(3):
        bare.append(seconds(lambda: _copy(lines, folder / "copy.parquet")))
        ours.append(_in_its_own_process(_LOAD, folder / "home-load", lines)[0])
    whole_mib, quarter_mib = (_in_its_own_process(_LOAD, folder / "home-load", path)[1] for path in (lines, quarter))
    return [
        {
            "measure": "load entry_lines", "file_mib": round(lines.stat().st_size / 2**20),
            "duckdb_copy_s": round(sorted(bare)[1], 2), "load_s": round(sorted(ours)[1], 2),
            "ratio": round(sorted(ours)[1] / sorted(bare)[1], 2), "target_ratio": 4.0,
        },
        {
            "measure": "load memory", "peak_mib": round(whole_mib), "quarter_peak_mib": round(quarter_mib),
            "ratio": round(whole_mib / quarter_mib, 2),
        },
    ]  # fmt: skip


def serving_a_world(folder: Path, *, size: str) -> list[Row]:
    """A world from files to a served generation: seconds and peak memory, in a process of its own."""
    loaded_s, refreshed_s, peak_mib = _in_its_own_process(_SERVE, home(folder, size), world(folder, size=size))
    return [
        {
            "measure": f"{size} world to a served generation", "load_s": round(loaded_s, 1),
            "refresh_s": round(refreshed_s, 1), "total_s": round(loaded_s + refreshed_s, 1), "target_s": 180,
            "peak_mib": round(peak_mib), "target_mib": 6144,
        },
    ]  # fmt: skip


def neighbours(folder: Path, *, size: str, questions: int = 1_000) -> list[Row]:
    """`related`, one hop, top 50: against the bare SQLite query, away from hubs and on ports, and over HTTP."""
    settings = embedded(home(folder, size))
    generation = Generations(settings.home).current()
    view = SqliteGraphStore(settings.home).view(generation.folder)
    bare = sqlite3.connect(f"file:{generation.folder / FILE}?mode=ro&immutable=1", uri=True)
    hubs = {kind.kind for kind in ENTITY_KINDS.values() if kind.hub}
    ids = [row[0] for row in bare.execute("SELECT id FROM entity WHERE degree > 0 ORDER BY id")]
    choose = random.Random(SEED)  # noqa: S311 - a sample, no secret
    quiet = choose.sample([i for i in ids if i.partition(":")[0] not in hubs], k=questions)
    ports = [i for i in ids if i.startswith("port:")]
    rows: list[Row] = []
    for name, sample in (("away from hubs", quiet), ("on a port", choose.choices(ports, k=questions // 5))):
        ours = time_each(lambda i: view.related(RelatedQuery(i, limit=50)), sample)
        plain = time_each(lambda i: bare.execute(BARE_RELATED, (i,)).fetchall(), sample)
        rows.append(
            {
                "measure": f"related {name}", **ours.row(), "bare_p50_ms": round(plain.p50_ms, 3),
                "ratio": round(ours.p50_ms / plain.p50_ms, 2), "target_ratio": 3.0,
            }
        )  # fmt: skip
    view.close()
    bare.close()
    with served(settings) as url, httpx.Client(base_url=url) as client:
        over_http = time_each(
            lambda i: client.get(f"/v1/entities/{i}/related", params={"limit": 50}).raise_for_status(), quiet[:300]
        )
    rows.append({"measure": "related over HTTP", **over_http.row(), "target_p50_ms": 15})
    return rows


# The plain form of the question: the same page straight from the store's own table, with names.
BARE_RELATED = """
SELECT other.id, other.kind, other.name, other.properties, other.identifiers, other.count, other.value_cents,
    other.quantity_thousandths, other.first_day, other.last_day, other.degree, way.link, way.direction,
    n.count_rank, n.value_rank, n.quantity_thousandths, n.first_day, n.recency_rank, n.files, n.status
FROM entity AS start JOIN neighbour AS n ON n.node = start.number JOIN entity AS other ON other.number = n.other
    JOIN way USING (way)
WHERE start.id = ? ORDER BY n.value_rank LIMIT 50
"""


def searching(folder: Path, *, documents: int = DOCUMENTS, questions: int = 500) -> list[Row]:
    """Search with facets and snippets over invented documents of trade words, in process."""
    index = folder / f"index-{documents}"
    rows: list[Row] = []
    if not index.exists():
        made_s = seconds(lambda: TantivyIndexWriter(index).write(invented_documents(documents)))
        rows.append({"measure": "index documents", "documents": documents, "seconds": round(made_s, 1)})
    service = SearchService(TantivyIndex(index))
    choose = random.Random(SEED)  # noqa: S311 - a sample, no secret
    words = vocabulary()
    kinds: dict[str, Callable[[], str]] = {
        "one word": lambda: choose.choice(words[20:2_000]),
        "two words": lambda: " ".join(choose.sample(words[20:600], 2)),
        "phrase": lambda: '"{} {}"'.format(*choose.sample(words[20:600], 2)),
        "word and filter": lambda: f"{choose.choice(words[20:2_000])} kind:ruling",
    }
    for name, question in kinds.items():
        timing = time_each(lambda text: service.search(text, limit=10), [question() for _ in range(questions)])
        rows.append({"measure": f"search {name}", **timing.row(), "target_p50_ms": 10})
    return rows


def run(folder: Path, *, size: str, only: tuple[str, ...] = ()) -> Iterator[Row]:
    """Every measurement (or those named), one row at a time. `related` needs a `world` measured before it."""
    folder.mkdir(parents=True, exist_ok=True)
    measures: dict[str, Callable[[], list[Row]]] = {
        "loading": lambda: loading(folder, size=size),
        "world": lambda: serving_a_world(folder, size=size),
        "related": lambda: neighbours(folder, size=size),
        "search": lambda: searching(folder),
    }
    for name, measure in measures.items():
        if not only or name in only:
            yield from measure()


def as_markdown(rows: Sequence[Row], *, command: str) -> str:
    """The figures as a page: what was measured, what came out, what it should reach."""
    lines = [
        "# Results",
        "",
        f"Written by {command}: one run on one machine,",
        "so that ratios count and times do not travel. "
        f"Here: {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}, {platform.system()}.",
        "",
        "| measure | figures | to reach |",
        "|---|---|---|",
    ]
    for row in rows:
        targets = {name.removeprefix("target_"): value for name, value in row.items() if name.startswith("target_")}
        figures = {name: value for name, value in row.items() if name != "measure" and not name.startswith("target_")}
        shown = (", ".join(f"{name} {value}" for name, value in part.items()) for part in (figures, targets))
        lines.append(f"| {row['measure']} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def home(folder: Path, size: str) -> Path:
    """The home directory of the simulated world of that size."""
    return folder / f"home-{size}"


def embedded(place: Path) -> Settings:
    """Settings for the embedded engines, whatever the environment names."""
    return Settings(home=place, facts_url="duckdb:", graph_url="sqlite:", search_url="tantivy:", database_url="")


def refreshed(folder: Path, *, size: str) -> Generation:
    """What the simulated world's home serves; loaded and built when that has not been measured before."""
    try:
        return Generations(home(folder, size)).current()
    except NotFound:
        _in_its_own_process(_SERVE, home(folder, size), world(folder, size=size))
    return Generations(home(folder, size)).current()


def _copy(source: Path, target: Path) -> None:
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        connection.execute(
            f"COPY (FROM read_csv('{source}', header=true, all_varchar=true)) TO '{target}' (FORMAT parquet)"
        )


def _first_part(source: Path, target: Path, *, part: float) -> None:
    most = int(source.stat().st_size * part)
    with source.open("rb") as lines, target.open("wb") as out:
        while out.tell() < most:
            out.write(lines.readline())


_LOAD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from api.bench.measure import peak_memory_mib, seconds
from ingest.load import load
home, source = Path(sys.argv[1]), Path(sys.argv[2])
took_s = seconds(lambda: load([source], home=home, now=datetime.now(UTC)))
print(took_s, peak_memory_mib())
"""
_SERVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from api.bench.measure import peak_memory_mib, seconds
from api.bench.spine import embedded
from api.refresh import refresh
from ingest.load import load
home, source, now = Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC)
loaded_s = seconds(lambda: load([source], home=home, now=now))
print(loaded_s, seconds(lambda: refresh(embedded(home), now=now)), peak_memory_mib())
"""


def _in_its_own_process(work: str, place: Path, source: Path) -> tuple[float, ...]:
    """Do one of the works above in a new process and a new home; returns the numbers that it prints."""
    shutil.rmtree(place, ignore_errors=True)
    ran = subprocess.run(  # noqa: S603 - our own interpreter on our own words
        [sys.executable, "-c", work, str(place), str(source)], stdout=subprocess.PIPE, text=True, check=True
    )
    return tuple(float(figure) for figure in ran.stdout.splitlines()[-1].split())


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The service in a process of its own, as `tidewaiter serve` starts it."""
    port = 18_471
    process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own words
        [
            sys.executable, "-m", "api.cli.main", "serve", "--no-ui", "--port", str(port),
            "--home", str(settings.home),
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{url}/readyz", timeout=1).status_code == httpx.codes.OK:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
