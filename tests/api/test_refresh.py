"""Building beside what is served: whatever ends a build, the generation before it answers as it did."""

import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.answers.entities import related_answer
from api.loading import load_files
from api.refresh import detect, refresh, reindex
from api.serving import Snapshot
from api.settings import Settings
from graph.facts.ledger import writing
from graph.model.entity import RelatedQuery
from graph.model.errors import Conflict, NotFound, Unavailable
from graph.store.generation import POINTER, Generations
from graph.store.sqlite import FILE
from tests.fixtures.trade_world import IMPORTER, write_world

NOW = datetime(2026, 3, 2, tzinfo=UTC)

# Refreshes, and kills itself with SIGKILL when the step of that name begins.
KILLED_IN_STEP = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from api.refresh import refresh
from api.settings import Settings

def tell(step, done, of):
    if step.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

refresh(Settings(home=Path(sys.argv[1])), now=datetime.now(UTC), progress=tell)
"""

# Builds, and kills itself at the given call of the function that makes files count: before or after it.
KILLED_IN_PUBLISH = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import graph.store.generation as generation
from api.refresh import reindex
from api.settings import Settings

calls = 0
whole = generation.write_whole

def write_whole(path, text):
    global calls
    calls += 1
    if calls == int(sys.argv[2]) and sys.argv[3] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    whole(path, text)
    if calls == int(sys.argv[2]) and sys.argv[3] == "after":
        os.kill(os.getpid(), signal.SIGKILL)

generation.write_whole = write_whole
reindex(Settings(home=Path(sys.argv[1])), now=datetime.now(UTC))
"""


def answers(settings: Settings) -> tuple[str, object]:
    """The generation in service, and what it says."""
    snapshot = Snapshot(settings, Generations(settings.home).current())
    try:
        page = related_answer(snapshot.view.related(RelatedQuery(f"importer:{IMPORTER}", limit=1000)))
        hits = snapshot.search.search("wire hangers").total
        rows = snapshot.facts.table("entry_lines").count().to_pyarrow().as_py()
        return snapshot.generation.generation_id, (page, hits, rows, snapshot.findings.all)
    finally:
        snapshot.close()


def run_killed(code: str, settings: Settings, *arguments: str) -> None:
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(settings.home), *arguments], check=False)
    assert run.returncode == -signal.SIGKILL


@pytest.mark.parametrize("step", ["links.buys_from", "filling"])
def test_a_kill_in_any_step_leaves_the_last_generation_serving(settings: Settings, step: str) -> None:
    before = answers(settings)
    run_killed(KILLED_IN_STEP, settings, step)
    assert answers(settings) == before


@pytest.mark.parametrize(
    ("call", "moment", "published"), [("1", "before", False), ("1", "after", False), ("2", "before", False),
                                      ("2", "after", True)],
)  # fmt: skip
def test_a_kill_while_publishing_leaves_the_old_generation_or_the_new_one(
    settings: Settings, call: str, moment: str, published: bool
) -> None:
    before, said = answers(settings)
    run_killed(KILLED_IN_PUBLISH, settings, call, moment)
    after, says = answers(settings)
    assert (after != before) == published
    assert says == said


def test_the_build_after_a_kill_sweeps_and_says_the_same(settings: Settings) -> None:
    before, said = answers(settings)
    run_killed(KILLED_IN_STEP, settings, "indexing")
    assert answers(settings) == (before, said)
    refresh(settings, now=datetime.now(UTC))
    after, says = answers(settings)
    assert (after != before, says) == (True, said)
    assert len(list((settings.home / "generations").iterdir())) == 2


def test_a_full_disk_is_told_and_the_old_generation_serves(settings: Settings) -> None:
    before = answers(settings)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "api.cli.main", "refresh", "--home", str(settings.home)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )
    assert run.returncode == 1
    assert run.stderr.startswith("Unavailable: "), run.stderr
    assert "Traceback" not in run.stderr
    assert answers(settings) == before


def test_two_builds_exclude_each_other(settings: Settings) -> None:
    with writing(settings.home), pytest.raises(Conflict, match="Another"):
        refresh(settings, now=NOW)


def test_nothing_loaded_is_said_before_anything_is_built(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    for step in (refresh, reindex):
        with pytest.raises(NotFound, match="tidewaiter load"):
            step(settings, now=NOW)
    with pytest.raises(NotFound, match="tidewaiter"):
        detect(settings, now=NOW)


def test_rows_loaded_since_are_not_mixed_into_a_generation(settings: Settings, tmp_path: Path) -> None:
    before = answers(settings)
    load_files(settings, [write_world(tmp_path / "more", lines=380)], now=NOW)
    assert answers(settings) == before
    reindex(settings, now=NOW)
    assert answers(settings)[1] == before[1]
    refresh(settings, now=NOW)
    assert answers(settings)[1] != before[1]


def test_reindexing_keeps_graph_and_findings_as_they_are(settings: Settings) -> None:
    before = Generations(settings.home).current()
    done = reindex(settings, now=NOW)
    assert os.path.samefile(before.folder / FILE, done.generation.folder / FILE)
    assert os.path.samefile(before.findings, done.generation.findings)
    assert done.generation.counts == before.counts


class TestDetect:
    def test_the_same_findings_publish_nothing(self, settings: Settings) -> None:
        pointer = (settings.home / POINTER).read_text(encoding="utf-8")
        found = detect(settings, now=NOW)
        assert [one.kind for one in found] == ["port_shopping"]
        assert (settings.home / POINTER).read_text(encoding="utf-8") == pointer

    def test_other_findings_replace_those_served_beside_the_same_graph(self, settings: Settings) -> None:
        before = Generations(settings.home).current()
        before.findings.write_text("", encoding="utf-8")
        detect(settings, now=NOW, only=("port_shopping",))
        after = Generations(settings.home).current()
        assert after.generation_id != before.generation_id
        assert os.path.samefile(before.folder / FILE, after.folder / FILE)
        assert after.counts["findings"] == 1
        snapshot = Snapshot(settings, after)
        assert snapshot.search.search("", kinds=("findings",)).total == 1
        snapshot.close()

    def test_a_past_day_is_only_told(self, settings: Settings) -> None:
        pointer = (settings.home / POINTER).read_text(encoding="utf-8")
        assert detect(settings, now=NOW, as_of=date(2025, 1, 31)) == []
        assert (settings.home / POINTER).read_text(encoding="utf-8") == pointer

    def test_an_unknown_detector_is_named(self, settings: Settings) -> None:
        with pytest.raises(NotFound, match="nonsense"):
            detect(settings, now=NOW, only=("nonsense",))


def test_a_generation_of_an_earlier_clock_is_not_swept(settings: Settings) -> None:
    for days in (2, 1, 0):
        done = reindex(settings, now=NOW - timedelta(days=400 - days))
        assert answers(settings)[0] == done.generation.generation_id


def test_a_home_without_rights_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(settings.home))

    monkeypatch.setattr("api.refresh.Generations.begin", refused)
    with pytest.raises(Unavailable, match="may not"):
        refresh(settings, now=NOW)
