"""Readers of their own: what a hostile file does to its parser is that file's fate alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.model.errors import Invalid
from ingest.text.readers import Asked, Readers
from ingest.text.reading import Reading
from tests.fixtures.document_files import pdf

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(2) as readers:
        yield readers


def asked(*paths: Path) -> list[Asked]:
    return [Asked(path, path.name) for path in paths]


def page(path: Path, text: str) -> Path:
    path.write_text(f"<html><p>{text}</p></html>", encoding="utf-8")
    return path


def test_answers_come_in_the_order_of_the_files_whatever_they_hold(readers: Readers, tmp_path: Path) -> None:
    paths = [page(tmp_path / f"{at}.html", f"page {at}") for at in range(20)]
    paths[7].write_bytes(b"%PDF-1.7 and no more")
    answers = list(readers.read(asked(*paths)))
    assert [getattr(answer, "text", "") for answer in answers] == ["" if at == 7 else f"page {at}" for at in range(20)]
    assert isinstance(answers[7], Invalid)
    assert answers[7].message.startswith("7.html is a PDF that cannot be opened")


def test_a_file_that_swallows_all_memory_is_told_and_others_are_read(tmp_path: Path) -> None:
    # 22 million elements, of which each takes more than a hundred bytes.
    huge = tmp_path / "huge.html"
    with huge.open("wb") as file:
        file.write(b"<html>")
        for _ in range(64):
            file.write(b"<i>" * 349_525)
    with Readers(1) as readers:
        bad, good = readers.read(asked(huge, page(tmp_path / "a.html", "frames")))
    assert isinstance(bad, Invalid)
    assert "huge.html" in bad.message
    assert isinstance(good, Reading)
    assert good.text == "frames"


_PEAK = """
import re, sys
from pathlib import Path
from ingest.text.readers import Asked, Readers
paths = sorted(Path(sys.argv[1]).iterdir())
with Readers(4) as readers:
    said = {path.name: len(one.text) for path, one in zip(paths, readers.read(Asked(p, p.name) for p in paths))}
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())  # of this process alone
print(len(said), sum(said.values()), int(most[1]) // 1024)
"""


def test_many_long_texts_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        for at in range(count):  # a sign that takes four bytes makes every sign of a text take four
            (folder / f"{at}.txt").write_text(f"{at} \U0001f6a2 " + "frames " * 800_000, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, str(folder)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        read, characters, mebibytes = map(int, done.stdout.split())
        assert (read, characters) == (count, count * (3 + 7 * 800_000))
        return mebibytes

    assert peak(9) < 1.25 * peak(2)  # while one is read another may be in use


def children() -> set[int]:
    own = os.getpid()
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == own:
            found.add(int(entry.parent.name))
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_reader_that_dies_or_hangs_over_a_file_is_replaced(tmp_path: Path, how: signal.Signals) -> None:
    first, second = page(tmp_path / "a.html", "frames"), page(tmp_path / "b.html", "wood")
    before = children()
    with Readers(1, silent_seconds=3) as readers:
        assert [type(answer) for answer in readers.read(asked(first))] == [Reading]
        (process,) = children() - before
        os.kill(process, signal.SIGSTOP)  # so that the next file finds it idle
        threading.Timer(0.3, os.kill, (process, how)).start()
        bad, good = readers.read(asked(first, second))
    assert isinstance(bad, Invalid)
    said = "broke down over it (SIGKILL)" if how == signal.SIGKILL else "made no progress for 3 seconds"
    assert bad.message == f"a.html cannot be read: its reader {said}."
    assert isinstance(good, Reading)
    assert good.text == "wood"


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    before = children()
    with Readers(2) as readers:
        list(readers.read(asked(pdf(tmp_path / "a.pdf", ["frames"]))))
        assert children() > before
    until = time.monotonic() + 5
    while children() - before and time.monotonic() < until:
        time.sleep(0.05)
    assert children() == before
